"""Objects of a list that are read by when they were made.

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


def pages_for(made: Mapping[str, int], seconds_a_page: int) -> int:
    """Return about how many pages have the objects that were made at these moments, by their ids."""
    pages, down_to, left = 0, 0, 0
    for created in sorted(made.values(), reverse=True):
        if not pages or created < down_to or not left:
            pages, down_to, left = pages + 1, created - seconds_a_page, PAGE
        left -= 1
    return pages


def stretches(made: Mapping[str, int]) -> list[dict[str, int]]:
    """Return the objects, newest first, in a few parts that are read side by side."""
    newest_first = sorted(made.items(), key=lambda one: one[1], reverse=True)
    size = max(PAGE, -(-len(newest_first) // AT_ONCE))
    return [dict(newest_first[start : start + size]) for start in range(0, len(newest_first), size)]


def read_stretch(
    made: Mapping[str, int],
    fetch: Callable[[Mapping[str, Any]], Page[ObjectT]],
    fetch_one: Callable[[str], ObjectT | None],
) -> list[ObjectT]:
    """Return the objects of one stretch, newest first; those that are there.

    `fetch` returns a page of the list between two moments, `fetch_one` an object by its id.
    """
    left, oldest, objects = dict(made), min(made.values(), default=0), list[ObjectT]()
    while left:
        newest = next(iter(left))
        page = fetch({"created": {"gte": oldest, "lte": left[newest]}})[0] if len(left) > 1 else []
        known = {stripe_object["id"]: stripe_object for stripe_object in page if stripe_object["id"] in left}
        alone = [newest] if known else [one for one, created in left.items() if created == left[newest]]
        read = [stripe_object for one in alone if one not in known and (stripe_object := fetch_one(one))]
        objects += [*known.values(), *read]
        for one in {*alone, *known}:
            del left[one]
    return objects
