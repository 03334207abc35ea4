"""Debits of bank accounts by SEPA: asked for now, paid or refused later (https://docs.stripe.com/payments/sepa-debit)."""

from __future__ import annotations

from typing import Any

from tests.local_stripe.checkout import PATH, pay, selling, types
from tests.local_stripe.conftest import NOW, Clock, Local
from tests.local_stripe.debits import EMPTY, GOOD, account

ACCEPTED = {"customer_acceptance": {"type": "offline", "offline": {}}}


def debited(local: Local, iban: str) -> Any:
    paying = {"amount": 2000, "currency": "eur", "allowed_payment_method_types": ["sepa_debit"], "confirm": True}
    return local.post("/v1/payment_intents", **paying, payment_method=account(local, iban), mandate_data=ACCEPTED)


def test_a_debit_is_processed_and_then_paid(local: Local, clock: Clock) -> None:
    waiting = debited(local, GOOD)
    charge = local.get(f"/v1/charges/{waiting['latest_charge']}")
    assert (waiting["status"], charge["status"], charge["paid"]) == ("processing", "pending", False)
    assert charge["payment_method_details"]["sepa_debit"]["last4"] == "3000"
    clock.now = NOW + 5
    paid = local.get(f"/v1/payment_intents/{waiting['id']}")
    assert (paid["status"], paid["amount_received"]) == ("succeeded", 2000)
    assert local.get(f"/v1/charges/{waiting['latest_charge']}")["status"] == "succeeded"
    assert types(local)[:5] == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    assert local.post("/v1/refunds", payment_intent=waiting["id"])["amount"] == 2000


def test_an_empty_account_leaves_the_payment_to_another_method(local: Local, clock: Clock) -> None:
    waiting = debited(local, EMPTY)
    clock.now = NOW + 5
    failed = local.get(f"/v1/payment_intents/{waiting['id']}")
    assert (failed["status"], failed["last_payment_error"]["code"]) == ("requires_payment_method", "insufficient_funds")
    charge = local.get(f"/v1/charges/{waiting['latest_charge']}")
    assert (charge["status"], charge["failure_code"], charge["amount_captured"]) == ("failed", "insufficient_funds", 0)
    assert types(local)[-2:] == ["charge.failed", "payment_intent.payment_failed"]


def test_accounts_are_debited_in_euros(local: Local) -> None:
    sent = {"amount": 2000, "currency": "usd", "allowed_payment_method_types": ["sepa_debit"]}
    assert local.refused("post", "/v1/payment_intents", **sent).param == "currency"


def test_a_session_is_complete_before_its_debit_is(local: Local, clock: Clock) -> None:
    for iban, status, event in (
        (GOOD, "paid", "checkout.session.async_payment_succeeded"),
        (EMPTY, "unpaid", "checkout.session.async_payment_failed"),
    ):
        session = selling(local, local.price(currency="eur")["id"], allowed_payment_method_types=["sepa_debit"])
        done = pay(local, session, payment_method=account(local, iban)).json
        assert (done["status"], done["payment_status"]) == ("complete", "unpaid")
        clock.now += 5
        assert local.get(f"{PATH}/{session['id']}")["payment_status"] == status
        assert types(local)[-1] in (event, "charge.updated") and event in types(local)
