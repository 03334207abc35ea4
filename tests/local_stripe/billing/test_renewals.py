"""Renewals: drafted, finalised an hour later, charged; retried where that fails
(https://docs.stripe.com/billing/invoices/subscription, https://docs.stripe.com/billing/revenue-recovery/smart-retries)."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.local_stripe.billing import settings
from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, moment, price, set_in_dashboard


def failing(local: Local, **params: Any) -> tuple[Life, Any]:
    """Return a subscription that was paid once, on January 1, and whose card has no money since."""
    life = Life.begin(local, "2026-01-01")
    subscription = life.subscribe(price(local), **params)
    life.pay_by("pm_card_chargeCustomerFail")
    return life, subscription


def test_a_renewal_is_a_draft_for_an_hour_and_is_charged_then(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    subscription = life.subscribe(price(local))
    life.advance("2026-02-01 00:30")
    draft = life.invoices(subscription["id"])[-1]
    assert (draft["status"], draft["billing_reason"], draft["auto_advance"]) == ("draft", "subscription_cycle", True)
    assert draft["automatically_finalizes_at"] == moment("2026-02-01 01:00") + 1
    assert (draft["period_start"], draft["period_end"]) == (moment("2026-01-01"), moment("2026-02-01"))
    after = life.subscription(subscription["id"])
    assert (after["status"], after["latest_invoice"]) == ("active", draft["id"])
    assert after["items"]["data"][0]["current_period_start"] == moment("2026-02-01")
    life.advance("2026-02-01 01:01")
    paid = life.invoices(subscription["id"])[-1]
    assert (paid["status"], paid["attempt_count"]) == ("paid", 1)
    assert paid["status_transitions"]["finalized_at"] == moment("2026-02-01 01:00") + 1


def test_a_renewal_is_told_in_the_order_of_its_steps(local: Local) -> None:
    """Created and told to be active, an hour later finalised, then paid
    (https://docs.stripe.com/billing/subscriptions/webhooks#active-subscriptions)."""
    life = Life.begin(local, "2026-01-01")
    life.subscribe(price(local))
    before = len(life.events())
    life.advance("2026-02-01 02:00", days=40)
    assert life.events()[before:] == [
        "test_helpers.test_clock.advancing",
        "invoice.upcoming",
        "customer.subscription.updated",
        "invoice.created",
        "payment_intent.created",
        "invoice.finalized",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "test_helpers.test_clock.ready",
    ]


def test_a_failed_renewal_makes_it_past_due_and_is_told(local: Local) -> None:
    life, subscription = failing(local)
    before = len(life.events())
    life.advance("2026-02-01 01:01", days=40)
    assert life.subscription(subscription["id"])["status"] == "past_due"
    assert local.get(f"/v1/customers/{life.customer}")["delinquent"] is True
    assert life.events()[before:][6:] == [
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.updated",
        "invoice.payment_failed",
        "customer.updated",
        "customer.subscription.updated",
        "test_helpers.test_clock.ready",
    ]
    changed = local.events(type="customer.subscription.updated")[0]["data"]
    assert changed["previous_attributes"] == {"status": "active"}


def test_a_renewal_that_wants_3d_secure_says_that_the_customer_has_something_to_do(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    subscription = life.subscribe(price(local))
    life.pay_by("pm_card_authenticationRequired")
    life.advance("2026-02-01 02:00")
    assert life.subscription(subscription["id"])["status"] == "past_due"
    assert "invoice.payment_action_required" in life.events("invoice.")
    [intent, *_] = local.get("/v1/payment_intents", customer=life.customer)["data"]
    assert intent["status"] == "requires_action"
    done = local.send("post", f"/local/payment_intents/{intent['id']}/authenticate", "succeeds=true")
    assert (done.status, done.json["status"]) == (200, "succeeded")
    assert life.subscription(subscription["id"])["status"] == "active"


def test_an_invoice_is_tried_again_after_3_5_and_7_days(local: Local) -> None:
    life, subscription = failing(local)
    tried = []
    for day in ("2026-02-01 02:00", "2026-02-04 02:00", "2026-02-09 02:00"):
        life.advance(day)
        invoice = life.invoices(subscription["id"])[-1]
        tried.append((invoice["attempt_count"], invoice["next_payment_attempt"]))
    assert tried == [
        (1, moment("2026-02-04 01:00") + 1),
        (2, moment("2026-02-09 01:00") + 1),
        (3, moment("2026-02-16 01:00") + 1),
    ]


@pytest.mark.parametrize("outcome", settings.AFTER_RETRIES)
def test_after_the_last_retry_the_account_s_setting_decides(local: Local, outcome: str) -> None:
    set_in_dashboard(local, after_retries=outcome)
    life, subscription = failing(local)
    life.advance("2026-02-17")
    after = life.subscription(subscription["id"])
    invoice = life.invoices(subscription["id"])[1]
    assert (after["status"], invoice["status"], invoice["attempt_count"]) == (outcome, "open", 4)
    assert invoice["next_payment_attempt"] is None
    if outcome == "canceled":
        assert after["cancellation_details"]["reason"] == "payment_failed"
        assert invoice["auto_advance"] is False
        assert life.events("customer.subscription")[-1] == "customer.subscription.deleted"


def test_unpaid_it_goes_on_making_drafts_that_nobody_charges(local: Local) -> None:
    """ "The latest invoice remains open and invoices continue to generate, but payments aren't attempted"."""
    set_in_dashboard(local, after_retries="unpaid")
    life, subscription = failing(local)
    life.advance("2026-03-05")
    statuses = [(one["status"], one["auto_advance"]) for one in life.invoices(subscription["id"])]
    assert statuses == [("paid", False), ("open", True), ("draft", False)]
    life.pay_by("pm_card_visa")
    local.post(f"/v1/invoices/{life.invoices(subscription['id'])[1]['id']}/pay")
    assert life.subscription(subscription["id"])["status"] == "active"


def test_a_new_card_pays_at_the_next_retry_and_all_is_well(local: Local) -> None:
    life, subscription = failing(local)
    life.advance("2026-02-02")
    life.pay_by("pm_card_visa")
    life.advance("2026-02-05")
    assert life.subscription(subscription["id"])["status"] == "active"
    assert life.invoices(subscription["id"])[-1]["attempt_count"] == 2
    assert local.get(f"/v1/customers/{life.customer}")["delinquent"] is False


def test_a_payment_by_hand_counts_no_attempt_and_leaves_the_schedule(local: Local) -> None:
    """ "Any payment attempt counts as the first attempt, and subsequently only automatic retries increment the attempt
    count" (`attempt_count` in `stripe/_invoice.py`)."""
    life, subscription = failing(local)
    life.advance("2026-02-02")
    invoice = life.invoices(subscription["id"])[-1]
    assert local.refused("post", f"/v1/invoices/{invoice['id']}/pay").code == "card_declined"
    again = local.get(f"/v1/invoices/{invoice['id']}")
    assert (again["attempt_count"], again["next_payment_attempt"]) == (1, moment("2026-02-04 01:00") + 1)


def past_due_twice(local: Local) -> tuple[Life, Any, list[Any]]:
    set_in_dashboard(local, after_retries="past_due")
    life, subscription = failing(local)
    life.advance("2026-03-02")
    return life, subscription, life.invoices(subscription["id"])


def test_paying_the_latest_invoice_makes_it_active_with_an_older_one_still_open(local: Local) -> None:
    """ "`active` doesn't indicate that all outstanding invoices associated with the subscription have been paid"."""
    life, subscription, (_, older, latest) = past_due_twice(local)
    local.post(f"/v1/invoices/{older['id']}/pay", payment_method="pm_card_visa")
    assert life.subscription(subscription["id"])["status"] == "past_due"
    life, subscription, (_, older, latest) = past_due_twice(local)
    local.post(f"/v1/invoices/{latest['id']}/pay", payment_method="pm_card_visa")
    assert life.subscription(subscription["id"])["status"] == "active"
    assert local.get(f"/v1/invoices/{older['id']}")["status"] == "open"


def test_marking_the_latest_uncollectible_makes_it_active(local: Local) -> None:
    life, subscription, (_, _, latest) = past_due_twice(local)
    local.post(f"/v1/invoices/{latest['id']}/mark_uncollectible")
    assert life.subscription(subscription["id"])["status"] == "active"


def test_a_voided_invoice_leaves_the_status_to_the_one_before_it(local: Local) -> None:
    """ "Stripe determines the status from the most recent non-voided invoice"
    (https://docs.stripe.com/billing/subscriptions/overview)."""
    life, subscription, (_, older, latest) = past_due_twice(local)
    local.post(f"/v1/invoices/{latest['id']}/void")
    assert life.subscription(subscription["id"])["status"] == "past_due"
    local.post(f"/v1/invoices/{older['id']}/void")
    assert life.subscription(subscription["id"])["status"] == "active"


def test_with_no_card_at_all_the_attempt_fails_and_is_retried(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    subscription = life.subscribe(price(local))
    [method] = local.get("/v1/payment_methods", customer=life.customer)["data"]
    local.post(f"/v1/payment_methods/{method['id']}/detach")
    life.advance("2026-02-01 02:00")
    invoice = life.invoices(subscription["id"])[-1]
    assert (life.subscription(subscription["id"])["status"], invoice["attempt_count"]) == ("past_due", 1)
    assert invoice["next_payment_attempt"] == moment("2026-02-04 01:00") + 1
