"""An event of Stripe's as this program keeps it: what it is about, and its own text.

Snapshot events (`object: event`, https://docs.stripe.com/api/events/object) carry the object; thin events
(`object: v2.core.event`, https://docs.stripe.com/event-destinations) name it, and are fetched whole later.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Source = Literal["webhook", "poll", "backfill", "program"]
"""How it came: delivered, read from the Events API while listening or by hand, or made by this program."""

NAME = re.compile(r"[A-Za-z0-9_.:-]{1,255}", re.ASCII)
LATEST = 253402300799
"""The last second of the year 9999: what is later is no time."""


class NotAnEvent(ValueError):
    """The text is not an event. The message quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Event:
    """`created` is in Unix seconds. `payload` is the event's JSON; None once it was purged.

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
    def lane(self) -> str:
        """What is handled one after the other: the events of a customer, or else of an object."""
        return self.customer or self.object_id or self.id

    def body(self) -> dict[str, Any]:
        """The event as a dict. Raises `ValueError` where it was purged."""
        if self.payload is None:
            raise ValueError(f"the payload of {self.id} was purged")
        parsed: dict[str, Any] = json.loads(self.payload)
        return parsed


def parse(text: str | bytes, source: Source = "webhook") -> Event:
    """Read an event, snapshot or thin. Raises `NotAnEvent`."""
    try:
        whole = text.decode() if isinstance(text, bytes) else text
        body = json.loads(whole)
    except (ValueError, RecursionError):
        raise NotAnEvent("not JSON in UTF-8") from None
    if not isinstance(body, dict):
        raise NotAnEvent("not a JSON object")
    return from_body(body, whole, source)


def from_body(body: dict[str, Any], text: str | None = None, source: Source = "poll") -> Event:
    """An event from its dict; `text` is its JSON where that is at hand. Raises `NotAnEvent`."""
    whole = json.dumps(body, separators=(",", ":")) if text is None else text
    match body.get("object"):
        case "event":
            return _snapshot(body, whole, source)
        case "v2.core.event":
            return _of_v2(body, whole, source)
    raise NotAnEvent("its `object` is neither event nor v2.core.event")


def _snapshot(body: dict[str, Any], text: str, source: str) -> Event:
    holder = body.get("data")
    about = holder.get("object") if isinstance(holder, dict) else None
    if not isinstance(about, dict):
        raise NotAnEvent("it holds no object")
    created = body.get("created")
    if not isinstance(created, int) or isinstance(created, bool) or not 0 <= created <= LATEST:
        raise NotAnEvent("its `created` is no time")
    return Event(
        id=_name(body, "id"),
        type=_name(body, "type"),
        created=created,
        livemode=body.get("livemode") is True,
        payload=text,
        source=source,
        api_version=_optional(body.get("api_version")),
        object=_optional(about.get("object")),
        object_id=_optional(about.get("id")),
        customer=customer_of(about),
        account=_optional(body.get("account")),
    )


def _of_v2(body: dict[str, Any], text: str, source: str) -> Event:
    """One of v2; it is thin until it holds `data`, null though that may be."""
    related = body.get("related_object")
    about = related if isinstance(related, dict) else {}
    return Event(
        id=_name(body, "id"),
        type=_name(body, "type"),
        created=_seconds(body.get("created")),
        livemode=body.get("livemode") is True,
        payload=text,
        source=source,
        object=_optional(about.get("type")),
        object_id=_optional(about.get("id")),
        customer=_customer_of_v2(about, body.get("data")),
        account=_optional(body.get("context")),
        thin="data" not in body,
    )


def customer_of(about: dict[str, Any]) -> str | None:
    """The id of the customer that an object is or belongs to."""
    if about.get("object") == "customer":
        return _optional(about.get("id"))
    for name in ("customer", "customer_account"):
        value = about.get(name)
        found = _optional(value.get("id") if isinstance(value, dict) else value)
        if found:
            return found
    return None


def _customer_of_v2(related: dict[str, Any], inside: Any) -> str | None:
    if related.get("type") == "customer":
        return _optional(related.get("id"))
    return customer_of(inside) if isinstance(inside, dict) else None


def _seconds(text: Any) -> int:
    """v2 writes times as RFC 3339."""
    try:
        moment = datetime.fromisoformat(text)
        seconds = int(moment.timestamp()) if moment.tzinfo else -1
    except (TypeError, ValueError, OverflowError):
        seconds = -1
    if not 0 <= seconds <= LATEST:
        raise NotAnEvent("its `created` is no time")
    return seconds


def _name(body: dict[str, Any], field: str) -> str:
    value = _optional(body.get(field))
    if value is None:
        raise NotAnEvent(f"its `{field}` is no name")
    return value


def _optional(value: Any) -> str | None:
    """An id or a name; anything else, which a database might refuse, is none."""
    return value if isinstance(value, str) and NAME.fullmatch(value) else None
