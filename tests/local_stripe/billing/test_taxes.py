"""Taxes by tax rates: on lines, with discounts, on prorations, and rounded line by line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.billing.invoicing.taxes import Rate, taxes_of
from tests.local_stripe.conftest import Local, Refusal
from tests.local_stripe.life import Life, moment, price
from tests.local_stripe.making import coupon

INVOICES, ITEMS = "/v1/invoices", "/v1/invoiceitems"


@pytest.fixture
def life(local: Local) -> Life:
    return Life.begin(local)


def tax_rate(local: Local, percentage: float, *, inclusive: bool = False) -> str:
    new_tax_rate = local.post("/v1/tax_rates", display_name="VAT", percentage=percentage, inclusive=inclusive)
    return str(new_tax_rate["id"])


def totals(invoice: Any) -> list[int]:
    names = ("subtotal", "subtotal_excluding_tax", "total_excluding_tax", "total")
    return [invoice[name] for name in names]


def taxes(object: Any, name: str = "taxes") -> list[tuple[int, str, int]]:
    return [(one["amount"], one["tax_behavior"], one["taxable_amount"]) for one in object[name]]


@pytest.mark.parametrize(
    ("amount", "rates", "expected"),
    [
        (43, [("15", False)], [6]),  # the example of Stripe's support page: 0.0645, and 0.726
        (484, [("15", False)], [73]),
        (1000, [("20", True)], [167]),
        (1000, [("20", True), ("10", False)], [167, 83]),
        (1100, [("5", True), ("5", True)], [50, 50]),
        (-250, [("10", False)], [-25]),
    ],
)
def test_each_rate_is_rounded_by_itself(amount: int, rates: Any, expected: list[int]) -> None:
    found = taxes_of(amount, [Rate(str(at), Decimal(each), inclusive) for at, (each, inclusive) in enumerate(rates)])
    assert [tax.amount for tax in found] == expected


def test_an_exclusive_rate_is_added_and_an_inclusive_one_is_contained(life: Life) -> None:
    local = life.local
    vat, contained = tax_rate(local, 20), tax_rate(local, 20, inclusive=True)
    draft = local.post(INVOICES, customer=life.customer)["id"]
    local.post(ITEMS, customer=life.customer, invoice=draft, amount=1000, currency="usd", tax_rates=[vat])
    item = local.post(ITEMS, customer=life.customer, invoice=draft, amount=600, currency="usd", tax_rates=[contained])
    assert [rate["id"] for rate in item["tax_rates"]] == [contained]

    invoice = local.post(f"{INVOICES}/{draft}/pay")
    assert totals(invoice) == [1600, 1500, 1500, 1800]
    assert invoice["amount_paid"] == 1800
    assert taxes(invoice, "total_taxes") == [(200, "exclusive", 1000), (100, "inclusive", 500)]
    assert {one["taxability_reason"] for one in invoice["total_taxes"]} == {"not_available"}
    assert [one["tax_rate_details"]["tax_rate"] for one in invoice["total_taxes"]] == [vat, contained]


def test_default_rates_are_for_the_lines_without_their_own(life: Life) -> None:
    local = life.local
    vat, reduced = tax_rate(local, 20), tax_rate(local, 10)
    cheap = local.post(
        "/v1/prices", currency="usd", unit_amount=500, product_data={"name": "Books"}, recurring={"interval": "month"}
    )["id"]
    subscription = local.post(
        "/v1/subscriptions",
        customer=life.customer,
        items=[{"price": price(local)}, {"price": cheap, "tax_rates": [reduced]}],
        default_tax_rates=[vat],
        expand=["latest_invoice"],
    )
    assert [rate["id"] for rate in subscription["default_tax_rates"]] == [vat]
    assert [[rate["id"] for rate in item["tax_rates"]] for item in subscription["items"]["data"]] == [[], [reduced]]
    invoice = subscription["latest_invoice"]
    assert totals(invoice) == [2000, 2000, 2000, 2350]
    assert [rate["id"] for rate in invoice["default_tax_rates"]] == [vat]

    life.advance("2026-02-01 02:00")
    assert life.totals(subscription["id"]) == [2350, 2350]
    assert local.post(f"/v1/subscriptions/{subscription['id']}", default_tax_rates="")["default_tax_rates"] == []
    upcoming = local.post(f"{INVOICES}/create_preview", subscription=subscription["id"])
    assert totals(upcoming) == [2000, 2000, 2000, 2050]


def test_tax_is_computed_on_what_discounts_leave(life: Life) -> None:
    local = life.local
    vat = tax_rate(local, 20)
    off = coupon(local, percent_off=50, duration="forever")
    subscription = life.subscribe(price(local), discounts=[{"coupon": off}], default_tax_rates=[vat])
    [invoice] = life.invoices(subscription["id"])
    assert totals(invoice) == [1500, 1500, 750, 900]
    assert taxes(invoice, "total_taxes") == [(150, "exclusive", 750)]


def test_a_proration_is_taxed_as_its_item_and_a_credit_as_it_was_debited(life: Life) -> None:
    local = life.local
    vat, later = tax_rate(local, 20), tax_rate(local, 10)
    subscription = local.post(
        "/v1/subscriptions", customer=life.customer, items=[{"price": price(local), "tax_rates": [vat]}]
    )
    item = subscription["items"]["data"][0]["id"]
    preview = local.post(
        f"{INVOICES}/create_preview",
        subscription=subscription["id"],
        subscription_details={
            "items": [{"id": item, "quantity": 2, "tax_rates": [later]}],
            "proration_behavior": "always_invoice",
            "proration_date": moment("2026-01-16 12:00"),
        },
    )
    assert sorted((line["amount"], line["taxes"][0]["amount"]) for line in preview["lines"]["data"]) == [
        (-750, -150),
        (1500, 150),
    ]
    assert totals(preview) == [750, 750, 750, 750]


def test_a_customer_who_is_exempt_pays_none(local: Local) -> None:
    life = Life.begin(local, tax_exempt="reverse")
    subscription = life.subscribe(price(local), default_tax_rates=[tax_rate(local, 20)])
    [invoice] = life.invoices(subscription["id"])
    assert totals(invoice) == [1500, 1500, 1500, 1500]
    assert [(one["amount"], one["taxability_reason"]) for one in invoice["total_taxes"]] == [(0, "reverse_charge")]


def test_a_rate_that_is_not_there_or_archived(life: Life) -> None:
    local = life.local
    archived = tax_rate(local, 20)
    local.post(f"/v1/tax_rates/{archived}", active=False)
    subscription = {"customer": life.customer, "items": [{"price": price(local)}]}
    refusal = local.refused("post", "/v1/subscriptions", **subscription, default_tax_rates=["txr_nope"])
    assert refusal == Refusal("No such tax rate: 'txr_nope'", "resource_missing", "default_tax_rates[0]")
    subscription["items"][0]["tax_rates"] = [archived]
    assert local.refused("post", "/v1/subscriptions", **subscription).param == "items[0][tax_rates][0]"
