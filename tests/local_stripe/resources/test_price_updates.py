"""What of a price may change, and what may not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal

TIERED: dict[str, Any] = {
    "billing_scheme": "tiered",
    "tiers_mode": "volume",
    "recurring": {"interval": "month"},
    "tiers": [{"up_to": "inf", "unit_amount": 400}],
}


def path_of(price: Any) -> str:
    return f"/v1/prices/{price['id']}"


def options_of(local: Local, price: Any) -> Any:
    return local.get(path_of(price), expand=["currency_options"])["currency_options"]


@pytest.mark.parametrize(
    ("name", "value", "other"),
    [
        ("active", False, True),
        ("nickname", "Monthly", "Each month"),
        ("lookup_key", "pro", "pro.monthly"),
        ("metadata", {"a": "1"}, {"a": "2"}),
    ],
)
def test_a_changeable_field(local: Local, name: str, value: Any, other: Any) -> None:
    price = local.price(**{name: value})

    after = local.post(path_of(price), **{name: other})

    assert after == {**price, name: other}
    assert local.get(path_of(price)) == after


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("billing_scheme", "per_unit"),
        ("currency", "usd"),
        ("custom_unit_amount", {"enabled": True}),
        ("id", "price_other"),
        ("product", "pro"),
        ("product_data", {"name": "Pro"}),
        ("recurring", {"interval": "month"}),
        ("tiers", [{"up_to": "inf", "unit_amount": 1}]),
        ("tiers_mode", "volume"),
        ("transform_quantity", {"divide_by": 2, "round": "up"}),
        ("type", "one_time"),
        ("unit_amount", 1500),
        ("unit_amount_decimal", "1500"),
    ],
)
def test_what_never_changes_is_unknown_to_an_update(local: Local, name: str, value: Any) -> None:
    price = local.price()

    assert local.refused("post", path_of(price), **{name: value}) == Refusal(
        f"Received unknown parameter: {name}", "parameter_unknown", name
    )
    assert local.get(path_of(price)) == price


def test_a_price_cannot_be_deleted(local: Local) -> None:
    price = local.price()

    assert local.refused("delete", path_of(price)) == Refusal(
        f"Unrecognized request URL (DELETE: {path_of(price)}). Please see https://stripe.com/docs "
        "or we can help at https://support.stripe.com/.",
        status=404,
    )
    assert local.get(path_of(price)) == price


@pytest.mark.parametrize("behavior", ["inclusive", "exclusive"])
def test_the_tax_behavior_is_decided_once(local: Local, behavior: str) -> None:
    price = local.price()
    other = {"inclusive": "exclusive", "exclusive": "inclusive"}[behavior]

    decided = local.post(path_of(price), tax_behavior=behavior)

    assert decided == {**price, "tax_behavior": behavior}
    assert options_of(local, price)["usd"]["tax_behavior"] == behavior
    assert local.post(path_of(price), tax_behavior=behavior) == decided
    for change in (other, "unspecified"):
        assert local.refused("post", path_of(price), tax_behavior=change) == Refusal(
            f"You cannot change `tax_behavior` once it has been set to `{behavior}`.", None, "tax_behavior"
        )
    assert local.get(path_of(price)) == decided


def test_a_default_price_cannot_be_archived(local: Local) -> None:
    product = local.product(id="pro", default_price_data={"currency": "usd", "unit_amount": 1})
    successor = local.price(product="pro")
    path = f"/v1/prices/{product['default_price']}"

    assert local.refused("post", path, active=False) == Refusal(
        "This price cannot be archived because it is the default price of its product.", None, "active"
    )
    assert local.get(path)["active"] is True

    local.post("/v1/products/pro", default_price=successor["id"])
    assert local.post(path, active=False)["active"] is False


def test_currencies_are_added_changed_and_removed_together(local: Local) -> None:
    price = local.price(currency_options={"eur": {"unit_amount": 1400}})

    local.post(path_of(price), currency_options={"gbp": {"unit_amount": 1300}, "eur": {"unit_amount": 1450}})
    options = options_of(local, price)
    assert {code: option["unit_amount"] for code, option in options.items()} == {"usd": 1500, "eur": 1450, "gbp": 1300}
    assert options["eur"]["unit_amount_decimal"] == "1450"

    local.post(path_of(price), currency_options="")
    assert set(options_of(local, price)) == {"usd"}


def test_the_tax_behavior_of_a_currency_is_decided_once(local: Local) -> None:
    price = local.price(currency_options={"eur": {"unit_amount": 1400}})

    local.post(path_of(price), currency_options={"eur": {"tax_behavior": "inclusive"}})
    option = options_of(local, price)["eur"]
    assert (option["unit_amount"], option["tax_behavior"]) == (1400, "inclusive")

    refusal = local.refused("post", path_of(price), currency_options={"eur": {"tax_behavior": "exclusive"}})
    assert refusal == Refusal(
        "You cannot change `tax_behavior` once it has been set to `inclusive`.",
        None,
        "currency_options[eur][tax_behavior]",
    )
    local.post(path_of(price), currency_options={"eur": {"unit_amount": 1450}})
    assert options_of(local, price)["eur"]["tax_behavior"] == "inclusive"


def test_the_prices_own_currency_is_not_changed_as_an_option(local: Local) -> None:
    price = local.price()

    assert local.refused("post", path_of(price), currency_options={"usd": {"unit_amount": 1}}) == Refusal(
        "You are specifying an update to a currency option that matches the top-level currency for this price. "
        "Please remove this currency option and update the top-level params instead.",
        None,
        "currency_options[usd]",
    )


@pytest.mark.parametrize(
    ("price", "option", "param"),
    [
        ({}, {"tiers": [{"up_to": "inf", "unit_amount": 1}]}, "tiers"),
        ({}, {"custom_unit_amount": {"enabled": True}}, "custom_unit_amount"),
        (TIERED, {"unit_amount": 1}, "unit_amount"),
        ({"custom_unit_amount": {"enabled": True}}, {"unit_amount": 1}, "custom_unit_amount"),
    ],
)
def test_a_new_currency_is_priced_as_its_price(
    local: Local, price: dict[str, Any], option: dict[str, Any], param: str
) -> None:
    new_price = local.price(**price)

    refusal = local.refused("post", path_of(new_price), currency_options={"eur": option})

    assert (refusal.status, refusal.param) == (400, f"currency_options[eur][{param}]")
    assert set(options_of(local, new_price)) == {"usd"}


@pytest.mark.parametrize("name", ["active", "tax_behavior"])
def test_an_empty_string_clears_none_of_the_rest(local: Local, name: str) -> None:
    price = local.price(lookup_key="pro", nickname="Monthly")

    refusal = local.refused("post", path_of(price), **{name: ""})

    assert (refusal.code, refusal.param) == ("parameter_invalid_empty", name)
    assert local.get(path_of(price)) == price


@pytest.mark.parametrize("name", ["lookup_key", "nickname"])
def test_an_empty_string_clears_the_lookup_key_and_the_nickname(local: Local, name: str) -> None:
    price = local.price(lookup_key="pro", nickname="Monthly")

    assert local.post(path_of(price), **{name: ""}) == {**price, name: None}
    assert local.events()[0]["data"]["previous_attributes"] == {name: price[name]}
