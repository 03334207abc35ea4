"""A customer's balance and what changes it (https://docs.stripe.com/billing/customer/balance)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal
from tests.local_stripe.life import Life, price


def customer(local: Local, **params: Any) -> str:
    return str(local.post("/v1/customers", email="jenny@example.com", **params)["id"])


def transactions(local: Local, id: str) -> list[tuple[str, int, int]]:
    """Type, amount and ending balance, oldest first."""
    found = local.get(f"/v1/customers/{id}/balance_transactions")["data"]
    return [(each["type"], each["amount"], each["ending_balance"]) for each in reversed(found)]


def test_a_credit_by_hand_changes_the_balance_and_gives_the_customer_a_currency(local: Local) -> None:
    jenny = customer(local)
    path = f"/v1/customers/{jenny}/balance_transactions"
    credit = local.post(path, amount=-500, currency="eur", description="Sorry", metadata={"case": "12"})
    assert (credit["type"], credit["amount"], credit["ending_balance"], credit["currency"]) == (
        "adjustment",
        -500,
        -500,
        "eur",
    )
    after = local.get(f"/v1/customers/{jenny}")
    assert (after["balance"], after["currency"]) == (-500, "eur")
    assert local.get(f"{path}/{credit['id']}") == credit
    changed = local.post(f"{path}/{credit['id']}", description="Sorry!", metadata={"case": ""})
    assert (changed["description"], changed["metadata"]) == ("Sorry!", {})
    [event] = local.events(type="customer.updated")
    assert event["data"]["previous_attributes"] == {"balance": 0, "currency": None}


def test_a_balance_set_on_the_customer_is_written_down(local: Local) -> None:
    jenny = customer(local, balance=-300)
    local.post(f"/v1/customers/{jenny}", balance=200)
    local.post(f"/v1/customers/{jenny}", name="Jenny")
    assert transactions(local, jenny) == [("initial", -300, -300), ("adjustment", 500, 200)]


@pytest.mark.parametrize(
    ("balance", "due", "expected"),
    [
        (-500, 1000, [("initial", -500, -500), ("applied_to_invoice", 500, 0)]),
        (-1480, 0, [("initial", -1480, -1480), ("applied_to_invoice", 1480, 0), ("invoice_too_small", 20, 20)]),
        (-2000, 0, [("initial", -2000, -2000), ("applied_to_invoice", 1500, -500)]),
    ],
)
def test_an_invoice_takes_from_the_balance(
    local: Local, balance: int, due: int, expected: list[tuple[str, int, int]]
) -> None:
    life = Life.begin(local, balance=balance)
    invoice = local.get(f"/v1/invoices/{life.subscribe(price(local))['latest_invoice']}")
    assert invoice["amount_due"] == due
    assert transactions(local, life.customer) == expected
    [*_, last] = local.get(f"/v1/customers/{life.customer}/balance_transactions", invoice=invoice["id"])["data"]
    assert last["invoice"] == invoice["id"]


def test_a_voided_invoice_gives_back_what_it_took(local: Local) -> None:
    jenny = customer(local, balance=-500)
    local.post("/v1/invoiceitems", customer=jenny, amount=1500, currency="usd")
    invoice = local.post("/v1/invoices", customer=jenny, pending_invoice_items_behavior="include")["id"]
    local.post(f"/v1/invoices/{invoice}/finalize")
    local.post(f"/v1/invoices/{invoice}/void")
    assert transactions(local, jenny)[1:] == [("applied_to_invoice", 500, 0), ("unapplied_from_invoice", -500, -500)]


def test_a_transaction_belongs_to_its_customer(local: Local) -> None:
    jenny, other = customer(local, balance=-300), customer(local)
    [initial] = local.get(f"/v1/customers/{jenny}/balance_transactions")["data"]
    path = f"/v1/customers/{other}/balance_transactions/{initial['id']}"
    assert local.refused("get", path) == Refusal(
        f"No such customer balance transaction: '{initial['id']}'", "resource_missing", "transaction", 404
    )
    assert local.refused("get", "/v1/customers/cus_nope/balance_transactions") == Refusal(
        "No such customer: 'cus_nope'", "resource_missing", "id", 404
    )
