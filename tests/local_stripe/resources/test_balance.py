"""The account's balance, its transactions and its payouts; values as recorded of 2026-08-26.dahlia in Canada."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.local_stripe.core import accounts
from tests.local_stripe.conftest import Clock, Local, Refusal

INTENTS, TRANSACTIONS, PAYOUTS = "/v1/payment_intents", "/v1/balance_transactions", "/v1/payouts"


def settle_in(local: Local, country: str, currency: str) -> None:
    """The account is of that country."""
    store: Any = local.transport.store  # type: ignore[attr-defined]
    account = accounts.ensure(store, 0)
    with store.writing():
        accounts.change_country(store, account, country, currency)


def paid(local: Local, clock: Clock, **params: Any) -> Any:
    """Return the balance transaction of a payment."""
    by_card = {"payment_method": "pm_card_visa", "allowed_payment_method_types": ["card"], "confirm": True}
    payment_intent = local.post(INTENTS, **{"amount": 4400, "currency": "cad", **by_card, **params})
    clock.now += 2
    return local.get(f"/v1/charges/{payment_intent['latest_charge']}", expand=["balance_transaction"])[
        "balance_transaction"
    ]


def test_a_charge_and_its_fee(local: Local, clock: Clock) -> None:
    settle_in(local, "CA", "cad")
    moved = paid(local, clock, description="A hat")
    assert (moved["amount"], moved["fee"], moved["net"], moved["currency"]) == (4400, 193, 4207, "cad")
    assert (moved["type"], moved["reporting_category"], moved["description"]) == ("charge", "charge", "A hat")
    [fee] = moved["fee_details"]
    assert fee == {
        "amount": 193,
        "application": None,
        "currency": "cad",
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }
    assert (moved["exchange_rate"], moved["status"]) == (None, "pending")


def test_money_in_another_currency_is_exchanged(local: Local, clock: Clock) -> None:
    settle_in(local, "CA", "cad")
    moved = paid(local, clock, amount=6000, currency="usd")
    assert (moved["amount"], moved["currency"], moved["exchange_rate"]) == (8391, "cad", 1.3985)


@pytest.mark.parametrize(
    ("country", "currency", "fee"), [("US", "usd", 320), ("GB", "gbp", 345), ("DE", "eur", 350), ("JP", "jpy", 360)]
)
def test_fees_are_those_of_the_country(local: Local, clock: Clock, country: str, currency: str, fee: int) -> None:
    settle_in(local, country, currency)
    assert paid(local, clock, amount=10_000, currency=currency)["fee"] == fee


def test_what_can_be_paid_out_and_what_cannot_yet(local: Local, clock: Clock) -> None:
    settle_in(local, "CA", "cad")
    moved = paid(local, clock)
    balance = local.get("/v1/balance")
    nothing, all_of_it = ({"amount": each, "currency": "cad", "source_types": {"card": each}} for each in (0, 4207))
    assert (balance["available"], balance["pending"]) == ([nothing], [all_of_it])
    clock.now = moved["available_on"]
    balance = local.get("/v1/balance")
    assert (balance["available"], balance["pending"]) == ([all_of_it], [nothing])
    assert local.get(f"{TRANSACTIONS}/{moved['id']}")["status"] == "available"


def test_the_balance_is_announced_when_money_becomes_available(local: Local, clock: Clock) -> None:
    moved = paid(local, clock)
    assert local.events(types=["balance.available"]) == []
    clock.now = moved["available_on"] + 1

    [event] = local.events(types=["balance.available"])

    assert event["data"]["object"] == local.get("/v1/balance")


def test_an_account_that_changed_its_currency_has_both(local: Local, clock: Clock) -> None:
    settle_in(local, "CA", "cad")
    paid(local, clock)
    settle_in(local, "US", "usd")
    paid(local, clock, amount=1000, currency="usd")
    pending = [(each["currency"], each["amount"]) for each in local.get("/v1/balance")["pending"]]
    assert pending == [("usd", 941), ("cad", 4207)]
    assert len(local.get(TRANSACTIONS, currency="cad")["data"]) == 1


def test_a_card_whose_money_is_there_at_once(local: Local, clock: Clock) -> None:
    settle_in(local, "CA", "cad")
    assert paid(local, clock, payment_method="pm_card_bypassPending")["status"] == "available"
    assert len(local.events(types=["balance.available"])) == 1


def test_transactions_are_listed_by_source_and_type(local: Local, clock: Clock) -> None:
    settle_in(local, "CA", "cad")
    moved = paid(local, clock, description="A hat")
    refund = local.post("/v1/refunds", charge=moved["source"], amount=1400)
    [of_refund] = local.get(TRANSACTIONS, source=refund["id"])["data"]
    assert (of_refund["amount"], of_refund["description"]) == (-1400, "REFUND FOR CHARGE (A hat)")
    assert [one["id"] for one in local.get(TRANSACTIONS, source=moved["source"])["data"]] == [moved["id"]]
    assert [one["type"] for one in local.get(TRANSACTIONS)["data"]] == ["refund", "charge"]
    assert [one["type"] for one in local.get(TRANSACTIONS, type="charge")["data"]] == ["charge"]
    for nothing in ({"type": "bogus_type"}, {"currency": "usd"}):
        assert local.get(TRANSACTIONS, **nothing)["data"] == []
    assert local.refused("get", TRANSACTIONS, payout="po_nope") == Refusal(
        "No such payout: 'po_nope'", "resource_missing", "payout"
    )
    assert local.refused("get", f"{TRANSACTIONS}/txn_nope") == Refusal(
        "No such balance transaction: 'txn_nope'", "resource_missing", "id", 404
    )


def test_those_of_a_dispute_are_in_the_dispute_only(local: Local, clock: Clock) -> None:
    settle_in(local, "CA", "cad")
    moved = paid(local, clock, amount=6000, currency="usd", payment_method="pm_card_createDispute")
    [dispute] = local.get("/v1/disputes", charge=moved["source"])["data"]
    [withdrawal] = dispute["balance_transactions"]
    assert (withdrawal["amount"], withdrawal["fee"], withdrawal["net"]) == (-8391, 1500, -9891)
    assert withdrawal["exchange_rate"] is None
    assert local.get(TRANSACTIONS, source=dispute["id"])["data"] == []
    assert local.get(f"{TRANSACTIONS}/{withdrawal['id']}") == withdrawal


def test_there_are_no_payouts(local: Local) -> None:
    too_little = Refusal("This value must be greater than or equal to 1.", "parameter_invalid_integer", "amount")
    for amount in (-100, 0):
        assert local.refused("post", PAYOUTS, amount=amount, currency="usd") == too_little
    assert local.refused("post", PAYOUTS, currency="usd").code == "parameter_missing"
    assert local.refused("post", PAYOUTS, amount=1000, currency="xxd").param == "currency"
    refusal = local.refused("post", PAYOUTS, amount=1000, currency="usd")
    assert refusal.message == "Sorry, you don't have any external accounts in that currency (usd)."
    assert local.get(PAYOUTS)["data"] == local.get(PAYOUTS, status="paid")["data"] == []
    gone = Refusal("No such payout: 'po_nope'", "resource_missing", "payout", 404)
    for method, rest in (("get", ""), ("post", ""), ("post", "/cancel"), ("post", "/reverse")):
        assert local.refused(method, f"{PAYOUTS}/po_nope{rest}") == gone
