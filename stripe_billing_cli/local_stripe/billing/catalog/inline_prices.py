"""Prices made within another call, from its `price_data` (https://docs.stripe.com/products-prices/how-products-and-prices-work#inline-pricing)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing.catalog import prices
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param, no_such
from stripe_billing_cli.local_stripe.core.parameters import nested
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

MADE_FOR = "price_data"


def create(call: Call, data: Mapping[str, Any], param: str) -> Object:
    """Make the price that `price_data` describes: of a product that there is, and for this one use, so not active."""
    product = call.store.get("product", data["product"])
    if product is None:
        raise no_such("product", data["product"], nested(param, "product"))
    if not product["active"]:
        raise invalid(
            f"The product {product['id']} is marked as inactive, and thus no new prices can be made of it.",
            nested(param, "product"),
        )
    if "unit_amount" not in data and "unit_amount_decimal" not in data:
        raise missing_param(nested(param, "unit_amount"))
    made = {**prices.new_price(call, product["id"], {**data, "active": False}), "_made_for": MADE_FOR}
    call.store.insert("price", made)
    return made
