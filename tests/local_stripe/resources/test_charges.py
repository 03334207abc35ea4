"""Charges that no payment intent makes (https://docs.stripe.com/payments/charges-api)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Clock, Local, Refusal
from tests.local_stripe.life import set_in_dashboard

CHARGES = "/v1/charges"
DAY = 24 * 60 * 60


def charge(local: Local, amount: int = 2000, **params: Any) -> Any:
    return local.post(CHARGES, amount=amount, currency="usd", **params)


def holder(local: Local, token: str = "tok_visa") -> Any:
    """Return a customer whose card is a source, as the account's settings allow while it is made."""
    set_in_dashboard(local, card_tokens="accept")
    customer = local.post("/v1/customers", source=token)
    set_in_dashboard(local, card_tokens="refuse")
    return customer


def test_a_customer_is_charged_by_the_card_that_is_their_source(local: Local) -> None:
    customer = holder(local)
    set_in_dashboard(local, card_tokens="accept")
    other = local.post(f"/v1/customers/{customer['id']}/sources", source="tok_mastercard")["id"]
    set_in_dashboard(local, card_tokens="refuse")
    new_charge = charge(
        local,
        customer=customer["id"],
        description="A hat",
        metadata={"a": "1"},
        shipping={"name": "Ada", "address": {"line1": "1 Main Street"}},
        statement_descriptor_suffix="HAT",
    )
    assert (new_charge["status"], new_charge["paid"], new_charge["captured"], new_charge["amount_captured"]) == (
        "succeeded",
        True,
        True,
        2000,
    )
    assert (new_charge["payment_intent"], new_charge["payment_method"]) == (None, customer["default_source"])
    assert (new_charge["source"]["id"], new_charge["source"]["last4"]) == (customer["default_source"], "4242")
    assert (new_charge["description"], new_charge["metadata"], new_charge["shipping"]["name"]) == (
        "A hat",
        {"a": "1"},
        "Ada",
    )
    assert new_charge["calculated_statement_descriptor"] == "Stripe* HAT"
    assert local.get(f"/v1/balance_transactions/{new_charge['balance_transaction']}")["source"] == new_charge["id"]
    assert charge(local, customer=customer["id"], source=other)["source"]["brand"] == "MasterCard"
    assert [event["type"] for event in local.events(type="charge.*")] == ["charge.succeeded"] * 2

    foreign = local.refused("post", CHARGES, amount=2000, currency="usd", customer=customer["id"], source="tok_visa")
    message = f"Customer {customer['id']} does not have a linked source with ID tok_visa."
    assert foreign == Refusal(message, "missing", "source")
    assert local.refused("post", CHARGES, amount=1, currency="usd", customer=customer["id"]).code == "amount_too_small"
    assert local.refused("post", CHARGES, amount=1, customer=customer["id"]).param == "currency"


def test_a_token_is_charged_where_the_account_takes_tokens(local: Local) -> None:
    refusal = local.refused("post", CHARGES, amount=2000, currency="usd", source="tok_visa")
    assert refusal.message.startswith("Card Token usage on the Customers API and Charges API has reached end of life.")
    set_in_dashboard(local, card_tokens="accept")
    new_charge = charge(local, source="tok_amex")
    assert (new_charge["status"], new_charge["customer"], new_charge["source"]["brand"]) == (
        "succeeded",
        None,
        "American Express",
    )
    assert local.get(f"{CHARGES}/{new_charge['id']}") == new_charge


@pytest.mark.parametrize(
    ("token", "code", "decline"),
    [
        ("tok_visa_chargeCustomerFail", "card_declined", "generic_decline"),
        ("tok_threeDSecure2Required", "authentication_required", "authentication_required"),
    ],
)
def test_a_refused_charge_stays_as_a_failed_one(local: Local, token: str, code: str, decline: str) -> None:
    customer = holder(local, token)["id"]
    reply = local.send("post", CHARGES, f"amount=2000&currency=usd&customer={customer}")
    error = reply.json["error"]
    assert (reply.status, error["type"], error["code"], error["decline_code"]) == (402, "card_error", code, decline)
    [failed] = local.get(CHARGES, customer=customer)["data"]
    assert (failed["id"], failed["status"], failed["paid"], failed["failure_code"]) == (
        error["charge"],
        "failed",
        False,
        code,
    )
    assert [event["type"] for event in local.events(type="charge.*")] == ["charge.failed"]


def test_a_part_of_what_is_reserved_is_captured(local: Local) -> None:
    reserved = charge(local, customer=holder(local)["id"], capture=False)
    path = f"{CHARGES}/{reserved['id']}"
    assert (reserved["captured"], reserved["balance_transaction"]) == (False, None)
    more = local.refused("post", f"{path}/capture", amount=2001)
    assert more == Refusal("You cannot capture a charge for an amount greater than it already has.", param="amount")
    taken = local.post(f"{path}/capture", amount=1500, receipt_email="ada@example.com")
    assert (taken["captured"], taken["amount_captured"], taken["receipt_email"]) == (True, 1500, "ada@example.com")
    assert local.get(f"/v1/balance_transactions/{taken['balance_transaction']}")["amount"] == 1500
    assert [event["type"] for event in local.events(type="charge.*")] == ["charge.captured", "charge.succeeded"]
    assert local.refused("post", f"{path}/capture").code == "charge_already_captured"
    assert local.post("/v1/refunds", charge=reserved["id"])["amount"] == 1500


def test_a_charge_without_an_intent_changes_its_group_itself(local: Local) -> None:
    new_charge = charge(local, customer=holder(local)["id"], transfer_group="ORDER10")
    assert new_charge["transfer_group"] == "ORDER10"
    assert local.post(f"{CHARGES}/{new_charge['id']}", transfer_group="ORDER11")["transfer_group"] == "ORDER11"


def test_what_nobody_captures_is_released(local: Local, clock: Clock) -> None:
    customer = holder(local)["id"]
    refunded, expired = (charge(local, customer=customer, capture=False)["id"] for _ in range(2))
    part = local.refused("post", "/v1/refunds", charge=refunded, amount=5)
    assert part.message == "You cannot partially refund an uncaptured charge. Instead, capture the charge."
    refund = local.post("/v1/refunds", charge=refunded)
    assert (refund["amount"], refund["status"], refund["balance_transaction"]) == (2000, "succeeded", None)
    assert local.refused("post", "/v1/refunds", charge=refunded).code == "charge_already_refunded"

    clock.now += 7 * DAY + 1
    assert [local.get(f"{CHARGES}/{id}")["refunded"] for id in (refunded, expired)] == [True, True]
    assert local.refused("post", f"{CHARGES}/{expired}/capture").code == "charge_expired_for_capture"
    types = [event["type"] for event in local.events(type="charge.*")]
    assert types == ["charge.expired", "charge.refunded", "charge.succeeded", "charge.succeeded"]
