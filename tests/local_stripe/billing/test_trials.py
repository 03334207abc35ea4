"""Trials (https://docs.stripe.com/billing/subscriptions/trials), with and without a card."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, moment, price


def ends_by(behavior: str) -> dict[str, Any]:
    return {"trial_settings": {"end_behavior": {"missing_payment_method": behavior}}, "trial_period_days": 14}


def test_a_trial_begins_with_an_invoice_of_nothing_and_a_setup_intent_for_the_card(local: Local) -> None:
    life = Life.begin(local, "2026-01-01", card=None)
    subscription = life.subscribe(price(local), trial_period_days=14, payment_behavior="default_incomplete")

    assert (subscription["status"], subscription["trial_start"], subscription["trial_end"]) == (
        "trialing",
        moment("2026-01-01"),
        moment("2026-01-15"),
    )
    assert (
        subscription["billing_cycle_anchor"]
        == subscription["items"]["data"][0]["current_period_end"]
        == moment("2026-01-15")
    )
    [invoice] = life.invoices(subscription["id"])
    assert (invoice["status"], invoice["total"]) == ("paid", 0)
    assert [line["description"] for line in invoice["lines"]["data"]] == ["Free trial for 1 × Pro"]
    local.post(f"/v1/setup_intents/{subscription['pending_setup_intent']}/confirm", payment_method="pm_card_visa")
    after = life.subscription(subscription["id"])
    assert after["pending_setup_intent"] is None
    assert local.get(f"/v1/payment_methods/{after['default_payment_method']}")["card"]["last4"] == "4242"
    life.advance("2026-01-15 02:00")
    assert (life.subscription(subscription["id"])["status"], life.totals(subscription["id"])) == ("active", [0, 1500])


def test_with_a_card_no_setup_intent_is_needed(local: Local) -> None:
    assert Life.begin(local).subscribe(price(local), trial_period_days=14)["pending_setup_intent"] is None


@pytest.mark.parametrize("behavior", ["cancel", "create_invoice", "pause"])
def test_a_trial_with_a_card_goes_over_into_a_paid_period(local: Local, behavior: str) -> None:
    life = Life.begin(local, "2026-01-01")
    subscription = life.subscribe(price(local), **ends_by(behavior))
    life.advance("2026-01-15 02:00")
    after = life.subscription(subscription["id"])
    assert (after["status"], life.totals(subscription["id"])) == ("active", [0, 1500])
    assert after["items"]["data"][0]["current_period_end"] == moment("2026-02-15")


def test_without_a_card_the_trial_s_end_may_cancel(local: Local) -> None:
    life = Life.begin(local, "2026-01-01", card=None)
    subscription = life.subscribe(price(local), **ends_by("cancel"))
    life.advance("2026-01-15 02:00")
    after = life.subscription(subscription["id"])
    assert (after["status"], after["ended_at"], life.totals(subscription["id"])) == (
        "canceled",
        moment("2026-01-15"),
        [0],
    )


def test_without_a_card_the_trial_s_end_may_leave_an_invoice_to_be_paid(local: Local) -> None:
    life = Life.begin(local, "2026-01-01", card=None)
    subscription = life.subscribe(price(local), **ends_by("create_invoice"))
    life.advance("2026-01-15 00:30")
    assert life.subscription(subscription["id"])["status"] == "active"
    life.advance("2026-01-15 02:00")
    assert life.subscription(subscription["id"])["status"] == "past_due"
    assert life.invoices(subscription["id"])[-1]["status"] == "open"


def test_without_a_card_the_trial_s_end_may_pause_until_there_is_one(local: Local) -> None:
    life = Life.begin(local, "2026-01-01", card=None)
    subscription = life.subscribe(price(local), **ends_by("pause"))
    life.advance("2026-02-20")
    paused = life.subscription(subscription["id"])
    assert paused["status"] == "paused"
    assert paused["status_details"] == {
        "paused": {
            "subscription": {"type": "trial_end_without_payment_method"},
            "transitioned_at": moment("2026-01-15"),
            "type": "subscription",
        }
    }
    assert life.totals(subscription["id"]) == [0]
    life.pay_by("pm_card_visa")
    local.post(f"/v1/subscriptions/{subscription['id']}/resume", payment_behavior="resume_on_payment_success")
    after = life.subscription(subscription["id"])
    assert (after["status"], after["billing_cycle_anchor"]) == ("active", moment("2026-02-20"))
    assert life.totals(subscription["id"]) == [0, 1500]


def test_three_days_before_its_end_a_trial_says_so_once(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    subscription = life.subscribe(price(local), trial_period_days=14)
    warned = "customer.subscription.trial_will_end"
    life.advance("2026-01-11")
    assert warned not in life.events(warned)
    life.advance("2026-01-12")
    local.post(f"/v1/subscriptions/{subscription['id']}", metadata={"a": "b"})
    life.advance("2026-01-14")
    assert life.events(warned) == [warned]


def test_a_trial_shorter_than_three_days_says_so_at_once(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    life.subscribe(price(local), trial_period_days=2)
    assert len(life.events("customer.subscription.trial_will_end")) == 1


def test_a_trial_ends_now_and_a_paid_period_begins(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    subscription = life.subscribe(price(local), trial_period_days=14)
    life.advance("2026-01-05")
    after = local.post(f"/v1/subscriptions/{subscription['id']}", trial_end="now")
    assert (after["status"], after["trial_end"], after["billing_cycle_anchor"]) == (
        "active",
        moment("2026-01-05") - 1,
        moment("2026-01-05"),
    )
    assert life.totals(subscription["id"]) == [0, 1500]
    life.advance("2026-01-20")
    assert life.subscription(subscription["id"])["status"] == "active"
    assert life.totals(subscription["id"]) == [0, 1500]


def test_a_trial_is_prolonged_without_an_invoice(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    subscription = life.subscribe(price(local), trial_period_days=14)
    after = local.post(f"/v1/subscriptions/{subscription['id']}", trial_end=moment("2026-02-01"))
    assert (after["status"], after["billing_cycle_anchor"]) == ("trialing", moment("2026-02-01"))
    life.advance("2026-02-01 02:00")
    assert life.totals(subscription["id"]) == [0, 1500]


def test_a_trial_in_a_paid_period_credits_it_and_moves_the_billing_date(local: Local) -> None:
    """https://docs.stripe.com/billing/subscriptions/billing-cycle#change-the-billing-period-using-a-trial-period: billed
    next on July 23, a trial on July 15 until August 1; "the customer isn't billed on July 23"."""
    life = Life.begin(local, "2021-06-23")
    subscription = life.subscribe(price(local, 3000))
    life.advance("2021-07-15")
    update = {"trial_end": moment("2021-08-01"), "proration_behavior": "none"}
    after = local.post(f"/v1/subscriptions/{subscription['id']}", **update)
    assert (after["status"], after["trial_start"]) == ("trialing", moment("2021-07-15"))
    life.advance("2021-09-02")
    assert [(one["total"], one["created"]) for one in life.invoices(subscription["id"])] == [
        (3000, moment("2021-06-23")),
        (0, moment("2021-07-15")),
        (3000, moment("2021-08-01")),
        (3000, moment("2021-09-01")),
    ]


def test_a_trial_combined_with_an_anchor_is_followed_by_a_part_of_a_period(local: Local) -> None:
    """ "A free trial is 7 days and the billing renewal is monthly on the 1st. If the customer subscribes on the 15th,
    we generate a prorated invoice on the 22nd …, then invoice for the full amount on the 1st"."""
    life = Life.begin(local, "2026-05-15")
    subscription = life.subscribe(
        price(local, 3100), trial_end=moment("2026-05-22"), billing_cycle_anchor=moment("2026-06-01")
    )
    life.advance("2026-06-02")
    assert [(one["total"], one["created"]) for one in life.invoices(subscription["id"])] == [
        (0, moment("2026-05-15")),
        (1000, moment("2026-05-22")),
        (3100, moment("2026-06-01")),
    ]


def test_a_change_in_a_trial_costs_nothing(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    subscription = life.subscribe(price(local), trial_period_days=14)
    dear = price(local, 9900)
    items = [{"id": subscription["items"]["data"][0]["id"], "price": dear}]
    after = local.post(f"/v1/subscriptions/{subscription['id']}", items=items, proration_behavior="always_invoice")
    assert (after["status"], after["items"]["data"][0]["current_period_end"]) == ("trialing", moment("2026-01-15"))
    assert life.totals(subscription["id"]) == [0]
    life.advance("2026-01-15 02:00")
    assert life.totals(subscription["id"]) == [0, 9900]


def test_a_trial_of_more_than_two_years_is_refused(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    form = {"customer": life.customer, "items": [{"price": price(local)}], "trial_end": moment("2028-02-01")}
    assert local.refused("post", "/v1/subscriptions", **form).param == "trial_end"


def test_a_trial_that_is_ended_and_pauses_has_a_period_until_then(local: Local) -> None:
    """Recorded (2026-08-26.dahlia); resumed without a card it stays paused, with an invoice to pay within 23 hours."""
    life = Life.begin(local, "2026-01-01", card=None)
    settings = {"end_behavior": {"missing_payment_method": "pause"}}
    subscription = life.subscribe(price(local), trial_period_days=14, trial_settings=settings)
    life.advance("2026-01-05")
    now = moment("2026-01-05")
    after = local.post(f"/v1/subscriptions/{subscription['id']}", trial_end="now")
    [item] = after["items"]["data"]
    assert (after["status"], after["trial_end"], after["billing_cycle_anchor"]) == ("paused", now - 1, now)
    assert (item["current_period_start"], item["current_period_end"]) == (subscription["trial_start"], now)
    assert after["latest_invoice"] == subscription["latest_invoice"]
    again = local.post(f"/v1/subscriptions/{subscription['id']}/resume")
    assert (again["status"], again["billing_cycle_anchor"]) == ("paused", now)
    assert again["latest_invoice"] != subscription["latest_invoice"]
    assert (again["pending_update"]["expires_at"], again["pending_update"]["billing_cycle_anchor"]) == (
        now + 82_800,
        None,
    )


def test_a_subscription_that_has_ended_is_not_there_to_be_resumed(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(price(local))
    local.delete(f"/v1/subscriptions/{subscription['id']}")
    refusal = local.refused("post", f"/v1/subscriptions/{subscription['id']}/resume")
    assert (refusal.status, refusal.code, refusal.param) == (404, "resource_missing", "id")
