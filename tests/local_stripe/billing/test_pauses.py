"""Pausing a subscription (https://docs.stripe.com/billing/subscriptions/pause), and pausing its collection only
(https://docs.stripe.com/billing/subscriptions/pause-payment)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal
from tests.local_stripe.life import Life, moment, price
from tests.local_stripe.making import meter

SUCCESS, ATTEMPT = "resume_on_payment_success", "resume_on_payment_attempt"


def paused(local: Local, card: str = "pm_card_visa", **params: Any) -> tuple[Life, Any]:
    """Of 30 a month from April 1, paused on April 11."""
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 3000))
    life.advance("2026-04-11")
    after = local.post(f"/v1/subscriptions/{subscription['id']}/pause", **params)
    if card != "pm_card_visa":
        life.pay_by(card)
    return life, after


def resume(local: Local, subscription: Any, **params: Any) -> Any:
    return local.post(f"/v1/subscriptions/{subscription['id']}/resume", **params)


def pending(local: Local) -> list[int]:
    return [one["amount"] for one in local.get("/v1/invoiceitems", pending=True)["data"]]


def test_a_paused_subscription_says_why_and_makes_no_invoices(local: Local) -> None:
    life, subscription = paused(local)
    assert (subscription["status"], subscription["items"]["data"][0]["current_period_end"]) == (
        "paused",
        moment("2026-04-11"),
    )
    assert subscription["status_details"]["paused"] == {
        "subscription": {"type": "pause_requested"},
        "transitioned_at": moment("2026-04-11"),
        "type": "subscription",
    }
    assert life.events("customer.subscription")[-2:] == [
        "customer.subscription.updated",
        "customer.subscription.paused",
    ]
    life.advance("2026-07-01")
    assert life.totals(subscription["id"]) == [3000]


@pytest.mark.parametrize(
    ("bill_for", "credited"),
    [(None, [-2000]), ("now", [-2000]), ("item_current_period_start", [-3000]), ("none", [])],
)
def test_unused_time_is_credited_as_asked(local: Local, bill_for: str | None, credited: list[int]) -> None:
    params = {} if bill_for is None else {"bill_for": {"unused_time_from": {"type": bill_for}}}
    paused(local, **params)
    assert pending(local) == credited


@pytest.mark.parametrize(("through", "billed"), [(None, [350]), ("now", [350]), ("none", [])])
def test_use_is_billed_once_and_what_is_used_in_a_pause_is_not(
    local: Local, through: str | None, billed: list[int]
) -> None:
    life = Life.begin(local, "2026-04-01")
    metered = {"usage_type": "metered", "meter": meter(local), "interval": "month"}
    subscription = life.subscribe(local.price(recurring=metered, unit_amount=50)["id"])

    def use(calls: int) -> None:
        payload = {"stripe_customer_id": life.customer, "value": str(calls)}
        local.post("/v1/billing/meter_events", event_name="calls", payload=payload)

    life.advance("2026-04-11")
    use(7)
    params = {} if through is None else {"bill_for": {"outstanding_usage_through": {"type": through}}}
    local.post(f"/v1/subscriptions/{subscription['id']}/pause", **params)
    assert pending(local) == billed
    life.advance("2026-04-14")
    use(100)
    life.advance("2026-04-21")
    resume(local, subscription, billing_cycle_anchor={"type": "unchanged"})
    life.advance("2026-04-25")
    use(2)
    life.advance("2026-05-01 02:00")
    assert life.totals(subscription["id"])[-1] == sum(billed) + 100


def test_use_that_a_pause_has_billed_is_not_billed_again_by_the_end(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    metered = {"usage_type": "metered", "meter": meter(local), "interval": "month"}
    subscription = life.subscribe(local.price(recurring=metered, unit_amount=50)["id"])
    life.advance("2026-04-11")
    payload = {"stripe_customer_id": life.customer, "value": "7"}
    local.post("/v1/billing/meter_events", event_name="calls", payload=payload)
    life.advance("2026-04-12")
    local.post(f"/v1/subscriptions/{subscription['id']}/pause")

    local.delete(f"/v1/subscriptions/{subscription['id']}?invoice_now=true")

    assert life.totals(subscription["id"])[-1] == 350


def test_the_credit_can_be_invoiced_at_once(local: Local) -> None:
    life, subscription = paused(local, invoicing_behavior="invoice")
    assert life.totals(subscription["id"]) == [3000, -2000]
    assert local.get(f"/v1/customers/{life.customer}")["balance"] == -2000


def test_it_begins_again_with_a_period_that_is_paid(local: Local) -> None:
    life, subscription = paused(local, bill_for={"unused_time_from": {"type": "none"}})
    life.advance("2026-06-05")
    after = resume(local, subscription, payment_behavior=SUCCESS)
    assert (after["status"], after.get("status_details"), after["billing_cycle_anchor"]) == (
        "active",
        None,
        moment("2026-06-05"),
    )
    assert life.events("customer.subscription")[-2:] == [
        "customer.subscription.updated",
        "customer.subscription.resumed",
    ]
    life.advance("2026-07-06")
    assert life.totals(subscription["id"]) == [3000, 3000, 3000]


def test_what_was_credited_pays_for_a_part_of_it(local: Local) -> None:
    life, subscription = paused(local)
    after = resume(local, subscription, payment_behavior=SUCCESS)
    assert (after["status"], life.totals(subscription["id"])) == ("active", [3000, 1000])


def test_by_default_the_invoice_is_left_to_be_paid_and_the_subscription_paused(local: Local) -> None:
    life, subscription = paused(local)
    subscription_after = resume(local, subscription)
    assert subscription_after["status"] == "paused"
    assert subscription_after["pending_update"]["expires_at"] == moment("2026-04-11 23:00")
    invoice = local.get(f"/v1/invoices/{subscription_after['latest_invoice']}")
    assert (invoice["status"], invoice["attempted"]) == ("open", False)
    local.post(f"/v1/invoices/{invoice['id']}/pay")
    after = life.subscription(subscription["id"])
    assert (after["status"], after["pending_update"]) == ("active", None)


@pytest.mark.parametrize(("behavior", "status", "retried"), [(SUCCESS, "paused", True), (ATTEMPT, "past_due", False)])
def test_where_the_payment_fails_it_stays_paused_or_is_past_due(
    local: Local, behavior: str, status: str, retried: bool
) -> None:
    """The table of https://docs.stripe.com/billing/subscriptions/pause#payment-behavior."""
    life, subscription = paused(local, "pm_card_chargeCustomerFail")
    subscription_after = resume(local, subscription, payment_behavior=behavior)
    if behavior == ATTEMPT:
        local.refused("post", f"/v1/invoices/{subscription_after['latest_invoice']}/pay")
    invoice = local.get(f"/v1/invoices/{subscription_after['latest_invoice']}")
    assert life.subscription(subscription["id"])["status"] == status
    assert (invoice["next_payment_attempt"] is not None) == retried


def test_a_retry_that_succeeds_ends_the_pause(local: Local) -> None:
    life, subscription = paused(local, "pm_card_chargeCustomerFail")
    resume(local, subscription, payment_behavior=SUCCESS)
    life.pay_by("pm_card_visa")
    life.advance("2026-04-15")
    assert life.subscription(subscription["id"])["status"] == "active"


def test_unpaid_for_23_hours_the_invoice_is_void_and_the_subscription_paused(local: Local) -> None:
    life, subscription = paused(local)
    subscription_after = resume(local, subscription)
    life.advance("2026-04-12 00:00")
    after = life.subscription(subscription["id"])
    assert (after["status"], after["pending_update"]) == ("paused", None)
    assert local.get(f"/v1/invoices/{subscription_after['latest_invoice']}")["status"] == "void"


def test_voided_by_hand_it_stays_paused_and_taken_for_a_loss_it_goes_on(local: Local) -> None:
    life, subscription = paused(local)
    first = resume(local, subscription)
    local.post(f"/v1/invoices/{first['latest_invoice']}/void")
    assert life.subscription(subscription["id"])["status"] == "paused"
    second = resume(local, subscription)
    local.post(f"/v1/invoices/{second['latest_invoice']}/mark_uncollectible")
    assert life.subscription(subscription["id"])["status"] == "active"


@pytest.mark.parametrize(("behavior", "waiting"), [("create_prorations", [1000]), ("none", [])])
def test_with_its_old_anchor_it_goes_on_at_once_in_the_middle_of_a_period(
    local: Local, behavior: str, waiting: list[int]
) -> None:
    life, subscription = paused(local, bill_for={"unused_time_from": {"type": "none"}})
    life.advance("2026-04-21")
    after = resume(local, subscription, billing_cycle_anchor={"type": "unchanged"}, proration_behavior=behavior)
    [item] = after["items"]["data"]
    assert (after["status"], item["current_period_end"]) == ("active", moment("2026-05-01"))
    assert pending(local) == waiting
    life.advance("2026-05-01 02:00")
    assert life.totals(subscription["id"]) == [3000, 3000 + sum(waiting)]


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"collection_method": "send_invoice", "days_until_due": 3}, "send_invoice"),
        ({"billing_mode": {"type": "classic"}}, "classic"),
        ({"trial_period_days": 7}, "trialing"),
        ({"payment_behavior": "default_incomplete"}, "incomplete"),
    ],
)
def test_what_cannot_be_paused(local: Local, params: Any, why: str) -> None:
    """https://docs.stripe.com/billing/subscriptions/pause#limitations"""
    life = Life.begin(local)
    subscription = life.subscribe(price(local), **params)
    assert why in local.refused("post", f"/v1/subscriptions/{subscription['id']}/pause").message


def test_what_is_not_paused_cannot_be_resumed_nor_what_is_paused_again(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(price(local))
    assert "if it is `paused`" in local.refused("post", f"/v1/subscriptions/{subscription['id']}/resume").message
    local.post(f"/v1/subscriptions/{subscription['id']}/pause")
    assert "`paused`" in local.refused("post", f"/v1/subscriptions/{subscription['id']}/pause").message


@pytest.mark.parametrize(
    ("behavior", "status", "details"),
    [
        ("void", "void", None),
        ("keep_as_draft", "draft", None),
        ("mark_uncollectible", "uncollectible", {"uncollectible": {"reason": "subscription_paused"}}),
    ],
)
def test_with_its_collection_paused_it_is_active_and_nobody_is_charged(
    local: Local, behavior: str, status: str, details: Any
) -> None:
    life = Life.begin(local, "2026-01-01")
    subscription = life.subscribe(price(local))
    pause = {"behavior": behavior, "resumes_at": moment("2026-02-15")}
    after = local.post(f"/v1/subscriptions/{subscription['id']}", pause_collection=pause)
    assert after["pause_collection"] == pause
    life.advance("2026-02-02")
    invoice = life.invoices(subscription["id"])[-1]
    assert (invoice["status"], invoice.get("status_details"), invoice["auto_advance"]) == (status, details, False)
    assert life.subscription(subscription["id"])["status"] == "active"
    life.advance("2026-03-02")
    after = life.subscription(subscription["id"])
    assert (after["pause_collection"], life.invoices(subscription["id"])[-1]["status"]) == (None, "paid")


def test_collection_goes_on_when_the_pause_is_unset(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    subscription = life.subscribe(price(local))
    path = f"/v1/subscriptions/{subscription['id']}"
    local.post(path, pause_collection={"behavior": "void"})
    assert local.post(path, pause_collection="")["pause_collection"] is None
    life.advance("2026-02-02")
    assert life.invoices(subscription["id"])[-1]["status"] == "paid"


@pytest.mark.parametrize(
    ("resumes_at", "message"),
    [
        (
            moment("2025-12-31"),
            "The parameter `pause_collection[resumes_at]` expects a unix timestamp representing a date and time in the "
            f"future. You specified the value `{moment('2025-12-31')}` which is in the past.",
        ),
        (moment("2031-01-02"), "Invalid timestamp: can be no more than five years in the future."),
    ],
)
def test_a_paused_collection_resumes_within_five_years(local: Local, resumes_at: int, message: str) -> None:
    life = Life.begin(local, "2026-01-01")
    path = f"/v1/subscriptions/{life.subscribe(price(local))['id']}"

    pause = {"behavior": "void", "resumes_at": resumes_at}
    assert local.refused("post", path, pause_collection=pause) == Refusal(message, param="pause_collection[resumes_at]")
