"""The parts of Stripe's objects that many of them have, and what a declaration is.

The modules of this package do without `from __future__ import annotations`: annotations that are text would each be
compiled at start-up.
"""

from collections.abc import Mapping
from typing import Any, Generic, TypedDict, TypeVar, cast

T = TypeVar("T")

Metadata = dict[str, str]


def metadata_of(stripe_object: Mapping[str, object]) -> Metadata:
    """Return the metadata of an object of whatever kind, or of the parameters of one; empty where it has none."""
    return cast(Metadata, stripe_object.get("metadata") or {})


def field_of(stripe_object: Mapping[str, object], name: str) -> object:
    """Return a declared field whose name is known only at run time."""
    return stripe_object[name]


class StripeObject(TypedDict):
    """A part of an answer. Times are Unix seconds, amounts minor units."""


Kind = TypeVar("Kind", bound=StripeObject)
"""A declared object, of whatever kind: `Customer`, `Invoice`."""


class IdentifiedObject(StripeObject):
    """An object of which only the id is read: an expanded one, or one of whatever kind."""

    id: str


class DatedObject(IdentifiedObject):
    """An object of which only the id is read, and when it was made."""

    created: int


ObjectT = TypeVar("ObjectT", bound=IdentifiedObject)
"""The type of an object as Stripe has it, in code for objects of every kind, which calls the object `stripe_object`."""
DatedObjectT = TypeVar("DatedObjectT", bound=DatedObject)
"""The type of an object as Stripe has it that says when it was made."""

Reference = str | IdentifiedObject
"""The id of an object, or the object itself where it was expanded (https://docs.stripe.com/api/expanding_objects)."""


class EmbeddedList(StripeObject, Generic[T]):
    """A list inside an object: its first page."""

    data: list[T]
    has_more: bool


class Page(StripeObject, Generic[T]):
    """A page of a list (https://docs.stripe.com/api/pagination)."""

    data: list[T]
    has_more: bool


class Period(StripeObject):
    start: int
    end: int


class SearchResult(StripeObject):
    """The result of a search: objects that are not completed (https://docs.stripe.com/search)."""

    data: list[Any]
    next_page: str | None
