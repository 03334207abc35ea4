"""What a subscription schedule forbids, and what is refused of one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal, encoded
from tests.local_stripe.life import Life, moment, price, scheduled

PATH = "/v1/subscription_schedules"


def test_a_schedule_starts_and_its_phases_end_within_five_years(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    phase = {"items": [{"price": price(local)}]}
    far = moment("2031-01-02")
    message = "Invalid timestamp: can be no more than five years in the future."

    refusal = local.refused("post", PATH, customer=life.customer, start_date=far, phases=[phase])
    assert refusal == Refusal(message, param="start_date")
    refusal = local.refused("post", PATH, customer=life.customer, phases=[{**phase, "end_date": far}])
    assert refusal == Refusal(message, param="phases[0][end_date]")
    last_day = moment("2030-12-31")
    subscription_schedule = local.post(PATH, customer=life.customer, phases=[{**phase, "end_date": last_day}])
    assert subscription_schedule["phases"][0]["end_date"] == last_day


def test_a_subscription_has_one_schedule_at_most(local: Local) -> None:
    _, subscription, made = scheduled(local)
    assert local.refused("post", PATH, from_subscription=subscription["id"]) == Refusal(
        f"You cannot migrate a subscription that is already attached to a schedule: `{made['id']}`.",
        param="from_subscription",
    )


@pytest.mark.parametrize("change", [{"cancel_at_period_end": "true"}, {"cancel_at": 2_000_000_000}])
def test_a_schedule_forbids_other_cancellations_of_its_subscription(local: Local, change: dict[str, Any]) -> None:
    _, subscription, made = scheduled(local)
    refusal = local.refused("post", f"/v1/subscriptions/{subscription['id']}", **change)
    assert refusal.message == (
        f"The subscription is managed by the subscription schedule `{made['id']}`, and updating any cancelation "
        "behavior directly is not allowed. Please update the schedule instead."
    )


@pytest.mark.parametrize(
    ("action", "verb", "done"),
    [("", "update", "updated"), ("/release", "release", "released"), ("/cancel", "cancel", "canceled")],
)
def test_a_released_schedule_is_done_with(local: Local, action: str, verb: str, done: str) -> None:
    _, _, made = scheduled(local)
    local.post(f"{PATH}/{made['id']}/release")
    assert local.refused("post", f"{PATH}/{made['id']}{action}").message == (
        f"You cannot {verb} a subscription schedule that is currently in the `released` status. It must be in "
        f"`not_started, active` status to be {done}."
    )


def test_the_current_phase_must_be_in_an_update_as_it_began(local: Local) -> None:
    life = Life.begin(local)
    basic = price(local)
    subscription = life.subscribe(basic)
    subscription_schedule = local.post(PATH, from_subscription=subscription["id"])
    path = f"{PATH}/{subscription_schedule['id']}"
    start, end = moment("2026-01-01"), moment("2026-02-01")
    items = [{"price": basic}]
    refusals = [
        local.refused("post", path, phases=[{"items": items}]),
        local.refused("post", path, phases=[{"items": items, "start_date": start + 1, "end_date": end}]),
        local.refused("post", path, phases=[{"items": items, "start_date": end}]),
        local.refused("post", path, phases=[{"items": items, "start_date": start, "end_date": start}]),
    ]
    assert [refusal.message for refusal in refusals] == [
        "The subscription schedule update is missing at least one phase with a `start_date` to anchor end dates to.",
        "You can not modify the start date of the current phase.",
        "You can not modify the start date of the current phase.",
        "The end date of a phase must be later than its start date.",
    ]


def test_what_a_schedule_cannot_be_made_of_is_refused(local: Local) -> None:
    life = Life.begin(local)
    basic = price(local)
    subscription = life.subscribe(basic)
    phase = {"items": [{"price": basic}]}
    archived = price(local)
    local.post(f"/v1/prices/{archived}", active=False)
    assert local.refused("post", PATH, from_subscription=subscription["id"], end_behavior="cancel") == Refusal(
        "You cannot set `end_behavior` if `from_subscription` is set.", param="end_behavior"
    )
    assert local.refused("post", PATH, customer=life.customer).param == "phases"
    assert local.refused("post", PATH, phases=[phase]).param == "customer"
    refusal = local.refused("post", PATH, customer=life.customer, phases=[{"items": [{"price": archived}]}])
    assert refusal.param == "phases[0][items][0][price]"
    both = {**phase, "end_date": moment("2026-03-01"), "duration": {"interval": "month"}}
    assert local.refused("post", PATH, customer=life.customer, phases=[both]).param == "phases[0][duration]"
    iterations = local.refused("post", PATH, customer=life.customer, phases=[{**phase, "iterations": 2}])
    assert iterations == Refusal(
        "Received unknown parameter: phases[0][iterations]", "parameter_unknown", "phases[0][iterations]"
    )
    sent = {**phase, "collection_method": "send_invoice"}
    assert "days_until_due" in local.refused("post", PATH, customer=life.customer, phases=[sent]).message


def test_a_canceled_subscription_cannot_be_scheduled(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(price(local))
    local.delete(f"/v1/subscriptions/{subscription['id']}")
    refusal = local.refused("post", PATH, from_subscription=subscription["id"])
    assert refusal == Refusal("You cannot migrate a subscription that is `canceled`.", param="from_subscription")


def test_a_caller_of_an_earlier_version_counts_the_periods_of_a_phase(local: Local) -> None:
    """https://docs.stripe.com/changelog/clover/2025-09-30/remove-iterations."""
    life = Life.begin(local)
    quarterly = price(local, recurring={"interval": "month", "interval_count": 3})
    phase = {"items": [{"price": quarterly}], "iterations": 2}
    form = encoded({"customer": life.customer, "start_date": "now", "phases": [phase, {**phase, "iterations": 1}]})

    today = local.send("post", PATH, form, headers={"Stripe-Version": "2025-09-30.clover"}).refusal
    earlier = local.send("post", PATH, form, headers={"Stripe-Version": "2025-08-27.basil"}).json

    assert (today.code, today.param) == ("parameter_unknown", "phases[0][iterations]")
    assert [phase["end_date"] for phase in earlier["phases"]] == [moment("2026-07-01"), moment("2026-10-01")]
    details = {"phases": [phase]}
    preview = encoded({"customer": life.customer, "schedule_details": details})
    earlier = local.send("post", "/v1/invoices/create_preview", preview, headers={"Stripe-Version": "2025-08-27.basil"})
    assert earlier.status == 200
    for wrong in ({**phase, "iterations": 0}, {**phase, "items": [{"price": "price_none"}]}, {"iterations": 1}):
        form = encoded({"customer": life.customer, "start_date": "now", "phases": [wrong]})
        reply_json = local.send("post", PATH, form, headers={"Stripe-Version": "2025-08-27.basil"}).refusal
        assert reply_json.param is not None and reply_json.param.startswith("phases[0]")
