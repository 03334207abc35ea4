"""The price and the product that Stripe makes for an invoice item of a mere amount.

Recorded (2026-08-26.dahlia): they are used again for the same description, amount and currency, whoever is billed; a
new amount of an item is a new price of the same product. They are not for sale, as what is made with `price_data`.


A price is taxed as the item says, and a product has the item's tax code: an item shows neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from stripe_billing_cli.local_stripe.billing.catalog import prices, products
from stripe_billing_cli.local_stripe.billing.catalog.prices import tax_behavior_set
from stripe_billing_cli.local_stripe.core import amounts
from stripe_billing_cli.local_stripe.core.errors import ApiError, not_here
from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Condition, Object


def for_amount(
    call: Call, description: str, amount: Decimal, currency: str, *, tax_behavior: str, tax_code: str | None
) -> Object:
    """Return the price of this unit amount, of the product with this description."""
    return find_or_create(call, find_or_create_product(call, description, tax_code), amount, currency, tax_behavior)


def find_or_create(call: Call, product: str, amount: Decimal, currency: str, tax_behavior: str) -> Object:
    """Return the price of this unit amount, in minor units, of that product."""
    unit_amount = amounts.plain(amount)
    conditions = [
        *equal("product", product),
        *equal("currency", currency),
        *equal(json_field("_made_for"), "amount"),
        *equal(json_field("unit_amount_decimal"), unit_amount),
        *equal(json_field("tax_behavior"), tax_behavior),
    ]
    prices_before = call.store.select("price", conditions, newest_first=False, limit=1)
    if prices_before:
        return prices_before[0]
    amounts_of = {"currency": currency, "unit_amount_decimal": unit_amount, "tax_behavior": tax_behavior}
    price = {**prices.new_price(call, product, {**amounts_of, "active": False}), "_made_for": "amount"}
    call.store.insert("price", price)
    return price


def change_price(call: Call, price: Object, amount: Decimal, currency: str, params: Mapping[str, Any]) -> Object:
    """Return the price in place of an item's: of the same product unless a call names another tax code, and taxed as
    before unless it says otherwise."""
    behavior, product = params.get("tax_behavior", price["tax_behavior"]), price["product"]
    if price["tax_behavior"] not in ("unspecified", behavior):
        raise tax_behavior_set(price, "tax_behavior")
    if "tax_code" in params:
        product_before = call.store.get("product", product)
        if product_before is None or product_before.get("_made_for") is None:
            raise of_price("tax_code")
        product = find_or_create_product(call, product_before["_made_for"], params["tax_code"])
    return find_or_create(call, product, amount, currency, behavior)


def is_implicit(price: Object | None) -> bool:
    """Return whether a price was made for an amount."""
    return price is not None and price.get("_made_for") == "amount"


def of_price(param: str) -> ApiError:
    """Return the refusal to say of an item what its price and its product say."""
    return not_here(f"the parameter `{param}` of items with a price", param, "the price, or its product, has it")


def find_or_create_product(call: Call, description: str, tax_code: str | None) -> str:
    """Return the product that is described so and has that tax code."""
    conditions = [
        *equal(json_field("_made_for"), description),
        Condition(f"{json_field('tax_code')} IS ?", (tax_code,)),
    ]
    products_before = call.store.select("product", conditions, newest_first=False, limit=1)
    if products_before:
        return str(products_before[0]["id"])
    params = {"name": description or "Invoice item", "active": False, "tax_code": tax_code}
    product = {**products.new_product(call, params), "_made_for": description}
    call.store.insert("product", product)
    return str(product["id"])
