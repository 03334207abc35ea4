"""`expand`: what may be expanded, how deep, and what is said about the rest."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal


def not_expandable(path: str, hint: str = "") -> Refusal:
    return Refusal(f"This property cannot be expanded ({path}).{hint}", None, "expand")


@pytest.fixture
def price(local: Local) -> Any:
    """The default price of a product."""
    product = local.product(default_price_data={"currency": "usd", "unit_amount": 1500})
    return local.get(f"/v1/prices/{product['default_price']}")


def test_an_id_becomes_its_object(local: Local, price: Any) -> None:
    product = local.get(f"/v1/products/{price['product']}")

    assert local.get(f"/v1/prices/{price['id']}", expand=["product"]) == {**price, "product": product}
    assert local.get(f"/v1/products/{product['id']}", expand=["default_price"]) == {**product, "default_price": price}


def test_what_is_null_stays_null(local: Local) -> None:
    assert local.product(expand=["default_price"])["default_price"] is None


def test_a_list_is_expanded_through_its_data(local: Local, price: Any) -> None:
    listed = local.get("/v1/prices", expand=["data.product"])["data"]

    assert listed == [{**price, "product": local.get(f"/v1/products/{price['product']}")}]


@pytest.mark.parametrize("method", ["create", "update"])
def test_an_answer_to_a_write_is_expanded_too(local: Local, price: Any, method: str) -> None:
    if method == "create":
        answer = local.price(product=price["product"], expand=["product.default_price"])
    else:
        answer = local.post(f"/v1/prices/{price['id']}", nickname="x", expand=["product.default_price"])

    assert answer["product"]["default_price"]["id"] == price["id"]


def test_several_paths_are_expanded_together(local: Local, price: Any) -> None:
    answer = local.get(
        f"/v1/prices/{price['id']}", expand=["product.default_price.product", "product", "currency_options"]
    )

    assert answer["product"]["default_price"]["product"]["id"] == price["product"]
    assert answer["product"]["default_price"]["product"]["default_price"] == price["id"]
    assert set(answer["currency_options"]) == {"usd"}


def test_four_levels_are_expanded(local: Local, price: Any) -> None:
    path = "product.default_price.product.default_price"

    answer = local.get(f"/v1/prices/{price['id']}", expand=[path])

    assert answer["product"]["default_price"]["product"]["default_price"] == price


@pytest.mark.parametrize(
    ("path", "expand"),
    [
        ("/v1/prices/{id}", "product.default_price.product.default_price.product"),
        ("/v1/prices", "data.product.default_price.product.default_price"),
    ],
)
def test_five_levels_are_too_deep(local: Local, price: Any, path: str, expand: str) -> None:
    assert local.refused("get", path.format(id=price["id"]), expand=[expand]) == Refusal(
        f"You cannot expand more than 4 levels of a property. Property: {expand}", None, "expand"
    )


@pytest.mark.parametrize("property", ["recurring", "metadata", "colour", "unit_amount", "product.name", "", "data"])
def test_what_cannot_be_expanded_is_named(local: Local, price: Any, property: str) -> None:
    refusal = local.send("get", f"/v1/prices/{price['id']}", f"expand[]={property}").refusal

    assert refusal.param in ("expand", "expand[0]")
    if property:
        assert refusal == not_expandable(property)


def test_a_list_says_where_its_properties_are(local: Local) -> None:
    assert local.refused("get", "/v1/prices", expand=["product"]) == not_expandable(
        "product", " You may want to try expanding 'data.product' instead."
    )
    assert local.refused("get", "/v1/prices", expand=["colour"]) == not_expandable("colour")
    assert local.refused("get", "/v1/prices", expand=["data"]) == not_expandable("data")


def test_a_wrong_expansion_is_refused_before_anything_is_written(local: Local) -> None:
    assert local.refused("post", "/v1/products", name="Pro", expand=["colour"]) == not_expandable("colour")
    assert local.get("/v1/products")["data"] == []


def test_what_the_local_stripe_has_not_is_not_pretended(local: Local) -> None:
    product = local.product(tax_code="txcd_10103001")

    refusal = local.refused("get", f"/v1/products/{product['id']}", expand=["tax_code"])

    assert (refusal.status, refusal.param) == (400, "expand")
    assert "local Stripe has no tax codes" in refusal.message


def test_tiers_are_included_at_any_level(local: Local) -> None:
    tiers = [{"up_to": "inf", "unit_amount": 7}]
    price = local.price(
        billing_scheme="tiered",
        tiers_mode="volume",
        tiers=tiers,
        recurring={"interval": "month"},
        currency_options={"eur": {"tiers": tiers}},
    )
    local.post(f"/v1/products/{price['product']}", default_price=price["id"])

    product = local.get(f"/v1/products/{price['product']}", expand=["default_price.tiers"])
    listed = local.get("/v1/products", expand=["data.default_price.currency_options"])["data"][0]
    by_currency = local.get("/v1/prices", expand=["data.currency_options.eur.tiers"])["data"][0]

    assert product["default_price"]["tiers"][0]["unit_amount"] == 7
    assert set(listed["default_price"]["currency_options"]) == {"eur", "usd"}
    assert "tiers" not in listed["default_price"]
    assert by_currency["currency_options"]["eur"]["tiers"][0]["unit_amount"] == 7


def test_a_currency_that_a_price_has_not_expands_to_nothing(local: Local, price: Any) -> None:
    options = local.get(f"/v1/prices/{price['id']}", expand=["currency_options.eur.tiers"])["currency_options"]

    assert set(options) == {"usd"}
