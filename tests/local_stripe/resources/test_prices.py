"""Prices by what they charge and when, and what does not go together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import NOW, Local, Refusal
from tests.local_stripe.making import meter

MONTHLY = {"interval": "month"}


def test_a_flat_price_has_stripes_defaults(local: Local) -> None:
    product = local.product()

    price = local.price(product=product["id"])

    assert price.pop("id").startswith("price_1")
    assert price == {
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": NOW,
        "currency": "usd",
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product["id"],
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": 1500,
        "unit_amount_decimal": "1500",
    }


def test_a_recurring_price_has_stripes_defaults(local: Local) -> None:
    price = local.price(recurring=MONTHLY)

    assert price["type"] == "recurring"
    assert price["recurring"] == {
        "interval": "month",
        "interval_count": 1,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def test_each_optional_field_is_kept(local: Local) -> None:
    fields = {
        "active": False,
        "lookup_key": "pro.monthly",
        "metadata": {"a": "b"},
        "nickname": "Monthly",
        "tax_behavior": "inclusive",
        "transform_quantity": {"divide_by": 10, "round": "up"},
    }

    price = local.price(**fields, recurring={"interval": "week", "interval_count": 2, "trial_period_days": 730})

    assert {name: price[name] for name in fields} == fields
    assert local.get(f"/v1/prices/{price['id']}") == price
    assert (price["recurring"]["interval_count"], price["recurring"]["trial_period_days"]) == (2, 730)


@pytest.mark.parametrize(
    ("sent", "amount", "decimal"),
    [
        ("0", 0, "0"),
        ("1500", 1500, "1500"),
        ("1500.00", 1500, "1500"),
        ("0.5", None, "0.5"),
        ("0.50", None, "0.5"),
        ("0.000000000001", None, "0.000000000001"),
        ("0.1000000000000", None, "0.1"),
        ("99999999", 99999999, "99999999"),
        ("99999998.999999999999", None, "99999998.999999999999"),
    ],
)
def test_a_decimal_amount_is_told_in_both_forms(local: Local, sent: str, amount: int | None, decimal: str) -> None:
    price = local.price(unit_amount_decimal=sent)

    assert (price["unit_amount"], price["unit_amount_decimal"]) == (amount, decimal)


@pytest.mark.parametrize("currency", ["usd", "jpy", "inr", "idr"])
def test_the_largest_amount_of_a_price_has_twelve_digits(local: Local, currency: str) -> None:
    """As much as cards are charged (https://docs.stripe.com/currencies)."""
    most = 999_999_999_999
    assert local.price(currency=currency, unit_amount=most)["unit_amount"] == most

    for name, amount in (("unit_amount", f"{most + 1}"), ("unit_amount_decimal", f"{most}.000000000001")):
        assert local.refused("post", "/v1/prices", product="x", currency=currency, **{name: amount}) == Refusal(
            f"This value must be less than or equal to {most} (it currently is '{amount}').",
            "parameter_invalid_integer",
            name,
        )


@pytest.mark.parametrize(
    "given",
    [
        {"unit_amount": 1, "unit_amount_decimal": "1"},
        {"unit_amount": 1, "custom_unit_amount": {"enabled": True}},
        {"unit_amount_decimal": "1", "custom_unit_amount": {"enabled": True}},
    ],
)
def test_a_price_has_one_amount(local: Local, given: dict[str, Any]) -> None:
    assert local.refused_price(**given) == Refusal(
        f"You may only specify one of these parameters: {', '.join(given)}.", None, next(iter(given))
    )


@pytest.mark.parametrize(
    ("transform", "param"),
    [
        ({"divide_by": 0, "round": "up"}, "transform_quantity[divide_by]"),
        ({"divide_by": 2, "round": "nearest"}, "transform_quantity[round]"),
        ({"round": "up"}, "transform_quantity[divide_by]"),
    ],
)
def test_a_quantity_is_divided_by_one_or_more_and_rounded(local: Local, transform: dict[str, Any], param: str) -> None:
    assert local.refused_price(unit_amount=1, transform_quantity=transform).param == param


def test_customers_may_choose_the_amount(local: Local) -> None:
    free = local.price(custom_unit_amount={"enabled": True})
    bounded = local.price(custom_unit_amount={"enabled": True, "minimum": 100, "preset": 500, "maximum": 1000})

    assert free["custom_unit_amount"] == {"maximum": None, "minimum": None, "preset": None}
    assert bounded["custom_unit_amount"] == {"maximum": 1000, "minimum": 100, "preset": 500}
    assert (bounded["unit_amount"], bounded["unit_amount_decimal"]) == (None, None)


@pytest.mark.parametrize(
    ("custom", "param"),
    [
        ({"enabled": False}, "enabled"),
        ({"enabled": True, "minimum": 500, "preset": 100}, "minimum"),
        ({"enabled": True, "preset": 500, "maximum": 100}, "preset"),
        ({"enabled": True, "minimum": 500, "maximum": 100}, "minimum"),
        ({"enabled": True, "maximum": 10**12}, "maximum"),
        ({"enabled": True, "minimum": -1}, "minimum"),
    ],
)
def test_a_chosen_amount_has_bounds_in_order(local: Local, custom: dict[str, Any], param: str) -> None:
    assert local.refused_price(custom_unit_amount=custom).param == f"custom_unit_amount[{param}]"


def test_a_chosen_amount_is_paid_once(local: Local) -> None:
    refusal = local.refused_price(custom_unit_amount={"enabled": True}, recurring=MONTHLY)

    assert refusal == Refusal("A price with `custom_unit_amount` cannot be recurring.", None, "custom_unit_amount")


def test_a_metered_price_is_backed_by_a_meter(local: Local) -> None:
    id = meter(local)
    metered = local.price(recurring={**MONTHLY, "usage_type": "metered", "meter": id})

    assert (metered["recurring"]["usage_type"], metered["recurring"]["meter"]) == ("metered", id)


@pytest.mark.parametrize(
    ("recurring", "code"),
    [
        ({"usage_type": "licensed", "meter": "mtr_123"}, None),
        ({"meter": "mtr_123"}, None),
        ({"usage_type": "metered", "meter": "requests"}, "resource_missing"),
        ({"usage_type": "metered", "meter": "mtr_123"}, "resource_missing"),
    ],
)
def test_a_meter_and_metered_usage_go_together(local: Local, recurring: dict[str, Any], code: str | None) -> None:
    refusal = local.refused_price(unit_amount=1, recurring={**MONTHLY, **recurring})

    assert (refusal.status, refusal.code, refusal.param) == (400, code, "recurring[meter]")


def test_a_metered_price_needs_a_meter(local: Local) -> None:
    """Recorded 2026-08-26.dahlia."""
    assert local.refused_price(unit_amount=1, recurring={**MONTHLY, "usage_type": "metered"}) == Refusal(
        "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by meters."
    )


@pytest.mark.parametrize(("interval", "most"), [("day", 1095), ("week", 156), ("month", 36), ("year", 3)])
def test_an_interval_is_three_years_at_most(local: Local, interval: str, most: int) -> None:
    for count in (1, most):
        price = local.price(recurring={"interval": interval, "interval_count": count})
        assert price["recurring"]["interval_count"] == count

    for count, code in ((0, "parameter_invalid_integer"), (most + 1, None)):
        refusal = local.refused(
            "post",
            "/v1/prices",
            product=price["product"],
            currency="usd",
            unit_amount=1,
            recurring={"interval": interval, "interval_count": count},
        )
        assert (refusal.code, refusal.param) == (code, "recurring[interval_count]")


def test_a_price_may_bring_its_product(local: Local) -> None:
    price = local.price(
        product_data={
            "id": "pro",
            "name": "Pro",
            "active": False,
            "metadata": {"a": "b"},
            "statement_descriptor": "PRO",
            "tax_code": "txcd_10103001",
            "unit_label": "seat",
        },
        expand=["product"],
    )

    product = price["product"]
    assert product == local.get("/v1/products/pro")
    assert (product["name"], product["active"], product["metadata"]) == ("Pro", False, {"a": "b"})
    assert (product["statement_descriptor"], product["tax_code"], product["unit_label"]) == (
        "PRO",
        "txcd_10103001",
        "seat",
    )
    assert product["default_price"] is None


def test_a_price_is_of_one_product(local: Local) -> None:
    assert local.refused_price(unit_amount=1, product_data={"name": "Max"}) == Refusal(
        "You may only specify one of these parameters: product, product_data.", None, "product"
    )


def test_the_product_must_exist(local: Local) -> None:
    assert local.refused_price(unit_amount=1, product="max") == Refusal(
        "No such product: 'max'", "resource_missing", "product"
    )


def test_a_refused_price_leaves_no_product_behind(local: Local) -> None:
    local.price(lookup_key="pro")
    products = local.get("/v1/products")

    refusal = local.refused(
        "post",
        "/v1/prices",
        currency="usd",
        unit_amount=1,
        lookup_key="pro",
        product_data={"name": "Max"},
        key="a key",
    )

    assert refusal.param == "lookup_key"
    assert local.get("/v1/products") == products


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_price_is_missing(local: Local, method: str) -> None:
    assert local.refused(method, "/v1/prices/price_1") == Refusal(
        "No such price: 'price_1'", "resource_missing", "price", status=404
    )
