"""However a clock is moved, the same has happened at the end."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.local_stripe.conftest import NOW, Local
from tests.local_stripe.life import CLOCKS, DAY, Life, moment, price

END = moment("2026-05-10")
EVENT_TYPES = [
    "customer.discount.deleted",
    "customer.subscription.updated",
    "invoice.created",
    "invoice.paid",
    "invoice.upcoming",
    "subscription_schedule.expiring",
    "subscription_schedule.released",
    "subscription_schedule.updated",
]


def lived(steps: list[int]) -> Any:
    """Return a life with a trial, a coupon, a scheduled downgrade and use of a meter, to the end by these steps, in
    days."""
    with tempfile.TemporaryDirectory() as directory:
        transport = LocalTransport(Path(directory) / "local.db", clock=lambda: float(NOW))
        try:
            return _life(Local(transport), steps)
        finally:
            transport.close()


def _life(local: Local, steps: list[int]) -> Any:
    life = Life.begin(local, "2026-01-20")
    meter = local.post(
        "/v1/billing/meters", display_name="Calls", event_name="calls", default_aggregation={"formula": "sum"}
    )
    coupon = local.post("/v1/coupons", percent_off=25, duration="repeating", duration_in_months=3)["id"]
    pro, basic = price(local, 3001), price(local, 999)
    use = local.price(unit_amount=7, recurring={"interval": "month", "usage_type": "metered", "meter": meter["id"]})
    subscription = life.subscribe(pro, use["id"], discounts=[{"coupon": coupon}], trial_period_days=11)
    payload = {"stripe_customer_id": life.customer, "value": "31"}
    local.post("/v1/billing/meter_events", event_name="calls", payload=payload, timestamp=moment("2026-01-20"))
    schedule = local.post("/v1/subscription_schedules", from_subscription=subscription["id"])
    now = schedule["phases"][0]
    kept = {
        "items": [{"price": pro}, {"price": use["id"]}],
        "start_date": now["start_date"],
        "end_date": now["end_date"],
        "trial": True,
        "discounts": [{"coupon": coupon}],
    }
    after = {
        "duration": {"interval": "month", "interval_count": 2},
        "items": [{"price": pro}, {"price": use["id"]}],
        "discounts": [{"coupon": coupon}],
    }
    last = {"items": [{"price": basic}], "proration_behavior": "always_invoice"}
    local.post(f"/v1/subscription_schedules/{schedule['id']}", phases=[kept, after, last])
    at = moment("2026-01-20")
    for step in [*steps, 20] * 40:
        at = min(at + step * DAY, END)
        local.post(f"{CLOCKS}/{life.clock}/advance", frozen_time=at)
        if at == END:
            break
    current = life.subscription(subscription["id"])
    invoices = [
        (one["created"], one["billing_reason"], one["total"], one["status"], one["lines"]["data"][0]["period"])
        for one in life.invoices(subscription["id"])
    ]
    events = local.get("/v1/events", types=EVENT_TYPES, limit=100)["data"]
    return (
        invoices,
        current["status"],
        current["schedule"],
        current["discounts"] == [],
        sorted(event["type"] for event in events),
    )


@settings(max_examples=2, deadline=None)
@given(st.lists(st.integers(7, 40), min_size=1, max_size=4))
def test_a_clock_moved_by_any_steps_comes_to_the_same_end(steps: list[int]) -> None:
    assert lived(steps) == lived([28])


def test_that_life_is_billed_as_it_should_be() -> None:
    invoices, status, schedule, undiscounted, _ = lived([28])
    assert [(reason, total) for _, reason, total, _, _ in invoices] == [
        ("subscription_create", 0),
        ("subscription_cycle", 2251),
        ("subscription_cycle", 2251),
        ("subscription_cycle", 999),
        ("subscription_cycle", 999),
    ]
    assert (status, schedule, undiscounted) == ("active", None, True)
