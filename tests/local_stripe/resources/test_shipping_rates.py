"""Shipping rates (https://docs.stripe.com/api/shipping_rates), after the SDK's `_shipping_rate.py` and its parameters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import NOW, Local, Refusal

PATH = "/v1/shipping_rates"
AMOUNT = {"amount": 500, "currency": "usd", "currency_options": {"eur": {"amount": 450}}}
POST = {
    "display_name": "Post",
    "fixed_amount": AMOUNT,
    "delivery_estimate": {"minimum": {"unit": "business_day", "value": 2}},
    "tax_behavior": "exclusive",
    "tax_code": "txcd_92010001",
}
OPTIONS = {"expand": ["fixed_amount.currency_options"]}


def test_a_shipping_rate_has_its_fields_and_its_currencies_where_they_are_asked_for(local: Local) -> None:
    shipping_rate = local.post(PATH, **POST)
    assert shipping_rate.pop("id").startswith("shr_1")
    assert shipping_rate == {
        "object": "shipping_rate",
        "active": True,
        "created": NOW,
        "delivery_estimate": {"maximum": None, "minimum": {"unit": "business_day", "value": 2}},
        "display_name": "Post",
        "fixed_amount": {"amount": 500, "currency": "usd"},
        "livemode": False,
        "metadata": {},
        "tax_behavior": "exclusive",
        "tax_code": "txcd_92010001",
        "type": "fixed_amount",
    }
    [listed] = local.get(PATH, expand=["data.fixed_amount.currency_options"])["data"]
    assert listed["fixed_amount"]["currency_options"] == {
        "eur": {"amount": 450, "tax_behavior": "unspecified"},
        "usd": {"amount": 500, "tax_behavior": "exclusive"},
    }


def test_what_the_sdk_s_update_takes_changes_and_nothing_else(local: Local) -> None:
    path = f"{PATH}/{local.post(PATH, **POST)['id']}"
    options = {"eur": {"tax_behavior": "inclusive"}, "gbp": {"amount": 400}}
    after = local.post(
        path, active=False, metadata={"a": "1"}, tax_behavior="inclusive", fixed_amount={"currency_options": options},
        **OPTIONS,
    )  # fmt: skip
    assert (after["active"], after["metadata"], after["tax_behavior"]) == (False, {"a": "1"}, "inclusive")
    assert after["fixed_amount"]["currency_options"] == {
        "eur": {"amount": 450, "tax_behavior": "inclusive"},
        "gbp": {"amount": 400, "tax_behavior": "unspecified"},
        "usd": {"amount": 500, "tax_behavior": "inclusive"},
    }
    assert local.get(path, **OPTIONS) == after
    assert local.events() == []
    for params, name in (
        ({"display_name": "Other"}, "display_name"),
        ({"fixed_amount": {"amount": 5}}, "fixed_amount[amount]"),
        ({"tax_code": "txcd_00000000"}, "tax_code"),
    ):
        refusal = local.refused("post", path, **params)
        assert (refusal.code, refusal.param) == ("parameter_unknown", name)


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"fixed_amount": None}, Refusal("Missing required param: fixed_amount.", "parameter_missing", "fixed_amount")),
        ({"display_name": None}, Refusal("Missing required param: display_name.", "parameter_missing", "display_name")),
        ({"tax_code": "shipping"}, Refusal("No such tax code: 'shipping'", "resource_missing", "tax_code")),
    ],
)
def test_shipping_rates_that_cannot_be(local: Local, params: dict[str, Any], refusal: Refusal) -> None:
    """Of the recorded kinds: a missing parameter, and a name that leads nowhere."""
    wanted = {name: value for name, value in {**POST, **params}.items() if value is not None}
    assert local.refused("post", PATH, **wanted) == refusal


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"fixed_amount": {"amount": -1, "currency": "usd"}}, "fixed_amount[amount]"),
        ({"fixed_amount": {**AMOUNT, "currency": "eur"}}, "fixed_amount[currency_options][eur]"),
        ({"delivery_estimate": {"maximum": {"unit": "day", "value": 0}}}, "delivery_estimate[maximum][value]"),
    ],
)
def test_the_refusal_names_the_parameter(local: Local, params: dict[str, Any], param: str) -> None:
    assert local.refused("post", PATH, **{**POST, **params}).param == param


def test_a_further_currency_needs_an_amount(local: Local) -> None:
    shipping_rate = local.post(PATH, **POST)
    options = {"currency_options": {"gbp": {"tax_behavior": "inclusive"}}}
    refusal = local.refused("post", f"{PATH}/{shipping_rate['id']}", fixed_amount=options)
    assert refusal.param == "fixed_amount[currency_options][gbp][amount]"


def test_shipping_rates_are_listed_by_what_they_are(local: Local) -> None:
    post = local.post(PATH, **POST)["id"]
    free = local.post(PATH, display_name="Free", fixed_amount={"amount": 0, "currency": "eur"})["id"]
    local.post(f"{PATH}/{post}", active=False)

    def listed(**filters: Any) -> list[str]:
        return [one["id"] for one in local.get(PATH, **filters)["data"]]

    assert listed() == [free, post]
    assert (listed(active=True), listed(currency="usd")) == ([free], [post])
    assert local.refused("get", f"{PATH}/shr_nope") == Refusal(
        "No such shipping rate: 'shr_nope'", "resource_missing", "shipping_rate_token", 404
    )
