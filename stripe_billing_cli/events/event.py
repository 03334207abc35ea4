"""An event of Stripe's as this program keeps it: what it is about, and its own text.

Snapshot events (`object: event`, https://docs.stripe.com/api/events/object) carry the object; thin events
(`object: v2.core.event`, https://docs.stripe.com/event-destinations) name it, and are fetched whole later.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

Source = Literal["webhook", "poll", "backfill", "program"]
"""How it came: delivered, read from the Events API while listening or by hand, or made by this program."""

NAME = re.compile(r"[A-Za-z0-9_.:-]{1,255}", re.ASCII)
LATEST = 253402300799
"""The last second of the year 9999: what is later is no time."""


class InvalidEventError(ValueError):
    """The text is not an event. The message quotes nothing of it."""


class Event(msgspec.Struct, frozen=True):
    """An event of Stripe's, or of billing's own. `created` is in Unix seconds. `payload` is the event's JSON; None once
    it was purged.

    `customer` is the id that per-customer order goes by; None where the event is about no customer, or not yet known.
    """

    id: str
    type: str
    created: int
    livemode: bool
    payload: str | None
    source: str = "webhook"
    api_version: str | None = None
    object: str | None = None
    """The kind of object: subscription, invoice, …"""
    object_id: str | None = None
    customer: str | None = None
    account: str | None = None
    """The connected account that it happened on, if it is not the own one."""
    thin: bool = False
    """Whether the object is only named: to be fetched."""

    @property
    def customer_queue(self) -> str:
        """Return the queue of an event, handled one after the other: that of its customer, or else of its object."""
        return self.customer or self.object_id or self.id

    def body(self) -> dict[str, Any]:
        """Return the event as a dict. Raises `ValueError` where it was purged."""
        if self.payload is None:
            raise ValueError(f"the payload of {self.id} was purged")
        body: dict[str, Any] = _load_json(self.payload)
        return body


LONGEST_INT = 4000
"""Digits of a number that Python makes an integer of; a longer one stays text."""
SURROGATE = re.compile("[\ud800-\udfff]")


def _load_json(text: str) -> Any:
    """Return JSON as Python reads it, whatever numbers and half characters are in it. Raises as `json.loads`."""
    value = json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < LONGEST_INT else digits)
    return _without_half_characters(value) if "\\u" in text else value


def _without_half_characters(value: Any) -> Any:
    """Return the value with the halves of UTF-16 that stand alone replaced: nothing could print them."""
    if isinstance(value, str):
        return SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_half_characters(one) for one in value]
    if isinstance(value, dict):
        return {_without_half_characters(key): _without_half_characters(one) for key, one in value.items()}
    return value


class _About(msgspec.Struct, gc=False):
    """The fields that are read of an event's object; the names are Stripe's. Anything may stand there: the checks come
    after."""

    object: Any = None
    id: Any = None
    customer: Any = None
    customer_account: Any = None


class _Holder(msgspec.Struct):
    object: _About


class _Related(msgspec.Struct):
    """The object that a thin event names."""

    type: Any = None
    id: Any = None


class _Shape(msgspec.Struct, gc=False, kw_only=True, tag_field="object"):
    """The fields that are read of an event. All others are skipped, which makes reading it five times as fast."""

    id: Any = None
    type: Any = None
    created: Any = None
    livemode: Any = None


class _Snapshot(_Shape, kw_only=True, tag="event"):
    data: _Holder
    api_version: Any = None
    account: Any = None


class _OfV2(_Shape, kw_only=True, tag="v2.core.event"):
    data: msgspec.Raw = msgspec.Raw(b"")
    related_object: _Related | None = None
    context: Any = None


READ = msgspec.json.Decoder(_Snapshot | _OfV2)


def parse(text: str | bytes, source: Source = "webhook") -> Event:
    """Read an event, snapshot or thin. Raises `InvalidEventError`."""
    try:
        decoded_text = text.decode() if isinstance(text, bytes) else text
        shape = _shape(text, decoded_text)
        if "\0" in decoded_text:
            raise InvalidEventError("it holds a NUL")
        return (
            _snapshot(shape, decoded_text, source)
            if isinstance(shape, _Snapshot)
            else _of_v2(shape, decoded_text, source)
        )
    except (ValueError, msgspec.DecodeError, RecursionError) as error:
        if isinstance(error, InvalidEventError):
            raise
        raise InvalidEventError("no JSON of an event's shape") from None


def _shape(text: str | bytes, decoded_text: str) -> _Snapshot | _OfV2:
    """Return the fields that are read of an event. What msgspec takes for no JSON, and Python for some, is read as
    Python does."""
    try:
        shape: _Snapshot | _OfV2 = READ.decode(text)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        shape = READ.decode(json.dumps(_load_json(decoded_text)))
    return shape


def from_body(body: Mapping[str, object], source: Source = "poll") -> Event:
    """Return an event that was read as a dict. Raises `InvalidEventError`."""
    return parse(json.dumps(body, separators=(",", ":"), default=str), source)


def _snapshot(shape: _Snapshot, text: str, source: str) -> Event:
    about, created_at = shape.data.object, shape.created
    if not isinstance(created_at, int) or isinstance(created_at, bool) or not 0 <= created_at <= LATEST:
        raise InvalidEventError("its `created` is no time")
    return Event(
        id=_name(shape.id, "id"),
        type=_name(shape.type, "type"),
        created=created_at,
        livemode=shape.livemode is True,
        payload=text,
        source=source,
        api_version=_optional(shape.api_version),
        object=_optional(about.object),
        object_id=_optional(about.id),
        customer=_customer(about),
        account=_optional(shape.account),
    )


def _of_v2(shape: _OfV2, text: str, source: str) -> Event:
    """Return an event of v2, thin until it has `data`, which one that was fetched may have as null."""
    related_object = shape.related_object or _Related()
    data = bytes(shape.data)
    about = msgspec.json.decode(data, type=_About) if data.startswith(b"{") else _About()
    return Event(
        id=_name(shape.id, "id"),
        type=_name(shape.type, "type"),
        created=_seconds(shape.created),
        livemode=shape.livemode is True,
        payload=text,
        source=source,
        object=_optional(related_object.type),
        object_id=_optional(related_object.id),
        customer=_optional(related_object.id) if related_object.type == "customer" else _customer(about),
        account=_optional(shape.context),
        thin=not data,
    )


def _customer(about: _About) -> str | None:
    """Return the id of the customer that an object is or belongs to."""
    if about.object == "customer":
        return _optional(about.id)
    for value in (about.customer, about.customer_account):
        customer = _optional(value.get("id") if isinstance(value, dict) else value)
        if customer:
            return customer
    return None


def _seconds(text: Any) -> int:
    """Return the Unix seconds of a time in RFC 3339, as v2 writes them."""
    try:
        moment = datetime.fromisoformat(text)
        seconds = int(moment.timestamp()) if moment.tzinfo else -1
    except (TypeError, ValueError, OverflowError):
        seconds = -1
    if not 0 <= seconds <= LATEST:
        raise InvalidEventError("its `created` is no time")
    return seconds


def _name(value: Any, field: str) -> str:
    name = _optional(value)
    if name is None:
        raise InvalidEventError(f"its `{field}` is no name")
    return name


def _optional(value: Any) -> str | None:
    """Return an id or a name; anything else, which a database might refuse, is none."""
    return value if isinstance(value, str) and NAME.fullmatch(value) else None
