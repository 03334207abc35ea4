"""An event in a few words: what it is about and what changed, without anything personal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import Delivery, StoredEvent

TELLING = frozenset({"status", "cancel_at_period_end", "active", "paid", "delinquent", "livemode", "quantity"})
"""Fields whose values may be printed: words and switches of Stripe's. Of all others only the name is."""
MOST_NAMED = 4


def changes(event: Event) -> list[str]:
    """Return the changes of an update: `status: incomplete → active`, or the names of the fields."""
    if event.payload is None:
        return []
    data = event.body().get("data")
    if not isinstance(data, Mapping):
        return []
    before, after = data.get("previous_attributes"), data.get("object")
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return []
    return [_change(name, before[name], after.get(name)) for name in sorted(before, key=lambda name: _rank(name))]


def _rank(name: str) -> tuple[bool, str]:
    return name not in TELLING, name


def _change(name: str, before: Any, after: Any) -> str:
    if name in TELLING and not isinstance(before, dict | list) and not isinstance(after, dict | list):
        return f"{name}: {_word(before)} → {_word(after)}"
    return name


def _word(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
    return str(value)


def shorten(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def delivery_record(delivery: Delivery) -> dict[str, Any]:
    """Return the record of a delivery: what a handler did about an event, or is going to do. Times are Unix seconds."""
    is_open = delivery.status in ("pending", "failed")
    return {
        "handler": delivery.handler,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "due": int(delivery.due) if is_open else None,
        "finished_at": None if delivery.finished_at is None else int(delivery.finished_at),
        "outcome": delivery.outcome,
        "error": delivery.error,
    }


def event_record(event: Event, received_at: float, deliveries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the record of an event without its payload."""
    return {
        "id": event.id,
        "type": event.type,
        "created": event.created,
        "livemode": event.livemode,
        "api_version": event.api_version,
        "object": event.object,
        "object_id": event.object_id,
        "customer": event.customer,
        "account": event.account,
        "source": event.source,
        "received_at": int(received_at),
        "deliveries": deliveries,
    }


def stored_record(stored_event: StoredEvent) -> dict[str, Any]:
    return event_record(
        stored_event.event,
        stored_event.received_at,
        [delivery_record(delivery) for delivery in stored_event.deliveries],
    )
