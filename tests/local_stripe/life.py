"""A customer who lives by a test clock, and what tests of billing do with one."""

from __future__ import annotations

from calendar import timegm
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.local_stripe.billing import settings
from tests.local_stripe.conftest import Local

CLOCKS = "/v1/test_helpers/test_clocks"
DAY = 24 * 60 * 60


def moment(text: str) -> int:
    """Unix seconds of `2026-01-31` or `2026-01-31 12:00`, in UTC."""
    date, _, time = text.partition(" ")
    year, month, day = map(int, date.split("-"))
    hour, minute = map(int, (time or "00:00").split(":"))
    return timegm((year, month, day, hour, minute, 0))


@dataclass
class Life:
    """A customer with a card, on a clock of their own. Without `card` they have none."""

    local: Local
    clock: str
    customer: str

    @classmethod
    def begin(cls, local: Local, at: str = "2026-01-01", card: str | None = "pm_card_visa", **customer: Any) -> Life:
        clock = local.post(CLOCKS, frozen_time=moment(at))["id"]
        born = local.post("/v1/customers", test_clock=clock, email="jenny@example.com", **customer)
        life = cls(local, clock, born["id"])
        if card is not None:
            life.pay_by(card)
        return life

    def pay_by(self, card: str) -> str:
        """Attach a card, and make it the default."""
        method = self.local.post(f"/v1/payment_methods/{card}/attach", customer=self.customer)["id"]
        self.local.post(f"/v1/customers/{self.customer}", invoice_settings={"default_payment_method": method})
        return str(method)

    def subscribe(self, *prices: str, **params: Any) -> Any:
        items = [{"price": price} for price in prices]
        return self.local.post("/v1/subscriptions", **{"customer": self.customer, "items": items, **params})

    def advance(self, to: str, *, days: int = 28) -> None:
        """Move the clock on, by so many days at a time at most."""
        target = moment(to)
        now = self.local.get(f"{CLOCKS}/{self.clock}")["frozen_time"]
        while now < target:
            now = min(target, now + days * DAY)
            self.local.post(f"{CLOCKS}/{self.clock}/advance", frozen_time=now)

    def subscription(self, id: str) -> Any:
        return self.local.get(f"/v1/subscriptions/{id}")

    def invoices(self, subscription: str) -> list[Any]:
        """Oldest first."""
        invoices: list[Any] = self.local.get("/v1/invoices", subscription=subscription, limit=100)["data"]
        return invoices[::-1]

    def totals(self, subscription: str) -> list[int]:
        return [invoice["total"] for invoice in self.invoices(subscription)]

    def events(self, kind: str = "") -> list[str]:
        """Return the types of what happened, oldest first, those that begin with `kind`."""
        return [event["type"] for event in reversed(self.local.events()) if event["type"].startswith(kind)]


def set_in_dashboard(local: Local, **values: str | int) -> None:
    """Change settings of the account that no call can change."""
    store = local.transport.store  # type: ignore[attr-defined]
    account = local.transport.router.account()  # type: ignore[attr-defined]
    with store.writing():
        settings.change(store, account, values)


def price(local: Local, amount: int = 1500, interval: str = "month", **params: Any) -> str:
    """Return a recurring price of a product of its own."""
    new_price = local.price(
        unit_amount=amount, recurring={"interval": interval, **params.pop("recurring", {})}, **params
    )
    return str(new_price["id"])


def running(local: Local, **params: Any) -> tuple[Life, Any]:
    """Return a subscription of 30 a month from April 1, on April 11."""
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 3000), **params)
    life.advance("2026-04-11")
    return life, subscription


def scheduled(local: Local, **params: Any) -> tuple[Life, Any, Any]:
    """Return a life with a subscription, and the schedule that was made of it."""
    life = Life.begin(local)
    subscription = life.subscribe(price(local), **params)
    return life, subscription, local.post("/v1/subscription_schedules", from_subscription=subscription["id"])


def price_of(subscription: Any) -> str:
    """Return the one price that is subscribed to."""
    [item] = subscription["items"]["data"]
    return str(item["price"]["id"])


def billed(local: Local, amount: int = 2500, card: str | None = "pm_card_visa", **params: Any) -> tuple[Life, Any]:
    """Return a draft of one item for a new customer."""
    life = Life.begin(local, "2026-01-01", card)
    local.post("/v1/invoiceitems", customer=life.customer, amount=amount, currency="usd", description="Setup")
    form = {"customer": life.customer, "pending_invoice_items_behavior": "include", **params}
    return life, local.post("/v1/invoices", **form)


def act(local: Local, invoice: Any, what: str, **params: Any) -> Any:
    return local.post(f"/v1/invoices/{invoice['id']}/{what}", **params)
