"""Customers and subscriptions in a local Stripe, made as from the dashboard."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Account


class Shop:
    """An account with things to subscribe to."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.api = account.api
        self.post = account.post

    def product(self, name: str = "Pro") -> str:
        return str(self.post("/v1/products", name=name)["id"])

    def price(self, product: str | None = None, **params: Any) -> Any:
        """Return a price of $15.00 a month, of a product of its own, where nothing else is said."""
        all_params = {"currency": "usd", "unit_amount": 1500, "recurring": {"interval": "month"}, **params}
        return self.post("/v1/prices", product=product or self.product(), **all_params)

    def customer(self, **params: Any) -> Any:
        return self.post("/v1/customers", **params)

    def with_card(self, card: str = "pm_card_visa", **params: Any) -> Any:
        """Return a customer who pays with this card by default."""
        default = {"payment_method": card, "invoice_settings": {"default_payment_method": card}}
        return self.customer(**default, **params)

    def subscription(self, customer: str, price: str, **params: Any) -> Any:
        return self.post("/v1/subscriptions", customer=customer, items=[{"price": price}], **params)


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)
