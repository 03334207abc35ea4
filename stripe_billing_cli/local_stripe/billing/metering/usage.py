"""Usage of a meter: what its events add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from stripe_billing_cli.local_stripe.billing.metering import meters
from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Condition, Object

KIND = "billing.meter_event"


@dataclass(frozen=True)
class UsageReported:
    """An effect that others act on: use of a customer, with this id, was reported."""

    customer: str


def total_usage(call: Call, meter: str, customer: str, start: int, end: int, *, after: int = 0) -> Decimal:
    """Return what a customer used of a meter in [start, end), by the meter's formula; of what was reported `after` that
    number of an object."""
    stored_meter = call.store.get(meters.KIND, meter)
    if stored_meter is None:
        return Decimal(0)
    return _aggregate(stored_meter["default_aggregation"]["formula"], _events(call, meter, customer, start, end, after))


def _events(call: Call, meter: str, customer: str, start: int, end: int, after: int) -> list[Object]:
    """Return the events of a time that are not canceled, in the order of their times."""
    conditions = [
        *equal(json_field("customer"), customer),
        *equal(json_field("meter"), meter),
        Condition(f"{json_field('canceled')} IS NULL"),
        Condition("seq > ?", (after,)),
        Condition(f"{json_field('timestamp')} >= ? AND {json_field('timestamp')} < ?", (start, end)),
    ]
    events = call.store.select(KIND, conditions, newest_first=False, limit=1_000_000)
    return sorted(events, key=lambda event: int(event["timestamp"]))


def _aggregate(formula: str, events: Sequence[Object]) -> Decimal:
    values = [Decimal(event["value"]) for event in events]
    if formula == "last":
        return values[-1] if values else Decimal(0)
    return sum(values, Decimal(0))
