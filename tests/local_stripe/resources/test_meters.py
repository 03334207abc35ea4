"""Billing meters and metered prices (https://docs.stripe.com/billing/subscriptions/usage-based)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, moment

METERS, EVENTS = "/v1/billing/meters", "/v1/billing/meter_events"


def meter(local: Local, formula: str = "sum", event_name: str = "api_calls", **params: Any) -> Any:
    return local.post(
        METERS, display_name="API calls", event_name=event_name, default_aggregation={"formula": formula}, **params
    )


def metered(local: Local, meter: str, amount: str = "2", **params: Any) -> str:
    recurring = {"interval": "month", "usage_type": "metered", "meter": meter}
    return str(local.price(unit_amount_decimal=amount, recurring=recurring, **params)["id"])


def use(life: Life, value: str, at: str | None = None, **params: Any) -> Any:
    payload = {"stripe_customer_id": life.customer, "value": value}
    when = {} if at is None else {"timestamp": moment(at)}
    return life.local.post(EVENTS, **{"event_name": "api_calls", "payload": payload, **when, **params})


def test_meters_are_made_renamed_and_switched_off(local: Local) -> None:
    new_meter = meter(local)
    assert (new_meter["status"], new_meter["value_settings"]) == ("active", {"event_payload_key": "value"})
    assert (
        local.refused(
            "post", METERS, display_name="Again", event_name="api_calls", default_aggregation={"formula": "sum"}
        ).param
        == "event_name"
    )
    path = f"{METERS}/{new_meter['id']}"
    assert local.post(path, display_name="Calls")["display_name"] == "Calls"
    off = local.post(f"{path}/deactivate")
    assert (off["status"], off["status_transitions"]["deactivated_at"] is not None) == ("inactive", True)
    assert local.get(METERS, status="active")["data"] == []
    assert local.post(f"{path}/reactivate")["status"] == "active"
    assert local.refused("post", f"{path}/reactivate").status == 400
    assert [event["type"] for event in local.events(type="billing.meter.*")] == [
        "billing.meter.reactivated",
        "billing.meter.deactivated",
        "billing.meter.updated",
        "billing.meter.created",
    ]


@pytest.mark.parametrize(("formula", "total"), [("sum", 2 * 15), ("count", 2 * 3), ("last", 2 * 4)])
def test_what_was_used_is_billed_at_the_end_of_the_period(local: Local, formula: str, total: int) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(metered(local, meter(local, formula)["id"]))
    assert life.totals(subscription["id"]) == []
    life.advance("2026-01-20")
    use(life, "1", "2026-01-05")
    use(life, "10", "2026-01-10")
    use(life, "4", "2026-01-15")
    preview = local.post("/v1/invoices/create_preview", subscription=subscription["id"])
    assert preview["total"] == total
    life.advance("2026-03-01 02:00")
    assert life.totals(subscription["id"]) == [total, 0]
    [line] = life.invoices(subscription["id"])[0]["lines"]["data"]
    assert line["period"] == {"start": moment("2026-01-01"), "end": moment("2026-02-01")}


def test_usage_is_summed_up_for_a_time_and_by_day(local: Local) -> None:
    life = Life.begin(local)
    new_meter = meter(local)
    life.advance("2026-01-20")
    use(life, "1.5", "2026-01-05 10:00")
    use(life, "2.5", "2026-01-05 11:00")
    use(life, "4", "2026-01-06 10:00")
    bounds = {"start_time": moment("2026-01-05"), "end_time": moment("2026-01-07")}
    path = f"{METERS}/{new_meter['id']}/event_summaries"
    [whole] = local.get(path, customer=life.customer, **bounds)["data"]
    assert whole["aggregated_value"] == 8.0
    by_day = local.get(path, customer=life.customer, value_grouping_window="day", **bounds)["data"]
    assert [one["aggregated_value"] for one in by_day] == [4.0, 4.0]


def test_an_event_counts_once(local: Local) -> None:
    life = Life.begin(local)
    meter(local)
    event = use(life, "5", identifier="first")
    assert (event["identifier"], event["payload"]["value"]) == ("first", "5")
    payload = {"stripe_customer_id": life.customer, "value": "5"}
    refusal = local.refused("post", EVENTS, event_name="api_calls", payload=payload, identifier="first")
    assert refusal.param == "identifier"


def test_events_that_no_meter_understands(local: Local) -> None:
    life = Life.begin(local)
    meter(local)
    known = {"stripe_customer_id": life.customer, "value": "5"}
    for params, param in (
        ({"event_name": "unknown", "payload": known}, "event_name"),
        ({"event_name": "api_calls", "payload": {"value": "5"}}, "payload[stripe_customer_id]"),
        (
            {"event_name": "api_calls", "payload": {**known, "stripe_customer_id": "cus_none"}},
            "payload[stripe_customer_id]",
        ),
        ({"event_name": "api_calls", "payload": {**known, "value": "many"}}, "payload[value]"),
        ({"event_name": "api_calls", "payload": known, "timestamp": moment("2025-01-01")}, "timestamp"),
    ):
        assert local.refused("post", EVENTS, **params).param == param


def test_what_was_used_until_a_cancellation_is_on_the_last_invoice(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(metered(local, meter(local)["id"], "100"))
    life.advance("2026-01-20")
    use(life, "7", "2026-01-15")
    local.send("delete", f"/v1/subscriptions/{subscription['id']}", "invoice_now=true")
    assert life.totals(subscription["id"]) == [700]


def test_a_fraction_is_billed_as_one(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(metered(local, meter(local)["id"], "150"))
    life.advance("2026-01-20")
    use(life, "1.5", "2026-01-15")
    life.advance("2026-02-01 02:00")
    [invoice] = life.invoices(subscription["id"])
    [line] = invoice["lines"]["data"]
    assert (invoice["total"], line["quantity"], line["quantity_decimal"]) == (225, 1, "1.5")


def change(local: Local, subscription: Any, to: str, **params: Any) -> Any:
    items = [{"id": subscription["items"]["data"][0]["id"], "price": to}]
    return local.post(f"/v1/subscriptions/{subscription['id']}", items=items, **params)


def pending(local: Local) -> list[tuple[int, bool]]:
    invoice_items = local.get("/v1/invoiceitems", pending=True)["data"]
    return [(one["amount"], one["proration"]) for one in invoice_items]


@pytest.mark.parametrize(
    ("behavior", "waits", "totals"),
    [
        ("create_prorations", [(167, False)], [167 + 200]),
        ("always_invoice", [], [167, 200]),
        ("none", [], [200]),
    ],
)
def test_use_is_billed_at_the_price_in_effect_when_it_was_reported(
    local: Local, behavior: str, waits: list[Any], totals: list[int]
) -> None:
    """A line of use that a change makes is no proration: 166.5 is 167."""
    life = Life.begin(local, "2026-04-01")
    calls = meter(local)["id"]
    subscription = life.subscribe(metered(local, calls, "0.5"))
    life.advance("2026-04-11")
    use(life, "333")
    change(local, subscription, metered(local, calls, "2"), proration_behavior=behavior)
    assert pending(local) == waits
    use(life, "100")
    preview = local.post("/v1/invoices/create_preview", subscription=subscription["id"])
    life.advance("2026-05-01 01:01")
    assert life.totals(subscription["id"]) == totals
    assert preview["total"] == totals[-1]


def test_use_is_billed_when_its_price_gives_way_to_a_licensed_one(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(metered(local, meter(local)["id"], "0.5"))
    use(life, "333")
    plain = str(local.price(unit_amount=2400, recurring={"interval": "month"})["id"])
    how: Any = {"proration_behavior": "always_invoice"}
    items = [{"id": subscription["items"]["data"][0]["id"], "price": plain}]
    preview = local.post(
        "/v1/invoices/create_preview", subscription=subscription["id"], subscription_details={"items": items, **how}
    )
    change(local, subscription, plain, **how)
    assert life.totals(subscription["id"]) == [2400 + 167] == [preview["total"]]
    assert pending(local) == []


def test_use_is_billed_once_when_a_new_period_begins(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(metered(local, meter(local)["id"]))
    use(life, "10")
    life.advance("2026-04-11")
    local.post(f"/v1/subscriptions/{subscription['id']}", billing_cycle_anchor={"type": "now"})
    use(life, "5")
    life.advance("2026-05-11 01:01")
    assert life.totals(subscription["id"]) == [30]


def test_a_phase_s_end_bills_use_at_the_price_of_the_phase(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    calls = meter(local)["id"]
    old, new = metered(local, calls, "0.5"), metered(local, calls, "2")
    subscription = life.subscribe(old)
    subscription_schedule = local.post("/v1/subscription_schedules", from_subscription=subscription["id"])
    phases = [
        {"items": [{"price": old}], "start_date": moment("2026-04-01"), "end_date": moment("2026-05-01")},
        {"items": [{"price": new}]},
    ]
    local.post(f"/v1/subscription_schedules/{subscription_schedule['id']}", phases=phases, end_behavior="release")
    use(life, "333")
    preview = local.post("/v1/invoices/create_preview", subscription=subscription["id"])
    life.advance("2026-05-01 01:01")
    assert life.totals(subscription["id"]) == [167] == [preview["total"]]
    use(life, "100")
    life.advance("2026-06-01 01:01")
    assert life.totals(subscription["id"]) == [167, 200]


@pytest.mark.parametrize("ends", [{"cancel_at_period_end": True}, {"cancel_at": moment("2026-04-16")}])
def test_the_end_bills_what_was_used(local: Local, ends: Any) -> None:
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(metered(local, meter(local)["id"]))
    use(life, "10")
    after = local.post(f"/v1/subscriptions/{subscription['id']}", **ends)
    preview = local.post("/v1/invoices/create_preview", subscription=subscription["id"])
    life.advance("2026-05-01 01:01")
    [last] = life.invoices(subscription["id"])
    assert (last["total"], last["status"], last["created"]) == (20, "paid", after["cancel_at"])
    assert preview["total"] == 20


def test_a_trial_that_begins_bills_what_was_used_before(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(metered(local, meter(local)["id"]))
    use(life, "10")
    life.advance("2026-04-11")
    local.post(f"/v1/subscriptions/{subscription['id']}", trial_end=moment("2026-04-21"))
    use(life, "5")
    life.advance("2026-05-21 01:01")
    assert sum(life.totals(subscription["id"])) == 20


def test_an_event_that_is_canceled_counts_no_longer(local: Local) -> None:
    """https://docs.stripe.com/api/billing/meter-event-adjustment; the words of the refusals are not recorded."""
    life = Life.begin(local)
    path = f"{METERS}/{meter(local, formula='last')['id']}/event_summaries"
    for number, value in enumerate(("5", "7")):
        use(life, value, identifier=f"use-{number}")
    canceling: Any = {"event_name": "api_calls", "type": "cancel", "cancel": {"identifier": "use-1"}}
    adjusted = local.post("/v1/billing/meter_event_adjustments", **canceling)
    assert (adjusted["status"], adjusted["cancel"]) == ("complete", {"identifier": "use-1"})
    start = moment("2026-01-01")
    [summary] = local.get(path, customer=life.customer, start_time=start, end_time=start + 86_400)["data"]
    assert summary["aggregated_value"] == 5
    again = local.refused("post", "/v1/billing/meter_event_adjustments", **canceling)
    assert again.message == "The meter event `use-1` is canceled already."
    unknown = {**canceling, "cancel": {"identifier": "use-9"}}
    assert local.refused("post", "/v1/billing/meter_event_adjustments", **unknown).code == "resource_missing"
    life.advance("2026-01-03")
    late = {**canceling, "cancel": {"identifier": "use-0"}}
    assert "within 24 hours" in local.refused("post", "/v1/billing/meter_event_adjustments", **late).message
