"""The next invoice that is announced where a discount ends with the one that is made at once, or is shared otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_billing_cli.subscriptions.discounts import Discounts, Term
from tests.cli.sub.history import Begin

APRIL, MAY = "2026-04-01", "2026-05-01 02:00"
ONCE: dict[str, Any] = {"duration": "once"}
FOREVER: dict[str, Any] = {"duration": "forever"}


@pytest.mark.parametrize("inclusive", [False, True])
@pytest.mark.parametrize(
    "coupons",
    [
        [{"amount_off": 777, **ONCE}],
        [{"amount_off": 777, **ONCE}, {"percent_off": 50, **FOREVER}],
        [{"percent_off": 33.33, **ONCE}, {"amount_off": 500, **FOREVER}],
        [{"percent_off": 100, **ONCE}, {"percent_off": 10, **FOREVER}],
    ],
)
def test_what_a_discount_for_one_invoice_leaves_is_discounted_and_taxed_anew(
    begin: Begin, coupons: list[dict[str, Any]], inclusive: bool
) -> None:
    it = begin(APRIL)
    it.monthly(small=12.34)
    it.price("large", 370.35, interval="year")
    rate = it.shop.post("/v1/tax_rates", display_name="VAT", percentage=9.975, inclusive=inclusive)["id"]
    made = [it.shop.post("/v1/coupons", **{"currency": "usd", **one})["id"] for one in coupons]
    discounts = [{"coupon": id} for id in made]
    it.start("small", "large", trial_period_days=30, discounts=discounts, default_tax_rates=[rate])

    cost = it.json("change", "--trial-end", "now")["cost"]
    it.to(MAY)

    assert it.paid()[-2:] == [cost["due_now"], cost["next_invoice"]["amount"]]
    assert cost["next_is_known"]


def test_a_discount_of_another_product_is_not_announced(begin: Begin) -> None:
    it = begin(APRIL)
    it.monthly(own=100)
    it.price("other", 1000, interval="year")
    other = it.shop.api.get(f"/v1/prices/{it.prices['other']}")["product"]
    off = {"percent_off": 20, "applies_to": {"products": [other]}, **FOREVER}
    it.start("own", "other", trial_period_days=30, discounts=[{"coupon": it.shop.post("/v1/coupons", **off)["id"]}])

    cost = it.json("change", "--trial-end", "now")["cost"]
    it.to(MAY)

    assert it.paid()[-2:] == [cost["due_now"], cost["next_invoice"]["amount"]] == [90000, 10000]


def test_a_discount_that_ends_before_the_next_invoice_is_not_announced(begin: Begin) -> None:
    it = begin(APRIL)
    it.price("own", 100, interval="year")
    it.start("own")
    months = {"percent_off": 20, "duration": "repeating", "duration_in_months": 3}

    coupon = it.shop.post("/v1/coupons", **months)["id"]
    shown, cost = it.preview("--coupon", coupon)["cost"], it.json("change", "--coupon", coupon)["cost"]
    upcoming = it.shop.post("/v1/invoices/create_preview", subscription=it.id)

    assert shown == cost
    assert cost["next_invoice"]["amount"] == upcoming["total"] == 10000


@pytest.mark.parametrize("interval", ["month", "year", "week"])
def test_an_item_keeps_its_own_taxes_and_discounts_where_its_price_changes_later(begin: Begin, interval: str) -> None:
    it = begin(APRIL)
    it.monthly(small=10)
    it.price("large", 20, interval)
    rate = it.shop.post("/v1/tax_rates", display_name="VAT", percentage=7.25, inclusive=False)["id"]
    half = it.shop.post("/v1/coupons", percent_off=50, **FOREVER)["id"]
    own = {"tax_rates": [rate], "discounts": [{"coupon": half}], "metadata": {"seat": "1"}}
    it.start("small")
    [begun] = it.subscription["items"]["data"]
    it.shop.post(f"/v1/subscription_items/{begun['id']}", **own)

    cost = it.json("change", "--price", "large", "--at", "period-end")["cost"]
    it.to(MAY)

    assert it.paid()[1:] == [cost["next_invoice"]["amount"]] == [1073], "half of 20.00, and 7.25 % of that"
    [item] = it.subscription["items"]["data"]
    assert (len(item["tax_rates"]), len(item["discounts"]), item["metadata"]) == (1, 1, {"seat": "1"})


def test_taxes_are_estimated_where_a_key_may_not_read_their_rates() -> None:
    tax = {"amount": 80, "tax_behavior": "exclusive", "tax_rate_details": {"tax_rate": "txr_1"}}
    line: Any = {"amount": 1000, "discount_amounts": [{"amount": 200, "discount": "di_1"}], "taxes": [tax]}
    invoice: Any = {"lines": {"data": [line]}}
    assert Discounts({"di_1": Term(once=True)}).amount([line], invoice, set()) == 1100
