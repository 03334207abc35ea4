"""A subscription ten days into its first month, on a test clock, and what else there is to subscribe to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.cli.sub.history import Begin, History
from tests.conftest import Billing, Ran
from tests.subscriptions.conftest import Shop

DAY = 86400
FIRST_OF_MARCH = 1772323200
TEN_DAYS_LATER = FIRST_OF_MARCH + 10 * DAY
FIRST_OF_APRIL = FIRST_OF_MARCH + 31 * DAY
EMAIL = "ada@example.com"
CREDIT, CHARGE = -1016, 3387
"""21 of 31 days of $15.00 and of $50.00, each rounded: https://docs.stripe.com/billing/subscriptions/prorations."""


@dataclass
class Life:
    """A subscription to pro ($15.00 a month), paid by card."""

    billing: Billing
    shop: Shop
    clock: str
    customer: str
    id: str
    prices: dict[str, str]

    def __call__(self, *argv: str) -> Ran:
        return self.billing(*argv, "--local")

    def ok(self, *argv: str) -> Ran:
        return self.billing.ok(*argv, "--local")

    def json(self, *argv: str) -> Any:
        return self.ok(*argv, "--output", "json").json

    @property
    def subscription(self) -> Any:
        return self.shop.api.get(f"/v1/subscriptions/{self.id}")

    @property
    def plan(self) -> str:
        """Return the name of the price that it is on."""
        return next(
            name for name, id in self.prices.items() if id == self.subscription["items"]["data"][0]["price"]["id"]
        )

    def invoices(self) -> list[tuple[str, int]]:
        """Status and total of each, oldest first."""
        invoices, _ = self.shop.api.page("/v1/invoices", {"subscription": self.id})
        return [(invoice["status"], invoice["total"]) for invoice in invoices][::-1]

    def use_card(self, card: str) -> None:
        method = self.shop.post(f"/v1/payment_methods/{card}/attach", customer=self.customer)["id"]
        self.shop.post(f"/v1/customers/{self.customer}", invoice_settings={"default_payment_method": method})

    def advance(self, until: int) -> None:
        self.shop.post(f"/v1/test_helpers/test_clocks/{self.clock}/advance", frozen_time=until)


@pytest.fixture
def ada(shop: Shop) -> Any:
    """A customer, and a price to subscribe to."""
    shop.price(lookup_key="pro.monthly")
    return shop.customer(email="ada@example.com")


@pytest.fixture
def life(billing: Billing, shop: Shop) -> Life:
    clock = shop.post("/v1/test_helpers/test_clocks", frozen_time=FIRST_OF_MARCH, name="life")["id"]
    pro, team = shop.product("Pro"), shop.product("Team")
    year, month = {"interval": "year"}, {"interval": "month"}
    prices = {
        "pro": shop.price(pro, lookup_key="pro"),
        "pro-yearly": shop.price(pro, lookup_key="pro-yearly", unit_amount=15000, recurring=year),
        "team": shop.price(team, lookup_key="team", unit_amount=5000, recurring=month),
        "setup": shop.post("/v1/prices", product=team, currency="usd", unit_amount=25000, lookup_key="setup"),
    }
    ids = {name: price["id"] for name, price in prices.items()}
    customer = shop.with_card(email=EMAIL, test_clock=clock)["id"]
    id = shop.subscription(customer, ids["pro"])["id"]
    customer_life = Life(billing, shop, clock, customer, id, ids)
    customer_life.advance(TEN_DAYS_LATER)
    return customer_life


@pytest.fixture
def begin(billing: Billing, shop: Shop) -> Begin:
    return lambda at: History.begin(billing, shop, at)
