"""Discounts within prorations (https://docs.stripe.com/billing/subscriptions/prorations#prorations-and-discounts)."""

from __future__ import annotations

from typing import Any

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, price
from tests.local_stripe.making import coupon

PATH = "/v1/subscriptions"


def change(local: Local, subscription: Any, *items: Any, **params: Any) -> list[int]:
    """Return the prorations of a change, credits first."""
    wanted = {"items": list(items), "proration_behavior": "always_invoice", **params}
    changed = local.post(f"{PATH}/{subscription['id']}", **wanted, expand=["latest_invoice"])
    return sorted(line["amount"] for line in changed["latest_invoice"]["lines"]["data"])


def item(subscription: Any, price: str) -> str:
    [id] = [one["id"] for one in subscription["items"]["data"] if one["price"]["id"] == price]
    return str(id)


def test_an_amount_off_is_shared_as_the_documents_have_it(local: Local) -> None:
    """ "-0.5 x (10 USD price - 1.66 USD discount amount) = -4.17 USD"."""
    life = Life.begin(local, "2026-02-01")
    small, large = price(local, 1000), price(local, 2000)
    off = coupon(local, amount_off=500, currency="usd", duration="forever")
    subscription = life.subscribe(small, large, discounts=[{"coupon": off}])
    [invoice] = life.invoices(subscription["id"])
    taken = {line["amount"]: line["discount_amounts"][0]["amount"] for line in invoice["lines"]["data"]}
    assert taken == {1000: 166, 2000: 334}
    life.advance("2026-02-15")
    assert change(local, subscription, {"id": item(subscription, small), "deleted": True}) == [-417]
