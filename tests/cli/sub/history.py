"""The history of a subscription from its first day, by dates: what tests of money are written in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.conftest import Billing, Ran
from tests.local_stripe.life import moment
from tests.subscriptions.conftest import Shop

HOUR = 3600
Begin = Callable[[str], "History"]
"""Begins a history on a day."""


@dataclass
class History:
    """A customer who pays by card on a clock of their own; `prices` are the ids of prices by their lookup keys."""

    billing: Billing
    shop: Shop
    clock: str
    customer: str
    id: str = ""
    prices: dict[str, str] = field(default_factory=dict)

    @classmethod
    def begin(cls, billing: Billing, shop: Shop, at: str) -> History:
        clock = shop.post("/v1/test_helpers/test_clocks", frozen_time=moment(at), name="history")["id"]
        return cls(billing, shop, clock, shop.with_card(email="ada@example.com", test_clock=clock)["id"])

    def price(self, key: str, amount: float, interval: str = "month", **params: Any) -> str:
        """Return a price of so many dollars, of a product of its own."""
        recurring = {"interval": interval}
        cents = round(amount * 100)
        price = self.shop.price(
            self.shop.product(key), lookup_key=key, **{"unit_amount": cents, "recurring": recurring, **params}
        )
        self.prices[key] = price["id"]
        return key

    def monthly(self, **amounts: float) -> None:
        """Prices of so many dollars a month, by their lookup keys."""
        for key, amount in amounts.items():
            self.price(key, amount)

    def metered(self, key: str, cents: str) -> str:
        """Return a metered price of so many cents, of the meter `calls`, a product of its own."""
        meters, _ = self.shop.api.page("/v1/billing/meters", {})
        meter = (
            meters[0]
            if meters
            else self.shop.post(
                "/v1/billing/meters", display_name="Calls", event_name="calls", default_aggregation={"formula": "sum"}
            )
        )
        recurring = {"interval": "month", "usage_type": "metered", "meter": meter["id"]}
        price = self.shop.post(
            "/v1/prices",
            product=self.shop.product(key),
            currency="usd",
            unit_amount_decimal=cents,
            recurring=recurring,
            lookup_key=key,
        )
        self.prices[key] = price["id"]
        return key

    def use(self, calls: int) -> None:
        payload = {"stripe_customer_id": self.customer, "value": str(calls)}
        self.shop.post("/v1/billing/meter_events", event_name="calls", payload=payload)

    def start(self, *keys: str, **params: Any) -> None:
        items = [{"price": self.prices[key]} for key in keys]
        self.id = self.shop.post("/v1/subscriptions", customer=self.customer, items=items, **params)["id"]

    def to(self, at: str) -> None:
        self.shop.post(f"/v1/test_helpers/test_clocks/{self.clock}/advance", frozen_time=moment(at))

    def run(self, command: str, *options: str) -> Ran:
        return self.billing("sub", command, self.id, *options, "--local")

    def ok(self, command: str, *options: str) -> Ran:
        """Return a run for people: what was announced is its `err`."""
        return self.billing.ok("sub", command, self.id, *options, "--yes", "--local")

    def json(self, command: str, *options: str) -> Any:
        return self.said(command, *options)[0]

    def said(self, command: str, *options: str) -> tuple[Any, str]:
        """Return a run for scripts: its record, and what was announced to people beside it."""
        ran = self.billing.ok("sub", command, self.id, *options, "--yes", "--local", "--output", "json")
        return json.loads(ran.out), ran.err

    def preview(self, *options: str) -> Any:
        ran = self.billing.ok("sub", "change", self.id, *options, "--preview", "--local", "--output", "json")
        return ran.json

    @property
    def subscription(self) -> Any:
        return self.shop.api.get(f"/v1/subscriptions/{self.id}")

    @property
    def balance(self) -> int:
        return int(self.shop.api.get(f"/v1/customers/{self.customer}")["balance"])

    def invoices(self) -> list[Any]:
        """Oldest first."""
        pages = self.shop.api.pages("/v1/invoices", {"subscription": self.id})
        return [invoice for page in pages for invoice in page][::-1]

    def paid(self) -> list[int]:
        """Return what each invoice was paid with, oldest first."""
        return [invoice["amount_paid"] for invoice in self.invoices()]

    def refunded(self) -> list[int]:
        """Return the amounts of all refunds, oldest first."""
        return [one["amount"] for one in self.shop.api.page("/v1/refunds", {"limit": 100})[0]][::-1]

    def pending(self) -> list[int]:
        items, _ = self.shop.api.page("/v1/invoiceitems", {"customer": self.customer, "pending": True})
        return [item["amount"] for item in items]

    def use_card(self, card: str) -> None:
        method = self.shop.post(f"/v1/payment_methods/{card}/attach", customer=self.customer)["id"]
        self.shop.post(f"/v1/customers/{self.customer}", invoice_settings={"default_payment_method": method})
