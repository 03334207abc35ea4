"""Meters, as events of usage and prices name them."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "billing.meter"


def find_by_event_name(call: Call, event_name: str) -> Object | None:
    """Return the active meter that events of this name go to."""
    conditions = [*equal(json_field("event_name"), event_name), *equal(json_field("status"), "active")]
    meters = call.store.select(KIND, conditions, newest_first=True, limit=1)
    return meters[0] if meters else None
