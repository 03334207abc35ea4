"""`expand`: what may be expanded, how deep, and what is said about the rest."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal


def not_expandable(path: str, hint: str = "") -> Refusal:
    return Refusal(f"This property cannot be expanded ({path}).{hint}")


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
    prices = local.get("/v1/prices", expand=["data.product"])["data"]

    assert prices == [{**price, "product": local.get(f"/v1/products/{price['product']}")}]


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
        f"You cannot expand more than 4 levels of a property. Property: {expand}",
        "property_expansion_max_depth",
    )


@pytest.mark.parametrize(
    ("property", "named"),
    [
        ("metadata", "metadata"),
        ("colour", "colour"),
        ("unit_amount", "unit_amount"),
        ("product.name", "product.name"),
        ("product.colour.shade", "product.colour"),
        ("recurring.interval", "recurring.interval"),
        ("data", "data"),
    ],
)
def test_the_first_step_that_cannot_be_expanded_is_named(local: Local, price: Any, property: str, named: str) -> None:
    assert local.refused("get", f"/v1/prices/{price['id']}", expand=[property]) == not_expandable(named)
    if property != "data":
        assert local.refused("get", "/v1/prices", expand=[f"data.{property}"]) == not_expandable(f"data.{named}")


def test_nothing_at_all_cannot_be_expanded(local: Local, price: Any) -> None:
    assert local.send("get", f"/v1/prices/{price['id']}", "expand[]=").refusal.param in ("expand", "expand[0]")


@pytest.mark.parametrize("property", ["product", "colour"])
def test_a_list_says_where_its_properties_are(local: Local, property: str) -> None:
    assert local.refused("get", "/v1/prices", expand=[property]) == not_expandable(
        property, f" You may want to try expanding 'data.{property}' instead."
    )


def test_what_is_there_anyway_may_be_asked_for(local: Local, price: Any) -> None:
    """Embedded objects and lists, to no effect: Stripe's Terraform provider asks for some."""
    customer = local.post("/v1/customers")

    assert local.get(f"/v1/prices/{price['id']}", expand=["recurring", "transform_quantity"]) == price
    assert local.get("/v1/prices", expand=["data", "data.recurring"])["data"] == [price]
    assert local.get(f"/v1/customers/{customer['id']}", expand=["invoice_settings", "address", "discount"]) == customer
    assert local.get("/v1/subscriptions", expand=["data.items", "data.items.data.price"])["data"] == []


def test_where_there_is_nothing_to_expand_there_is_null_or_an_empty_list(local: Local) -> None:
    lists = ["sources", "subscriptions", "tax_ids"]
    customer = local.post("/v1/customers", expand=["invoice_credit_balance", "cash_balance", "test_clock", *lists])

    assert (customer["cash_balance"], customer["test_clock"]) == (None, None)
    assert customer["invoice_credit_balance"] == {}
    assert [customer[name] for name in lists] == [
        {
            "object": "list",
            "data": [],
            "has_more": False,
            "total_count": 0,
            "url": f"/v1/customers/{customer['id']}/{name}",
        }
        for name in lists
    ]
    assert not {"tax", "invoice_credit_balance", "cash_balance", *lists} & local.get("/v1/customers")["data"][0].keys()


def test_a_wrong_expansion_is_refused_before_anything_is_written(local: Local) -> None:
    assert local.refused("post", "/v1/products", name="Pro", expand=["colour"]) == not_expandable("colour")
    assert local.get("/v1/products")["data"] == []


def test_what_the_local_stripe_has_not_is_not_pretended(local: Local) -> None:
    """An id of which there is no object; where there is no id either, there is nothing to refuse."""
    product = local.product(tax_code="txcd_10103001")

    refusal = local.refused("get", f"/v1/products/{product['id']}", expand=["tax_code"])

    assert (refusal.status, refusal.param) == (400, "expand")
    assert "The local Stripe does not have tax codes" in refusal.message
    assert local.product(expand=["tax_code"])["tax_code"] is None
    assert local.refused("post", "/v1/products", name="Max", tax_code="txcd_1", expand=["tax_code"]).status == 400
    assert len(local.get("/v1/products")["data"]) == 2


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
