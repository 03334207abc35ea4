"""The users of an object that is being replaced or retired, and what sells it.

They are found in the account's lists: Stripe has no filter for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import PermissionMissingError, UnsupportedCallError
from stripe_billing_cli.stripe_api.objects.common import IdentifiedObject, ObjectT

MOST_PAGES = 10
"""The most pages of a list that are looked at: 1,000 objects."""
MOST_NAMED = 3
"""The most objects that are named."""


@dataclass(frozen=True)
class Seller:
    """An object of the account, such as a payment link, by which prices are sold: Stripe closes it when one of them is
    archived. `text` is what people call it, `sells` the ids of what it sells."""

    stripe_object: IdentifiedObject
    text: str
    sells: tuple[str, ...]


@dataclass(frozen=True)
class Usage:
    """The users of an object, in words; `subscriptions` says how many of them are subscriptions, `1 subscription`,
    where there are some."""

    text: str | None
    subscriptions: str | None = None


@dataclass(frozen=True)
class Place(Generic[ObjectT]):
    """A list of objects that may use another; `uses` yields what one of them uses, by id."""

    noun: str
    path: str
    object_type: type[ObjectT]
    uses: Callable[[ObjectT], Iterator[str]]
    params: Mapping[str, Any] = field(default_factory=dict)


def still_using(api: StripeApi, object_id: str, places: Sequence[Place[Any]]) -> str:
    """Return the users of an object, in words, with the lists that the key may not read or that were not read whole."""
    texts, remarks = [], []
    for place in places:
        try:
            users, is_complete = _users(api, object_id, place)
        except PermissionMissingError:
            remarks.append(f"the key may not list {place.noun}s")
            continue
        except UnsupportedCallError:
            continue
        if users:
            texts.append(_describe_users(users, place.noun))
        if not is_complete:
            remarks.append(f"only the newest {MOST_PAGES * 100:,} {place.noun}s were looked at")
    nouns = " or ".join(place.noun for place in places)
    usage = f"still used by {' and '.join(texts)}" if texts else f"used by no {nouns}"
    return "; ".join([f"{object_id} is {usage}", *remarks])


def _users(api: StripeApi, object_id: str, place: Place[ObjectT]) -> tuple[list[str], bool]:
    """Return the ids of those that use the object, and whether all were looked at."""
    pages = api.pages(place.path, place.params, kind=place.object_type)
    newest_pages = list(islice(pages, MOST_PAGES))
    users = [
        stripe_object["id"] for page in newest_pages for stripe_object in page if object_id in place.uses(stripe_object)
    ]
    return users, len(newest_pages) < MOST_PAGES or next(iter(pages), None) is None


def _describe_users(users: list[str], noun: str) -> str:
    ellipsis = ", …" if len(users) > MOST_NAMED else ""
    return f"{len(users):,} {noun}{'s' if len(users) != 1 else ''} ({', '.join(users[:MOST_NAMED])}{ellipsis})"
