"""Prices that a call names, or makes from its `price_data` (https://docs.stripe.com/products-prices/how-products-and-prices-work#inline-pricing)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing.catalog import prices, products
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid, missing_param
from stripe_billing_cli.local_stripe.core.parameters import nested_name
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

MADE_FOR = "price_data"
INLINE = "inline"
"""Marks an item whose price the call describes: made for it alone, so that it need not be for sale."""


def create(call: Call, data: Mapping[str, Any], param: str) -> Object:
    """Make the price that `price_data` describes, for this one use, so not active: of a product that there is, or of
    one that `product_data` describes, which is not active either."""
    product = _find_or_create_product(call, data, param)
    if "unit_amount" not in data and "unit_amount_decimal" not in data:
        raise missing_param(nested_name(param, "unit_amount"))
    price = {**prices.new_price(call, product, {**data, "active": False}), "_made_for": MADE_FOR}
    call.store.insert("price", price)
    return price


def check_named(item: Mapping[str, Any], param: str) -> None:
    """Raise where an item names no price, or names one and describes one besides."""
    check_only_one(item, "price", "price_data", param=f"{param}[price_data]")
    if not item.keys() & {"price", "price_data"}:
        raise missing_param(f"{param}[price]")


def price_of(call: Call, item: Mapping[str, Any], param: str, *, may_be_inactive: bool = False) -> Object:
    """Return the price that an item names, or make the one that it describes."""
    if "price_data" in item:
        return create(call, item["price_data"], f"{param}[price_data]")
    return for_sale(call, item["price"], f"{param}[price]", may_be_inactive=may_be_inactive)


def for_sale(call: Call, id: str, param: str, *, may_be_inactive: bool = False) -> Object:
    """Return the price that a parameter names. Raises where it is not active, and has to be."""
    price = objects.find(call, "price", id, param)
    if not price["active"] and not may_be_inactive:
        raise invalid("The price specified is inactive. This field only accepts active prices.", param)
    return price


def check_product(call: Call, price: Object, param: str) -> None:
    """Raise where what is sold at a page is of a product that is not active, in words that users report."""
    product = call.store.get("product", price["product"])
    if product is None or not product["active"]:
        raise invalid(
            f"Price `{price['id']}` is not available to be purchased because its product is not active.", param
        )


def _find_or_create_product(call: Call, data: Mapping[str, Any], param: str) -> str:
    check_only_one(data, "product", "product_data", param=nested_name(param, "product_data"))
    if not data.keys() & {"product", "product_data"}:
        raise missing_param(nested_name(param, "product"))
    if "product_data" in data:
        products.check_tax_codes(data["product_data"], nested_name(param, "product_data"))
        new_product = products.new_product(call, {**data["product_data"], "active": False})
        call.store.insert("product", new_product)
        return str(new_product["id"])
    product = objects.find(call, "product", data["product"], nested_name(param, "product"))
    if not product["active"]:
        raise invalid(
            f"The product {product['id']} is marked as inactive, and thus no new prices can be made of it.",
            nested_name(param, "product"),
        )
    return str(product["id"])
