"""Cash balances (https://docs.stripe.com/payments/customer-balance): what bank transfers bring, as a test makes them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, encoded


@pytest.fixture
def customer(local: Local) -> str:
    return f"/v1/customers/{local.post('/v1/customers')['id']}"


def fund(local: Local, customer: str, **transfer: Any) -> Any:
    return local.post(f"/v1/test_helpers{customer[3:]}/fund_cash_balance", **transfer)


def test_a_transfer_reaches_the_balance_and_is_told(local: Local, customer: str) -> None:
    assert local.get(f"{customer}/cash_balance")["available"] is None
    first = fund(local, customer, amount=1000, currency="usd", reference="INV-7")
    assert (first["type"], first["net_amount"], first["ending_balance"]) == ("funded", 1000, 1000)
    sent = {"network": "ach", "sender_name": None}
    assert first["funded"]["bank_transfer"] == {
        "reference": "INV-7",
        "type": "us_bank_transfer",
        "us_bank_transfer": sent,
    }
    fund(local, customer, amount=500, currency="usd")
    fund(local, customer, amount=300, currency="eur")
    balance = local.get(f"{customer}/cash_balance")
    assert balance["available"] == {"eur": 300, "usd": 1500}
    assert local.get(customer, expand=["cash_balance"])["cash_balance"] == balance
    events, money = local.events()[:2]
    assert (events["type"], events["data"]["object"]["available"]) == (
        "cash_balance.funds_available",
        {"eur": 300, "usd": 1500},
    )
    assert money["type"] == "customer_cash_balance_transaction.created"
    cash_balance_transactions = local.get(f"{customer}/cash_balance_transactions")["data"]
    assert [each["net_amount"] for each in cash_balance_transactions] == [300, 500, 1000]
    assert local.get(f"{customer}/cash_balance_transactions/{first['id']}") == first


def test_a_customer_with_a_cash_balance_is_not_deleted(local: Local, customer: str) -> None:
    fund(local, customer, amount=100, currency="usd")
    assert local.refused("delete", customer).message == "You cannot delete a customer with a cash balance."


def instructions(local: Local, customer: str, wanted: Any) -> Any:
    """Return funding instructions; `stripe/_funding_instructions.py` names two of the five types of transfers that the
    call takes."""
    reply = local.send("post", f"{customer}/funding_instructions", encoded(wanted))
    assert reply.status == 200, reply.text
    return reply.json


@pytest.mark.parametrize(
    ("currency", "types"),
    [("eur", ["iban"]), ("gbp", ["sort_code"]), ("jpy", ["zengin"]), ("mxn", ["spei"]), ("usd", ["aba", "swift"])],
)
def test_a_customer_is_told_to_which_account_to_transfer(
    local: Local, customer: str, currency: str, types: list[str]
) -> None:
    type = {"eur": "eu", "gbp": "gb", "jpy": "jp", "mxn": "mx", "usd": "us"}[currency] + "_bank_transfer"
    country = {"eu_bank_transfer": {"country": "FR"}} if currency == "eur" else {}
    params = {"currency": currency, "funding_type": "bank_transfer", "bank_transfer": {"type": type, **country}}
    first = instructions(local, customer, params)
    assert instructions(local, customer, params) == first
    assert [one["type"] for one in first["bank_transfer"]["financial_addresses"]] == types
    assert (first["currency"], first["bank_transfer"]["type"]) == (currency, type)
    other = f"/v1/customers/{local.post('/v1/customers')['id']}"
    assert instructions(local, other, params)["bank_transfer"] != first["bank_transfer"]


def test_instructions_are_of_a_type_of_the_currency(local: Local, customer: str) -> None:
    def refused(**transfer: Any) -> str | None:
        params = {"currency": "eur", "funding_type": "bank_transfer", "bank_transfer": transfer}
        return local.refused("post", f"{customer}/funding_instructions", **params).param

    assert refused(type="us_bank_transfer") == "bank_transfer[type]"
    country = "bank_transfer[eu_bank_transfer][country]"
    assert refused(type="eu_bank_transfer") == country
    assert refused(type="eu_bank_transfer", eu_bank_transfer={"country": "US"}) == country


def test_how_a_balance_is_reconciled_is_said_by_it_or_by_its_customer(local: Local, customer: str) -> None:
    manual = {"settings": {"reconciliation_mode": "manual"}}
    by_hand = {"reconciliation_mode": "manual", "using_merchant_default": False}
    assert local.post(f"{customer}/cash_balance", **manual)["settings"] == by_hand
    usual = {"settings": {"reconciliation_mode": "merchant_default"}}
    after = local.post(customer, cash_balance=usual, expand=["cash_balance"])["cash_balance"]["settings"]
    assert after == {"reconciliation_mode": "automatic", "using_merchant_default": True}
    customer_id = local.post("/v1/customers", cash_balance=manual)["id"]
    assert local.get(f"/v1/customers/{customer_id}/cash_balance")["settings"] == by_hand


def test_what_cannot_be_transferred_or_found_is_refused(local: Local, customer: str) -> None:
    path = f"/v1/test_helpers{customer[3:]}/fund_cash_balance"
    assert local.refused("post", path, amount=100, currency="cad").param == "currency"
    assert local.refused("post", path, amount=0, currency="usd").param == "amount"
    other = f"/v1/customers/{local.post('/v1/customers')['id']}"
    money = fund(local, other, amount=100, currency="usd")["id"]
    assert local.refused("get", f"{customer}/cash_balance_transactions/{money}").status == 404
