"""Checkout sessions that are paid by bank transfer
(https://docs.stripe.com/payments/bank-transfers/accept-a-payment?payment-ui=checkout)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.checkout import PATH, paid, selling, types
from tests.local_stripe.conftest import Local

OPTIONS = {"funding_type": "bank_transfer", "bank_transfer": {"type": "us_bank_transfer"}}
BY_TRANSFER: dict[str, Any] = {
    "allowed_payment_method_types": ["card", "customer_balance"],
    "payment_method_options": {"customer_balance": OPTIONS},
}
TRANSFER: dict[str, Any] = {"by_transfer": "true", "payment_method": None}


def fund(local: Local, customer: str, amount: int) -> None:
    local.post(f"/v1/test_helpers/customers/{customer}/fund_cash_balance", amount=amount, currency="usd")


def test_a_session_is_complete_while_its_transfer_is_waited_for_and_paid_once_it_arrives(local: Local) -> None:
    customer = local.post("/v1/customers", email="jenny@example.com")["id"]
    session = selling(local, local.price()["id"], customer=customer, **BY_TRANSFER)
    assert session["payment_method_options"]["customer_balance"] == OPTIONS
    before = len(local.events())
    waiting = paid(local, session, expand=("payment_intent",), **TRANSFER)
    intent = waiting["payment_intent"]
    assert (waiting["payment_status"], intent["status"], intent["amount"]) == ("unpaid", "requires_action", 1500)
    assert intent["next_action"]["display_bank_transfer_instructions"]["type"] == "us_bank_transfer"
    asked = ["payment_intent.created", "payment_intent.requires_action", "checkout.session.completed"]
    assert types(local, before) == asked
    fund(local, customer, 500)
    assert local.get(f"{PATH}/{session['id']}")["payment_status"] == "unpaid"
    fund(local, customer, 1000)
    assert local.get(f"{PATH}/{session['id']}")["payment_status"] == "paid"
    assert types(local)[-1] == "checkout.session.async_payment_succeeded"
    [event] = local.events(type="checkout.session.async_payment_succeeded")
    assert (event["data"]["object"]["id"], event["data"]["object"]["payment_status"]) == (session["id"], "paid")


def test_a_cash_balance_that_is_there_pays_at_once(local: Local) -> None:
    customer = local.post("/v1/customers", email="jenny@example.com")["id"]
    fund(local, customer, 2000)
    done = paid(local, selling(local, local.price()["id"], customer=customer, **BY_TRANSFER), **TRANSFER)
    assert done["payment_status"] == "paid"
    assert local.get(f"/v1/customers/{customer}/cash_balance")["available"] == {"usd": 500}
    assert local.events(type="checkout.session.async*") == []


def test_a_transfer_is_a_customer_s_and_a_card_stays_a_guest_s(local: Local) -> None:
    price = local.price()["id"]
    by_card = paid(local, selling(local, price, **BY_TRANSFER))
    by_transfer = paid(local, selling(local, price, **BY_TRANSFER), **TRANSFER)
    assert (by_card["customer"], by_card["payment_status"]) == (None, "paid")
    assert by_transfer["customer"].startswith("cus_")
    fund(local, by_transfer["customer"], 1500)
    assert local.get(f"{PATH}/{by_transfer['id']}")["payment_status"] == "paid"


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"mode": "subscription"}, "allowed_payment_method_types"),
        ({"payment_intent_data": {"capture_method": "manual"}}, "payment_intent_data[capture_method]"),
        (
            {"payment_method_options": {"customer_balance": {"funding_type": "bank_transfer"}}},
            "payment_method_options[customer_balance][bank_transfer]",
        ),
        (
            {"payment_method_options": {"customer_balance": {"bank_transfer": {"type": "gb_bank_transfer"}}}},
            "payment_method_options[customer_balance][bank_transfer][type]",
        ),
    ],
)
def test_what_a_transfer_cannot_pay(local: Local, wrong: dict[str, Any], param: str) -> None:
    recurring = {"interval": "month"} if wrong.get("mode") == "subscription" else None
    price = local.price(**({"recurring": recurring} if recurring else {}))["id"]
    params = {"mode": "payment", "success_url": "https://example.com", **BY_TRANSFER, **wrong}
    refusal = local.refused("post", PATH, line_items=[{"price": price, "quantity": 1}], **params)
    assert (refusal.status, refusal.param) == (400, param)
