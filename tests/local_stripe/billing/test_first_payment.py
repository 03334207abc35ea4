"""The first payment of a subscription, by `payment_behavior`
(https://docs.stripe.com/api/subscriptions/create#create_subscription-payment_behavior)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal
from tests.local_stripe.life import Life, price

EXPAND = ["latest_invoice.confirmation_secret", "latest_invoice.payments"]
SAVE = {"save_default_payment_method": "on_subscription"}


def incomplete(life: Life, **params: Any) -> Any:
    form = {"payment_behavior": "default_incomplete", "expand": EXPAND, **params}
    return life.subscribe(price(life.local), **form)


def intent_of(invoice: Any) -> str:
    return str(invoice["payments"]["data"][0]["payment"]["payment_intent"])


def test_default_incomplete_waits_for_its_payment_to_be_confirmed(local: Local) -> None:
    life = Life.begin(local, card=None)
    subscription = incomplete(life)
    invoice = subscription["latest_invoice"]

    assert (subscription["status"], invoice["status"], invoice["amount_due"]) == ("incomplete", "open", 1500)
    secret = invoice["confirmation_secret"]
    assert secret["type"] == "payment_intent"
    assert secret["client_secret"].startswith(f"{intent_of(invoice)}_secret_")
    assert invoice["hosted_invoice_url"].startswith("http://127.0.0.1:12111/i/acct_")
    intent = local.get(f"/v1/payment_intents/{intent_of(invoice)}")
    assert (intent["status"], intent["amount"]) == ("requires_payment_method", 1500)


def test_a_card_at_hand_is_used_only_when_the_payment_is_confirmed(local: Local) -> None:
    life = Life.begin(local)
    subscription = incomplete(life)
    intent = local.get(f"/v1/payment_intents/{intent_of(subscription['latest_invoice'])}")
    assert (subscription["status"], intent["status"]) == ("incomplete", "requires_confirmation")
    local.post(f"/v1/payment_intents/{intent['id']}/confirm")
    assert life.subscription(subscription["id"])["status"] == "active"


def test_a_payment_confirmed_makes_it_active_and_keeps_the_card(local: Local) -> None:
    life = Life.begin(local, card=None)
    subscription = incomplete(life, payment_settings=SAVE)
    local.post(
        f"/v1/payment_intents/{intent_of(subscription['latest_invoice'])}/confirm", payment_method="pm_card_visa"
    )
    after = life.subscription(subscription["id"])
    assert after["status"] == "active"
    method = local.get(f"/v1/payment_methods/{after['default_payment_method']}")
    assert (method["customer"], method["card"]["last4"]) == (life.customer, "4242")
    invoice = local.get(f"/v1/invoices/{after['latest_invoice']}", expand=["confirmation_secret", "payments"])
    assert (invoice["status"], invoice["amount_paid"], invoice["amount_remaining"]) == ("paid", 1500, 0)
    assert invoice["confirmation_secret"] is None
    assert invoice["payments"]["data"][0]["status"] == "paid"
    life.advance("2026-02-02")
    assert life.totals(subscription["id"]) == [1500, 1500]


def test_a_declined_card_leaves_it_incomplete_and_another_may_pay(local: Local) -> None:
    life = Life.begin(local, card=None)
    subscription = incomplete(life)
    path = f"/v1/payment_intents/{intent_of(subscription['latest_invoice'])}/confirm"
    refusal = local.refused("post", path, payment_method="pm_card_chargeDeclinedInsufficientFunds")
    assert refusal == Refusal("Your card has insufficient funds.", "card_declined", None, 402, "card_error")
    assert life.subscription(subscription["id"])["status"] == "incomplete"
    local.post(path, payment_method="pm_card_mastercard")
    assert life.subscription(subscription["id"])["status"] == "active"


def test_unpaid_for_23_hours_it_expires_and_its_invoice_is_void(local: Local) -> None:
    """https://docs.stripe.com/billing/subscriptions/overview: "the subscription updates to incomplete_expired and the
    invoice becomes void"."""
    life = Life.begin(local, "2026-01-01", card=None)
    subscription = incomplete(life)
    life.advance("2026-01-01 22:59")
    assert life.subscription(subscription["id"])["status"] == "incomplete"
    life.advance("2026-01-01 23:00")
    after = life.subscription(subscription["id"])
    assert (after["status"], after["cancel_at"]) == ("incomplete_expired", None)
    assert after["ended_at"] == after["canceled_at"]
    assert local.get(f"/v1/invoices/{subscription['latest_invoice']['id']}")["status"] == "void"
    intent = local.get(f"/v1/payment_intents/{intent_of(subscription['latest_invoice'])}")
    assert (intent["status"], intent["cancellation_reason"]) == ("canceled", "void_invoice")
    assert local.get("/v1/subscriptions", customer=life.customer, status="ended")["data"] == [after]


@pytest.mark.parametrize("card", ["pm_card_chargeCustomerFail", "pm_card_authenticationRequired"])
def test_allow_incomplete_tries_the_card_and_leaves_what_fails_incomplete(local: Local, card: str) -> None:
    life = Life.begin(local, card=card)
    subscription = life.subscribe(price(local))
    invoice = local.get(f"/v1/invoices/{subscription['latest_invoice']}", expand=["payments"])
    wanted, attempts = ("requires_action", 0) if "authentication" in card else ("requires_payment_method", 1)
    assert (subscription["status"], invoice["status"], invoice["attempt_count"]) == ("incomplete", "open", attempts)
    assert local.get(f"/v1/payment_intents/{intent_of(invoice)}")["status"] == wanted
    assert invoice["next_payment_attempt"] is None


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("pm_card_chargeCustomerFail", "card_declined"),
        ("pm_card_authenticationRequired", "subscription_payment_intent_requires_action"),
    ],
)
def test_error_if_incomplete_leaves_nothing_behind(local: Local, card: str, code: str) -> None:
    life = Life.begin(local, card=card)
    before = life.events()
    form = {"customer": life.customer, "items": [{"price": price(local)}], "payment_behavior": "error_if_incomplete"}
    refusal = local.refused("post", "/v1/subscriptions", **form)
    assert (refusal.status, refusal.code, refusal.type) == (402, code, "card_error")
    assert local.get("/v1/subscriptions", customer=life.customer, status="all")["data"] == []
    assert local.get("/v1/invoices", customer=life.customer)["data"] == []
    assert [one for one in life.events() if "product" not in one and "price" not in one] == before


@pytest.mark.parametrize("behavior", ["allow_incomplete", "error_if_incomplete"])
def test_without_any_card_it_is_refused(local: Local, behavior: str) -> None:
    life = Life.begin(local, card=None)
    form = {"customer": life.customer, "items": [{"price": price(local)}], "payment_behavior": behavior}
    refusal = local.refused("post", "/v1/subscriptions", **form)
    assert (refusal.code, refusal.message[:39]) == ("resource_missing", "This customer has no attached payment s")


def test_pending_if_incomplete_is_for_updates(local: Local) -> None:
    life = Life.begin(local)
    form = {"customer": life.customer, "items": [{"price": price(local)}], "payment_behavior": "pending_if_incomplete"}
    assert local.refused("post", "/v1/subscriptions", **form).param == "payment_behavior"


@pytest.mark.parametrize(
    "update",
    [{"days_until_due": 3}, {"cancel_at_period_end": True}, {"proration_behavior": "none"}, {"trial_end": "now"}],
)
def test_while_incomplete_only_metadata_and_the_payment_method_may_change(local: Local, update: Any) -> None:
    life = Life.begin(local)
    subscription = incomplete(life)
    path = f"/v1/subscriptions/{subscription['id']}"
    assert "`incomplete` status can only update its metadata" in local.refused("post", path, **update).message
    method = life.pay_by("pm_card_mastercard")
    after = local.post(path, metadata={"a": "b"}, default_payment_method=method)
    assert (after["metadata"], after["default_payment_method"]) == ({"a": "b"}, method)


def test_canceling_what_was_never_paid_expires_it_and_tells_of_an_update(local: Local) -> None:
    """As Stripe has been seen to answer and to tell: https://github.com/pay-rails/pay/issues/91."""
    life = Life.begin(local, "2026-01-01", card=None)
    subscription = incomplete(life)
    life.advance("2026-01-01 01:01")
    ended = local.delete(f"/v1/subscriptions/{subscription['id']}")
    assert (ended["status"], ended["cancel_at"]) == ("incomplete_expired", None)
    assert ended["canceled_at"] == ended["ended_at"]
    assert life.events("customer.subscription") == ["customer.subscription.created", "customer.subscription.updated"]
    assert local.get(f"/v1/invoices/{subscription['latest_invoice']['id']}")["status"] == "void"


def test_voiding_the_first_invoice_expires_it(local: Local) -> None:
    life = Life.begin(local, card=None)
    subscription = incomplete(life)
    local.post(f"/v1/invoices/{subscription['latest_invoice']['id']}/void")
    assert life.subscription(subscription["id"])["status"] == "incomplete_expired"


def test_an_invoice_to_be_sent_makes_it_active_at_once(local: Local) -> None:
    """ "Subscriptions with collection_method=send_invoice are automatically activated" (`payment_behavior`)."""
    life = Life.begin(local, "2026-01-01", card=None)
    subscription = life.subscribe(price(local), collection_method="send_invoice", days_until_due=7)
    assert subscription["status"] == "active"
    assert local.get(f"/v1/invoices/{subscription['latest_invoice']}")["status"] == "draft"
    life.advance("2026-01-01 01:01")
    assert life.events("invoice.")[-2:] == ["invoice.finalized", "invoice.sent"]
    life.advance("2026-01-09")
    assert life.subscription(subscription["id"])["status"] == "past_due"
    local.post(f"/v1/invoices/{subscription['latest_invoice']}/pay", paid_out_of_band=True)
    assert life.subscription(subscription["id"])["status"] == "active"


def test_what_is_free_is_active_at_once(local: Local) -> None:
    life = Life.begin(local, card=None)
    subscription = life.subscribe(price(local, 0), payment_behavior="default_incomplete")
    assert (subscription["status"], subscription["pending_setup_intent"] is None) == ("active", False)
