"""Debits of bank accounts by SEPA that pay invoices: those of subscriptions, first and later, and single ones.

https://docs.stripe.com/billing/subscriptions/overview#delayed-payment-confirmation
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.checkout import PATH, pay, selling, types
from tests.local_stripe.conftest import NOW, Clock, Local
from tests.local_stripe.debits import EMPTY, GOOD, account

HOUR = 60 * 60
DAY = 24 * HOUR
ASKED = ["charge.pending", "payment_intent.processing", "invoice.updated"]
MADE = [
    "charge.succeeded",
    "payment_intent.succeeded",
    "invoice_payment.paid",
    "invoice.updated",
    "invoice.paid",
    "invoice.payment_succeeded",
]
REFUSED = ["charge.failed", "payment_intent.payment_failed"]
VOIDED = [*REFUSED, "invoice.payment_failed", "payment_intent.canceled", "invoice.updated", "invoice.voided"]


def debtor(local: Local, iban: str, **params: Any) -> tuple[str, str]:
    """Return a customer, and the bank account that is their own."""
    customer, method = local.post("/v1/customers", **params)["id"], account(local, iban)
    local.post(f"/v1/payment_methods/{method}/attach", customer=customer)
    return customer, method


def monthly(local: Local, currency: str = "eur") -> list[Any]:
    return [{"price": local.price(currency=currency, recurring={"interval": "month"})["id"]}]


def latest(local: Local, subscription: Any) -> tuple[str, Any]:
    """Return the status of a subscription, and its latest invoice."""
    after = local.get(f"/v1/subscriptions/{subscription['id']}", expand=["latest_invoice"])
    return after["status"], after["latest_invoice"]


@pytest.mark.parametrize("default_of", ["customer", "subscription"])
@pytest.mark.parametrize(("iban", "status", "ended"), [(GOOD, "paid", MADE), (EMPTY, "void", VOIDED)])
def test_a_subscription_is_active_before_its_first_debit_ends(
    local: Local, clock: Clock, iban: str, status: str, ended: list[str], default_of: str
) -> None:
    customer, method = debtor(local, iban)
    by_default = {"default_payment_method": method}
    if default_of == "customer":
        local.post(f"/v1/customers/{customer}", invoice_settings=by_default)
    params = by_default if default_of == "subscription" else {}
    before = len(local.events())
    subscription = local.post("/v1/subscriptions", customer=customer, items=monthly(local), **params)
    assert subscription["status"] == "active"
    assert types(local, before)[-4:] == [*ASKED, "customer.subscription.updated"]
    before = len(local.events())
    clock.now = NOW + 5
    after, invoice = latest(local, subscription)
    assert (after, invoice["status"], invoice["attempt_count"]) == ("active", status, 1)
    assert types(local, before) == ended


def test_an_incomplete_subscription_is_active_once_its_debit_is_confirmed(local: Local, clock: Clock) -> None:
    customer, method = debtor(local, GOOD)
    settings = {"payment_method_types": ["sepa_debit"], "save_default_payment_method": "on_subscription"}
    incomplete = {"payment_behavior": "default_incomplete", "payment_settings": settings}
    subscription = local.post("/v1/subscriptions", customer=customer, items=monthly(local), **incomplete)
    _, invoice = latest(local, subscription)
    payments = local.get("/v1/invoice_payments", invoice=invoice["id"])["data"]
    path = f"/v1/payment_intents/{payments[0]['payment']['payment_intent']}"
    assert local.get(path)["payment_method_options"] == {"sepa_debit": {}}
    assert (subscription["status"], local.get(path)["payment_method_types"]) == ("incomplete", ["sepa_debit"])
    mandate = {"customer_acceptance": {"type": "offline", "offline": {}}}
    assert local.post(f"{path}/confirm", payment_method=method, mandate_data=mandate)["status"] == "processing"
    after, invoice = latest(local, subscription)
    assert (after, invoice["status"], invoice["attempted"]) == ("active", "open", True)
    assert local.get(f"/v1/subscriptions/{subscription['id']}")["default_payment_method"] == method
    clock.now = NOW + 5
    assert latest(local, subscription)[1]["status"] == "paid"


def test_a_renewal_whose_debit_fails_is_retried_until_it_is_given_up(local: Local, clock: Clock) -> None:
    clock_id = local.post("/v1/test_helpers/test_clocks", frozen_time=NOW)["id"]
    customer, method = debtor(local, EMPTY, test_clock=clock_id)
    trial = {"trial_end": NOW + 3 * DAY, "default_payment_method": method}
    subscription = local.post("/v1/subscriptions", customer=customer, items=monthly(local), **trial)
    due = NOW + 3 * DAY + HOUR
    shown = []
    for _ in range(4):
        local.post(f"/v1/test_helpers/test_clocks/{clock_id}/advance", frozen_time=due + HOUR)
        clock.now += 5
        status, invoice = latest(local, subscription)
        shown.append((status, invoice["status"], invoice["attempt_count"]))
        due = invoice["next_payment_attempt"]
    assert shown == [*(("past_due", "open", count) for count in (1, 2, 3)), ("canceled", "open", 4)]
    assert due is None


def test_a_renewal_is_paid_by_debit(local: Local, clock: Clock) -> None:
    clock_id = local.post("/v1/test_helpers/test_clocks", frozen_time=NOW)["id"]
    customer, method = debtor(local, GOOD, test_clock=clock_id)
    trial = {"trial_end": NOW + 3 * DAY, "default_payment_method": method}
    subscription = local.post("/v1/subscriptions", customer=customer, items=monthly(local), **trial)
    before = len(local.events())
    local.post(f"/v1/test_helpers/test_clocks/{clock_id}/advance", frozen_time=NOW + 3 * DAY + 2 * HOUR)
    clock.now += 5
    status, invoice = latest(local, subscription)
    assert (status, invoice["status"], invoice["billing_reason"]) == ("active", "paid", "subscription_cycle")
    assert invoice["status_transitions"]["paid_at"] == NOW + 3 * DAY + 2 * HOUR
    happened = [type for type in types(local, before) if not type.startswith("test_helpers")]
    assert happened[-len(ASKED + MADE) :] == [*ASKED, *MADE]


@pytest.mark.parametrize("default", [True, False])
def test_a_single_invoice_is_open_until_its_debit_ends(local: Local, clock: Clock, default: bool) -> None:
    customer, method = debtor(local, EMPTY)
    local.post("/v1/invoiceitems", customer=customer, amount=500, currency="eur")
    own = {"default_payment_method": method} if default else {}
    invoice = local.post("/v1/invoices", customer=customer, pending_invoice_items_behavior="include", **own)
    path = f"/v1/invoices/{invoice['id']}"
    paying = {} if default else {"payment_method": method}
    asked = local.post(f"{path}/pay", **paying)
    assert (asked["status"], asked["attempted"], asked["attempt_count"]) == ("open", True, 1)
    before = len(local.events())
    again = local.refused("post", f"{path}/pay", **paying)
    assert again.code == "payment_intent_unexpected_state"
    clock.now = NOW + 5
    assert local.get(path)["status"] == "open"
    assert types(local, before)[:2] == REFUSED
    assert types(local, before)[-1] == "invoice.payment_failed"
    assert local.post(f"{path}/pay", payment_method="pm_card_visa")["status"] == "paid"


def test_an_invoice_in_dollars_is_not_debited(local: Local) -> None:
    customer, method = debtor(local, GOOD)
    params = {"customer": customer, "items": monthly(local, "usd"), "default_payment_method": method}
    refusal = local.refused("post", "/v1/subscriptions", **params)
    assert "The currency provided (usd) is invalid for the payment method type sepa_debit" in refusal.message
    cards = {"payment_method_types": ["card"]}
    params = {**params, "items": monthly(local), "payment_settings": cards}
    assert "(sepa_debit) is not allowed" in local.refused("post", "/v1/subscriptions", **params).message
    assert local.get("/v1/subscriptions", customer=customer)["data"] == []


@pytest.mark.parametrize(("iban", "status", "event"), [(GOOD, "paid", "succeeded"), (EMPTY, "unpaid", "failed")])
def test_a_session_begins_a_subscription_before_its_debit_ends(
    local: Local, clock: Clock, iban: str, status: str, event: str
) -> None:
    [item] = monthly(local)
    params = {"mode": "subscription", "allowed_payment_method_types": ["sepa_debit"]}
    session = selling(local, item["price"], **params)
    done = pay(local, session, payment_method=account(local, iban)).json
    assert (done["status"], done["payment_status"]) == ("complete", "unpaid")
    assert types(local)[-2:] == ["customer.subscription.updated", "checkout.session.completed"]
    assert local.get(f"/v1/subscriptions/{done['subscription']}")["status"] == "active"
    clock.now += 5
    assert local.get(f"{PATH}/{session['id']}")["payment_status"] == status
    assert types(local)[-1] == f"checkout.session.async_payment_{event}"


def test_sessions_in_dollars_take_no_bank_accounts(local: Local) -> None:
    line = [{"price": local.price(currency="usd")["id"], "quantity": 1}]
    taken = {"allowed_payment_method_types": ["card", "sepa_debit"], "success_url": "https://example.com"}
    refusal = local.refused("post", PATH, mode="payment", line_items=line, **taken)
    assert refusal.message.startswith("Invalid currency: usd. The payment method `sepa_debit` only supports")
