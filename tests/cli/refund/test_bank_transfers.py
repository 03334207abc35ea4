"""Refunds of what was paid by bank transfer, for which Stripe asks the customer for a bank account by mail."""

from __future__ import annotations

import pytest

from tests.conftest import Billing
from tests.subscriptions.conftest import Shop

BY_MAIL = "It waits for the customer, whom Stripe asks by mail for a bank account."


@pytest.fixture
def subscription(shop: Shop) -> str:
    return paid_by_transfer(shop, shop.customer(email="ada@example.com")["id"])


def paid_by_transfer(shop: Shop, customer: str) -> str:
    """Return a subscription whose first invoice of $15.00 a bank transfer has paid."""
    shop.post(f"/v1/test_helpers/customers/{customer}/fund_cash_balance", amount=1500, currency="usd")
    by_transfer = {"payment_settings": {"payment_method_types": ["customer_balance"]}}
    sent = {"collection_method": "send_invoice", "days_until_due": 3}
    made = shop.subscription(customer, shop.price()["id"], **sent, **by_transfer)
    shop.post(f"/v1/invoices/{made['latest_invoice']}/finalize")
    shop.customer()
    return str(made["id"])


def test_sub_cancel_says_that_the_refund_waits_for_the_customer(billing: Billing, subscription: str) -> None:
    ran = billing.ok("sub", "cancel", subscription, "--now", "--refund", "last", "--yes", "--local")

    assert "Refunded $15.00 (pyr_" in ran.out
    assert BY_MAIL in ran.out


@pytest.mark.parametrize("kind", ["last", "prorated"])
def test_sub_cancel_ends_nothing_where_the_customer_cannot_be_asked(billing: Billing, shop: Shop, kind: str) -> None:
    customer = shop.customer(email="ada@example.com")["id"]
    id = paid_by_transfer(shop, customer)
    shop.post(f"/v1/customers/{customer}", email="")
    cancel = ("sub", "cancel", id, "--now", "--refund", kind, "--yes", "--local")
    ran = billing(*cancel)

    assert (ran.code, shop.api.get(f"/v1/subscriptions/{id}")["status"]) == (1, "active")
    assert f"the customer {customer} has paid by bank transfer, and has no email address" in ran.err
    assert f"customer update {customer} --email" in ran.err
    shop.post(f"/v1/customers/{customer}", email="ada@example.com")
    assert BY_MAIL in billing.ok(*cancel).out


def test_a_charge_and_a_refund_that_are_no_card_s_go_by_their_ids(
    billing: Billing, shop: Shop, subscription: str
) -> None:
    [charge], _ = shop.api.page("/v1/charges", {})
    ran = billing.ok("refund", "create", charge["id"], "--amount", "5.00", "--yes", "--local")

    assert charge["id"].startswith("py_")
    assert "$5.00 goes back to a bank account, for which Stripe asks the customer by mail" in ran.err
    assert BY_MAIL in ran.out
    [refund], _ = shop.api.page("/v1/refunds", {})
    assert "requires action" in billing.ok("refund", "show", refund["id"], "--local").out
