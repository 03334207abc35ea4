"""Customers who pay by a default source, a card of before there were payment methods: it is charged like any other."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.stripe_api.references import own_method, without_own_method
from tests.conftest import Billing
from tests.subscriptions.conftest import Shop

EMAIL = "ada@example.com"


@pytest.fixture
def card(shop: Shop, billing: Billing) -> str:
    """The card of a customer with a subscription that it paid."""
    billing.ok("local", "settings", "--card-tokens", "accept")
    customer = shop.customer(email=EMAIL, source="tok_visa")
    shop.subscription(customer["id"], shop.price(lookup_key="pro")["id"])
    return str(customer["default_source"])


def test_it_is_shown_as_what_pays(billing: Billing, card: str) -> None:
    customer = billing.ok("customer", "show", EMAIL, "--local", "--output", "json").json
    subscription = billing.ok("sub", "show", EMAIL, "--local", "--output", "json").json
    listed = billing.ok("card", "list", EMAIL, "--local", "--output", "json").json
    changed = billing.ok("sub", "change", EMAIL, "--quantity", "2", "--preview", "--local").out

    assert (customer["default_payment_method"], customer["default_card"]["id"]) == (card, card)
    assert (subscription["payment_method"]["id"], subscription["payment_method"]["type"]) == (card, "card")
    assert (listed["id"], listed["default"], listed["last4"]) == (card, True, "4242")
    assert f"due now    $15.00 by card ({card})" in changed


def test_it_pays_an_invoice(billing: Billing, shop: Shop, card: str) -> None:
    [customer] = shop.api.page("/v1/customers", {})[0]
    shop.post("/v1/invoiceitems", customer=customer["id"], amount=700, currency="usd")
    draft = shop.post(
        "/v1/invoices", customer=customer["id"], pending_invoice_items_behavior="include", auto_advance=False
    )
    invoice = shop.post(f"/v1/invoices/{draft['id']}/finalize")

    paid = billing.ok("invoice", "pay", invoice["id"], "--local", "--yes", "--output", "json").json

    assert paid["result"] == "paid"
    assert [one["payment_method"] for one in shop.api.page("/v1/charges", {})[0]] == [card, card]


def test_another_card_takes_its_place(billing: Billing, card: str) -> None:
    billing.ok("customer", "update", EMAIL, "--payment-method", "pm_card_mastercard", "--local")

    shown = billing.ok("sub", "show", EMAIL, "--local", "--output", "json").json
    assert shown["payment_method"]["last4"] == "4444"


def test_of_a_subscription_it_goes_before_the_customers_and_can_be_taken_off() -> None:
    subscription: Any = {"default_payment_method": None, "default_source": "ba_1"}

    method: Any = own_method(subscription)
    assert (method["id"], method["type"]) == ("ba_1", "bank_account")
    assert without_own_method(subscription) == {"default_source": ""}
    assert without_own_method({**subscription, "default_source": None}) == {}
