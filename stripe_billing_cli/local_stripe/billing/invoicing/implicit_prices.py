"""The price and the product that Stripe makes for an invoice item of a mere amount.

Recorded (2026-08-26.dahlia): they are used again for the same description, amount and currency, whoever is billed; a
new amount of an item is a new price of the same product. They are not for sale, as what is made with `price_data`.
"""

from __future__ import annotations

from decimal import Decimal

from stripe_billing_cli.local_stripe.billing.catalog import prices, products
from stripe_billing_cli.local_stripe.core import amounts
from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def for_amount(call: Call, description: str, amount: Decimal, currency: str) -> Object:
    """Return the price of this unit amount, of the product with this description."""
    return for_product(call, _product(call, description), amount, currency)


def for_product(call: Call, product: str, amount: Decimal, currency: str) -> Object:
    """Return the price of this unit amount, in minor units, of that product."""
    unit_amount = amounts.plain(amount)
    wanted = [
        *equal("product", product),
        *equal("currency", currency),
        *equal(json_field("_made_for"), "amount"),
        *equal(json_field("unit_amount_decimal"), unit_amount),
    ]
    existing = call.store.select("price", wanted, newest_first=False, limit=1)
    if existing:
        return existing[0]
    params = {"currency": currency, "unit_amount_decimal": unit_amount, "active": False}
    made = {**prices.new_price(call, product, params), "_made_for": "amount"}
    call.store.insert("price", made)
    return made


def _product(call: Call, description: str) -> str:
    existing = call.store.select("product", equal(json_field("_made_for"), description), newest_first=False, limit=1)
    if existing:
        return str(existing[0]["id"])
    params = {"name": description or "Invoice item", "active": False}
    made = {**products.new_product(call, params), "_made_for": description}
    call.store.insert("product", made)
    return str(made["id"])
