"""The parts of the structs of Stripe's objects."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


class StripeObject(msgspec.Struct, kw_only=True):
    """A part of an answer. Times are Unix seconds, amounts minor units."""


class Identified(StripeObject):
    """An expanded object of which only the id is read."""

    id: str


Reference = str | Identified
"""The id of an object, or the object itself where it was expanded (https://docs.stripe.com/api/expanding_objects)."""
Metadata = dict[str, str]


class Embedded(StripeObject, Generic[T]):
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
    next_page: str | None = None
