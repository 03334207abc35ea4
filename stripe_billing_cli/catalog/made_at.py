"""The reading of a list's objects by when they were made.

Stripe gives no list of objects by their ids but those of a few kinds. What one run made lies close together in a list
by creation time, and is read a page at a time; what lies alone costs a call, as reading it by its id does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stripe_billing_cli.stripe_api.client import PAGE
from stripe_billing_cli.stripe_api.objects.common import ObjectT

Page = tuple[list[ObjectT], bool]
AT_ONCE = 4
"""So many stretches of time are read side by side; each may cost a call more."""


def pages_for(creation_times: Mapping[str, int], seconds_a_page: int) -> int:
    """Return about how many pages have the objects that were made at these moments, by their ids."""
    pages, down_to, room = 0, 0, 0
    for created_at in sorted(creation_times.values(), reverse=True):
        if not pages or created_at < down_to or not room:
            pages, down_to, room = pages + 1, created_at - seconds_a_page, PAGE
        room -= 1
    return pages


def stretches(creation_times: Mapping[str, int]) -> list[dict[str, int]]:
    """Return the objects, newest first, in a few parts that are read side by side."""
    newest_first = sorted(creation_times.items(), key=lambda one: one[1], reverse=True)
    size = max(PAGE, -(-len(newest_first) // AT_ONCE))
    return [dict(newest_first[start : start + size]) for start in range(0, len(newest_first), size)]


def read_stretch(
    creation_times: Mapping[str, int],
    fetch: Callable[[Mapping[str, Any]], Page[ObjectT]],
    fetch_one: Callable[[str], ObjectT | None],
) -> list[ObjectT]:
    """Return the objects of one stretch, newest first; those that are there.

    `fetch` returns a page of the list between two moments, `fetch_one` an object by its id.
    """
    rest, oldest, objects = dict(creation_times), min(creation_times.values(), default=0), list[ObjectT]()
    while rest:
        newest = next(iter(rest))
        page = fetch({"created": {"gte": oldest, "lte": rest[newest]}})[0] if len(rest) > 1 else []
        page_objects = {stripe_object["id"]: stripe_object for stripe_object in page if stripe_object["id"] in rest}
        single_ids = (
            [newest] if page_objects else [one for one, created_at in rest.items() if created_at == rest[newest]]
        )
        single_objects = [
            stripe_object for one in single_ids if one not in page_objects and (stripe_object := fetch_one(one))
        ]
        objects += [*page_objects.values(), *single_objects]
        for one in {*single_ids, *page_objects}:
            del rest[one]
    return objects
