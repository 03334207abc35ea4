"""What quantities cost, by Stripe's own examples, and what is too little to be charged."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, price
from tests.local_stripe.making import meter

FONTS = [
    {"up_to": 5, "unit_amount": 700},
    {"up_to": 10, "unit_amount": 650},
    {"up_to": "inf", "unit_amount": 600},
]
"""The tiers of https://docs.stripe.com/subscriptions/pricing-models/tiered-pricing."""
MONTHLY = {"interval": "month"}


def first_total(local: Local, quantity: int, **params: Any) -> int:
    life = Life.begin(local)
    new_price = local.price(recurring=MONTHLY, **params)
    subscription = local.post(
        "/v1/subscriptions", customer=life.customer, items=[{"price": new_price["id"], "quantity": quantity}]
    )
    [invoice] = life.invoices(subscription["id"])
    return int(invoice["total"])


@pytest.mark.parametrize(("fonts", "total"), [(1, 700), (5, 3500), (6, 3900), (20, 12000), (25, 15000)])
def test_volume_pricing_bills_all_units_at_the_tier_of_their_number(local: Local, fonts: int, total: int) -> None:
    """The documents' table: "6 | 6.5 USD | 39 USD"."""
    assert first_total(local, fonts, billing_scheme="tiered", tiers_mode="volume", tiers=FONTS) == total


@pytest.mark.parametrize(("fonts", "total"), [(1, 700), (5, 3500), (6, 4150), (20, 12750), (25, 15750)])
def test_graduated_pricing_bills_each_unit_at_its_tier(local: Local, fonts: int, total: int) -> None:
    """ "Charges for the usage in each tier": 5 × 7 + 1 × 6.5 = 41.50."""
    assert first_total(local, fonts, billing_scheme="tiered", tiers_mode="graduated", tiers=FONTS) == total


def test_a_tier_can_have_a_flat_fee(local: Local) -> None:
    tiers = [
        {"up_to": 5, "flat_amount": 1000, "unit_amount": 500},
        {"up_to": "inf", "flat_amount": 2000, "unit_amount": 400},
    ]
    assert (
        first_total(local, 7, billing_scheme="tiered", tiers_mode="graduated", tiers=tiers) == 1000 + 2500 + 2000 + 800
    )
    assert first_total(local, 7, billing_scheme="tiered", tiers_mode="volume", tiers=tiers) == 2000 + 2800


@pytest.mark.parametrize(("round", "total"), [("up", 3000), ("down", 2000)])
def test_packages_are_rounded_to_whole_ones(local: Local, round: str, total: int) -> None:
    """https://docs.stripe.com/products-prices/pricing-models#package-pricing"""
    assert first_total(local, 12, unit_amount=1000, transform_quantity={"divide_by": 5, "round": round}) == total


def test_fractions_of_a_cent_are_rounded_once_and_half_up(local: Local) -> None:
    assert first_total(local, 101, unit_amount_decimal="0.5") == 51
    assert first_total(local, 333, unit_amount_decimal="33.3333") == 11100


def test_items_have_quantities_of_their_own(local: Local) -> None:
    life = Life.begin(local)
    seats, base = price(local, 700), price(local, 2000)
    subscription = local.post(
        "/v1/subscriptions", customer=life.customer, items=[{"price": seats, "quantity": 4}, {"price": base}]
    )
    [invoice] = life.invoices(subscription["id"])
    assert [(line["quantity"], line["amount"]) for line in invoice["lines"]["data"]] == [(1, 2000), (4, 2800)]
    assert [line["description"] for line in invoice["lines"]["data"]] == [
        "1 × Pro (at $20.00 / month)",
        "4 × Pro (at $7.00 / month)",
    ]


def test_a_currency_of_the_price_may_be_chosen(local: Local) -> None:
    life = Life.begin(local)
    new_price = local.price(recurring=MONTHLY, currency_options={"eur": {"unit_amount": 1400}})
    subscription = life.subscribe(new_price["id"], currency="eur")
    assert (subscription["currency"], life.totals(subscription["id"])) == ("eur", [1400])
    assert local.get(f"/v1/customers/{life.customer}")["currency"] == "eur"


def test_a_customer_who_pays_in_euros_goes_on_to(local: Local) -> None:
    life = Life.begin(local)
    new_price = local.price(recurring=MONTHLY, currency_options={"eur": {"unit_amount": 1400}})
    life.subscribe(new_price["id"], currency="eur")
    again = local.price(recurring=MONTHLY, currency_options={"eur": {"unit_amount": 900}})
    assert life.subscribe(again["id"])["currency"] == "eur"


def test_metered_items_have_no_quantity_and_no_line_on_the_first_invoice(local: Local) -> None:
    """ "Flexible billing mode doesn't create zero-amount line items when you add usage-based items"."""
    life = Life.begin(local, "2026-01-01")
    metered = local.price(recurring={"interval": "month", "usage_type": "metered", "meter": meter(local)})
    subscription = life.subscribe(metered["id"])
    assert (subscription["status"], subscription["latest_invoice"]) == ("active", None)
    assert "quantity" not in subscription["items"]["data"][0]
    life.advance("2026-02-02")
    assert life.totals(subscription["id"]) == [0]


@pytest.mark.parametrize(("currency", "smallest"), [("usd", 50), ("gbp", 30), ("jpy", 50), ("huf", 17500)])
def test_less_than_the_smallest_charge_waits_in_the_balance(local: Local, currency: str, smallest: int) -> None:
    """ "If the invoice's total is smaller than the minimum charge amount, … the `amount_due` may be 0"
    (`amount_due` in `stripe/_invoice.py`; amounts of https://docs.stripe.com/currencies)."""
    life = Life.begin(local)
    subscription = life.subscribe(price(local, smallest - 1, currency=currency))
    [invoice] = life.invoices(subscription["id"])
    assert (invoice["status"], invoice["amount_due"], invoice["ending_balance"]) == ("paid", 0, smallest - 1)
    assert local.get(f"/v1/customers/{life.customer}")["balance"] == smallest - 1
    enough = Life.begin(local).subscribe(price(local, smallest, currency=currency))
    assert local.get(f"/v1/invoices/{enough['latest_invoice']}")["amount_paid"] == smallest


def tier(up_to: int | str, unit: str | None, flat: str | None = None) -> dict[str, Any]:
    amounts = {"unit_amount_decimal": unit, "flat_amount_decimal": flat}
    return {"up_to": up_to, **{name: value for name, value in amounts.items() if value is not None}}


@pytest.mark.parametrize(
    ("mode", "tiers", "quantity", "lines"),
    [
        (
            "graduated",
            [tier(10, "0", "9900"), tier("inf", "995", "0")],
            12,
            [
                (0, 10, "10 × Pro (Tier 1 at $0.00 / month)"),
                (9900, 0, "Pro (Tier 1 at $99.00 / month)"),
                (1990, 2, "2 × Pro (Tier 2 at $9.95 / month)"),
                (0, 0, "Pro (Tier 2 at $0.00 / month)"),
            ],
        ),
        (
            "graduated",
            [tier(10, "100"), tier("inf", "3.6")],
            41,
            [(1000, 10, "10 × Pro (Tier 1 at $1.00 / month)"), (112, 31, "31 × Pro (Tier 2 at $0.036 / month)")],
        ),
        ("volume", [tier(10, "100"), tier("inf", "80")], 29, [(2320, 29, "29 × Pro (Tier 2 at $0.80 / month)")]),
    ],
)
def test_each_tier_is_a_line(
    local: Local, mode: str, tiers: list[Any], quantity: int, lines: list[tuple[int, int, str]]
) -> None:
    """As invoices that users of Stripe have published have them."""
    life = Life.begin(local)
    params: Any = {"billing_scheme": "tiered", "tiers_mode": mode, "tiers": tiers, "unit_amount": None}
    id = local.price(**params, recurring={"interval": "month"})["id"]
    subscription = local.post("/v1/subscriptions", customer=life.customer, items=[{"price": id, "quantity": quantity}])
    [invoice] = life.invoices(subscription["id"])
    billed = [(line["amount"], line["quantity"], line["description"]) for line in invoice["lines"]["data"]]
    assert billed == lines
    assert invoice["total"] == sum(amount for amount, _, _ in lines)


def test_lines_name_the_unit(local: Local) -> None:
    """Recorded from a test account (2025-10-29.clover): "1 user × …"."""
    life = Life.begin(local)
    product = local.post("/v1/products", name="Pro", unit_label="user")["id"]
    id = local.price(product=product, unit_amount=1000, recurring={"interval": "month"})["id"]
    paid = life.subscribe(id)
    trial = Life.begin(local).subscribe(id, trial_period_days=7)
    described = [local.get(f"/v1/invoices/{one['latest_invoice']}")["lines"]["data"][0] for one in (paid, trial)]
    assert [line["description"] for line in described] == [
        "1 user × Pro (at $10.00 / month)",
        "Free trial for 1 user × Pro",
    ]
    assert [line["pricing"]["unit_amount_decimal"] for line in described] == ["1000", "0"]
