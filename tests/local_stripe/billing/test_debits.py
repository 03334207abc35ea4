"""Debits of bank accounts by SEPA: asked for now, paid or refused later (https://docs.stripe.com/payments/sepa-debit)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.checkout import PATH, pay, selling, types
from tests.local_stripe.conftest import NOW, Clock, Local
from tests.local_stripe.debits import EMPTY, GOOD, account

ACCEPTED = {"customer_acceptance": {"type": "offline", "offline": {}}}


def debited(local: Local, iban: str) -> Any:
    payment_params = {
        "amount": 2000,
        "currency": "eur",
        "allowed_payment_method_types": ["sepa_debit"],
        "confirm": True,
    }
    return local.post(
        "/v1/payment_intents", **payment_params, payment_method=account(local, iban), mandate_data=ACCEPTED
    )


def test_a_debit_is_processed_and_then_paid(local: Local, clock: Clock) -> None:
    payment_intent = debited(local, GOOD)
    charge = local.get(f"/v1/charges/{payment_intent['latest_charge']}")
    assert (payment_intent["status"], charge["status"], charge["paid"]) == ("processing", "pending", False)
    assert charge["payment_method_details"]["sepa_debit"]["last4"] == "3000"
    clock.now = NOW + 5
    paid = local.get(f"/v1/payment_intents/{payment_intent['id']}")
    assert (paid["status"], paid["amount_received"]) == ("succeeded", 2000)
    assert local.get(f"/v1/charges/{payment_intent['latest_charge']}")["status"] == "succeeded"
    assert types(local)[:5] == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]


def test_what_a_debit_has_paid_goes_back_once_the_bank_has_it(local: Local, clock: Clock) -> None:
    """`pending_reason` in `stripe/_refund.py`; of where the money goes `destination_details` has nothing for debits."""
    payment_intent = debited(local, GOOD)
    clock.now = NOW + 5
    refund = local.post("/v1/refunds", payment_intent=payment_intent["id"])
    assert (refund["amount"], refund["status"], refund["pending_reason"]) == (2000, "pending", "processing")
    assert (refund["id"][:4], refund["charge"][:4], "destination_details" in refund) == ("pyr_", "py_3", False)
    clock.now = NOW + 10
    assert local.get(f"/v1/refunds/{refund['id']}")["status"] == "succeeded"


def test_a_debit_is_not_captured_by_hand(local: Local) -> None:
    """ "Manual capture support: No" (https://docs.stripe.com/payments/sepa-debit); the words are not recorded."""
    payment_params = {
        "amount": 2000,
        "currency": "eur",
        "allowed_payment_method_types": ["sepa_debit"],
        "confirm": True,
    }
    by_debit = {"payment_method": account(local, GOOD), "mandate_data": ACCEPTED, "capture_method": "manual"}
    assert local.refused("post", "/v1/payment_intents", **payment_params, **by_debit).param == "capture_method"


@pytest.mark.parametrize(
    ("id", "seconds", "status", "code"),
    [
        ("pm_sepaDebit_success_at", 5, "succeeded", None),
        ("pm_sepaDebit_successDelayed_de", 181, "succeeded", None),
        ("pm_sepaDebit_failedDelayed_fr", 181, "requires_payment_method", "insufficient_funds"),
        ("pm_sepaDebit_insufficientFunds_be", 5, "requires_payment_method", "insufficient_funds"),
        ("pm_sepaDebit_exceedsWeeklyVolumeLimit_ie", 5, "requires_payment_method", "charge_exceeds_source_limit"),
    ],
)
def test_test_accounts_are_debited_by_their_ids(
    local: Local, clock: Clock, id: str, seconds: int, status: str, code: str | None
) -> None:
    payment_params = {
        "amount": 2000,
        "currency": "eur",
        "allowed_payment_method_types": ["sepa_debit"],
        "confirm": True,
    }
    waiting = local.post("/v1/payment_intents", **payment_params, payment_method=id, mandate_data=ACCEPTED)
    clock.now = NOW + seconds - 4
    local.post("/v1/customers")
    assert (local.get(f"/v1/payment_intents/{waiting['id']}")["status"] == "processing") is (seconds > 5)
    clock.now = NOW + seconds
    ended = local.get(f"/v1/payment_intents/{waiting['id']}")
    assert (ended["status"], (ended["last_payment_error"] or {}).get("code")) == (status, code)


def test_a_test_account_is_attached_by_its_id(local: Local) -> None:
    customer = local.post("/v1/customers")["id"]
    attached = local.post("/v1/payment_methods/pm_sepaDebit_success_de/attach", customer=customer)
    assert (attached["type"], attached["sepa_debit"]["last4"], attached["customer"]) == ("sepa_debit", "3000", customer)
    assert local.get("/v1/payment_methods/pm_sepaDebit_success_nl")["sepa_debit"]["country"] == "NL"


def test_an_empty_account_leaves_the_payment_to_another_method(local: Local, clock: Clock) -> None:
    payment_intent = debited(local, EMPTY)
    clock.now = NOW + 5
    failed = local.get(f"/v1/payment_intents/{payment_intent['id']}")
    assert (failed["status"], failed["last_payment_error"]["code"]) == ("requires_payment_method", "insufficient_funds")
    charge = local.get(f"/v1/charges/{payment_intent['latest_charge']}")
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
