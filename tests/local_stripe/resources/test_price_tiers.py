"""Prices in tiers, and in several currencies."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal

TIERS = [{"up_to": 10, "unit_amount": 500}, {"up_to": "inf", "unit_amount": 400, "flat_amount": 1000}]
TIERED: dict[str, Any] = {
    "billing_scheme": "tiered",
    "tiers_mode": "graduated",
    "recurring": {"interval": "month"},
    "tiers": TIERS,
}


def tier(up_to: int | None, unit: int | None = None, flat: int | None = None, **decimals: str) -> dict[str, Any]:
    """Return a tier as Stripe tells it."""
    return {
        "flat_amount": flat,
        "flat_amount_decimal": None if flat is None else str(flat),
        "unit_amount": unit,
        "unit_amount_decimal": None if unit is None else str(unit),
        "up_to": up_to,
        **decimals,
    }


@pytest.mark.parametrize("mode", ["graduated", "volume"])
def test_tiers_come_back_when_expanded_and_end_in_null(local: Local, mode: str) -> None:
    new_price = local.price(**{**TIERED, "tiers_mode": mode})

    assert (new_price["billing_scheme"], new_price["tiers_mode"]) == ("tiered", mode)
    assert (new_price["unit_amount"], new_price["unit_amount_decimal"]) == (None, None)
    assert "tiers" not in new_price
    assert "tiers" not in local.get("/v1/prices")["data"][0]
    expanded = [tier(10, 500), tier(None, 400, 1000)]
    assert local.get(f"/v1/prices/{new_price['id']}", expand=["tiers"])["tiers"] == expanded
    assert local.get("/v1/prices", expand=["data.tiers"])["data"][0]["tiers"] == expanded


def test_a_price_without_tiers_has_none_to_expand(local: Local) -> None:
    assert local.price(expand=["tiers"])["tiers"] is None


def test_a_tier_may_have_a_decimal_unit_amount_and_a_flat_amount_alone(local: Local) -> None:
    price = local.price(
        **{
            **TIERED,
            "tiers": [
                {"up_to": 1, "flat_amount": 0},
                {"up_to": 5, "unit_amount_decimal": "0.25"},
                {"up_to": "inf", "flat_amount_decimal": "700.0"},
            ],
        },
        expand=["tiers"],
    )

    assert price["tiers"] == [
        tier(1, flat=0),
        tier(5, unit_amount_decimal="0.25"),
        tier(None, flat=700),
    ]


@pytest.mark.parametrize(
    ("tiers", "param"),
    [
        ([{"up_to": 10, "unit_amount": 1}], "tiers[0][up_to]"),
        ([{"up_to": "inf", "unit_amount": 1}, {"up_to": "inf", "unit_amount": 1}], "tiers[0][up_to]"),
        ([{"up_to": 9, "unit_amount": 1}, {"up_to": 9, "unit_amount": 1}, TIERS[1]], "tiers[1][up_to]"),
        ([{"up_to": 9, "unit_amount": 1}, {"up_to": 3, "unit_amount": 1}, TIERS[1]], "tiers[1][up_to]"),
        ([{"up_to": 0, "unit_amount": 1}, TIERS[1]], "tiers[0][up_to]"),
        ([{"up_to": "infinity", "unit_amount": 1}], "tiers[0][up_to]"),
        ([{"up_to": "inf"}], "tiers"),
        ([{"up_to": "inf", "unit_amount": 1, "unit_amount_decimal": "1"}], "tiers[0][unit_amount]"),
        ([{"up_to": "inf", "flat_amount": 1, "flat_amount_decimal": "1"}], "tiers[0][flat_amount]"),
        ([{"up_to": "inf", "flat_amount_decimal": "0.5"}], "tiers[0][flat_amount_decimal]"),
        ([{"up_to": "inf", "flat_amount": 10**12}], "tiers[0][flat_amount]"),
        ([{"up_to": "inf", "unit_amount": -1}], "tiers[0][unit_amount]"),
    ],
)
def test_tiers_rise_to_infinity_and_each_has_an_amount(local: Local, tiers: list[Any], param: str) -> None:
    refusal = local.refused_price(**{**TIERED, "tiers": tiers})

    assert (refusal.status, refusal.type, refusal.param) == (400, "invalid_request_error", param)


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"tiers": None}, "parameter_missing", "tiers"),
        ({"tiers_mode": None}, "parameter_missing", "tiers_mode"),
        ({"recurring": None}, None, "interval"),
        ({"unit_amount": 1}, None, "unit_amount"),
        ({"unit_amount_decimal": "1"}, None, "unit_amount_decimal"),
        ({"transform_quantity": {"divide_by": 2, "round": "up"}}, None, "tiers"),
        ({"billing_scheme": "per_unit", "unit_amount": 1}, None, "tiers"),
        ({"billing_scheme": None, "unit_amount": 1}, None, "tiers"),
        ({"billing_scheme": None, "tiers": None, "unit_amount": 1}, None, "tiers_mode"),
    ],
)
def test_tiers_and_what_goes_with_them(local: Local, change: dict[str, Any], code: str | None, param: str) -> None:
    refusal = local.refused_price(**{**TIERED, **change})

    assert (refusal.status, refusal.code, refusal.param) == (400, code, param)


def test_currency_options_come_back_when_expanded_with_the_prices_own(local: Local) -> None:
    new_price = local.price(
        currency_options={
            "eur": {"unit_amount": 1400, "tax_behavior": "inclusive"},
            "jpy": {"unit_amount_decimal": "2000.5"},
        }
    )

    assert "currency_options" not in new_price
    options = local.get(f"/v1/prices/{new_price['id']}", expand=["currency_options"])["currency_options"]
    bare = {"custom_unit_amount": None, "tax_behavior": "unspecified"}
    assert options == {
        "usd": {**bare, "unit_amount": 1500, "unit_amount_decimal": "1500"},
        "eur": {**bare, "unit_amount": 1400, "unit_amount_decimal": "1400", "tax_behavior": "inclusive"},
        "jpy": {**bare, "unit_amount": None, "unit_amount_decimal": "2000.5"},
    }


def test_tiers_of_a_currency_come_back_when_that_currency_is_expanded(local: Local) -> None:
    price = local.price(
        **TIERED,
        currency_options={
            "eur": {"tiers": [{"up_to": "inf", "unit_amount": 7}]},
            "gbp": {"tiers": [{"up_to": "inf", "unit_amount": 8}]},
        },
        expand=["currency_options.eur.tiers"],
    )

    options = price["currency_options"]
    assert set(options) == {"usd", "eur", "gbp"}
    assert options["eur"]["tiers"] == [tier(None, 7)]
    assert "tiers" not in options["gbp"]
    assert "tiers" not in options["usd"]
    assert "tiers" not in price


@pytest.mark.parametrize(
    ("price", "options", "param"),
    [
        ({"unit_amount": 1}, {"usd": {"unit_amount": 1}}, "usd"),
        ({"unit_amount": 1}, {"eur": {"tax_behavior": "inclusive"}}, "eur][unit_amount"),
        ({"unit_amount": 1}, {"eur": {"unit_amount": 1, "unit_amount_decimal": "1"}}, "eur][unit_amount"),
        ({"unit_amount": 1}, {"eur": {"tiers": [{"up_to": "inf", "unit_amount": 7}]}}, "eur][tiers"),
        ({"unit_amount": 1}, {"eur": {"custom_unit_amount": {"enabled": True}}}, "eur][custom_unit_amount"),
        ({"unit_amount": 1}, {"eur": {"unit_amount": 10**12}}, "eur][unit_amount"),
        ({"custom_unit_amount": {"enabled": True}}, {"eur": {"unit_amount": 1}}, "eur][custom_unit_amount"),
        (TIERED, {"eur": {"unit_amount": 1}}, "eur][unit_amount"),
        (TIERED, {"eur": {"tax_behavior": "inclusive"}}, "eur][tiers"),
        (TIERED, {"eur": {"tiers": [{"up_to": 9, "unit_amount": 7}]}}, "eur][tiers[0][up_to"),
    ],
)
def test_a_currency_option_is_priced_as_its_price(
    local: Local, price: dict[str, Any], options: dict[str, Any], param: str
) -> None:
    refusal = local.refused_price(**price, currency_options=options)

    assert (refusal.status, refusal.param) == (400, f"currency_options[{param}]".replace("tiers[0]", "tiers][0]"))


def test_the_own_currency_is_no_option(local: Local) -> None:
    assert local.refused_price(unit_amount=1, currency_options={"usd": {"unit_amount": 1}}) == Refusal(
        "You are specifying a currency option that matches the top-level currency for this price. Please remove this "
        "currency option and it will be added automatically on creation.",
        None,
        "currency_options[usd]",
    )
