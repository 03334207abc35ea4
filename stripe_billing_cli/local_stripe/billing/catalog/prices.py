"""Prices as they are made: by a call, with a product, or for an amount that is billed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing.metering import meters
from stripe_billing_cli.local_stripe.core import events, identifiers, objects
from stripe_billing_cli.local_stripe.core.amounts import whole_amount
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid
from stripe_billing_cli.local_stripe.core.lists import json_field
from stripe_billing_cli.local_stripe.core.metadata import new_metadata
from stripe_billing_cli.local_stripe.core.parameters import Params
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Condition, Object

NOT_DELETED = Condition(f"{json_field('_deleted')} IS NULL")
"""Of prices that were deleted as plans only their subscriptions are left."""


def create(call: Call, product: str, params: Params) -> Object:
    """Return a new price of an existing product, from parameters that passed `price_refusals`."""
    price = new_price(call, product, params)
    if price["lookup_key"] is not None:
        take_lookup_key(call, price["id"], price["lookup_key"], params.get("transfer_lookup_key", False))
    return objects.insert(call, "price", price)


def new_price(call: Call, product: str, params: Params) -> Object:
    """Return everything that Stripe says about a price, `tiers` and `currency_options` included.

    The price's own currency is one of its `currency_options`, as in Stripe's answers.
    """
    recurring = params.get("recurring")
    own = currency_option(params)
    return {
        "id": identifiers.long_id(call, "price"),
        "object": "price",
        "active": params.get("active", True),
        "billing_scheme": params.get("billing_scheme", "per_unit"),
        "created": call.now,
        "currency": params["currency"],
        "currency_options": {
            params["currency"]: own,
            **{code: currency_option(option) for code, option in params.get("currency_options", {}).items()},
        },
        "custom_unit_amount": own["custom_unit_amount"],
        "lookup_key": params.get("lookup_key"),
        "metadata": new_metadata(params),
        "nickname": params.get("nickname"),
        "product": product,
        "recurring": None if recurring is None else _recurring_fields(call, recurring),
        "tax_behavior": own["tax_behavior"],
        "tiers": own["tiers"],
        "tiers_mode": params.get("tiers_mode"),
        "transform_quantity": params.get("transform_quantity"),
        "type": "one_time" if recurring is None else "recurring",
        "unit_amount": own["unit_amount"],
        "unit_amount_decimal": own["unit_amount_decimal"],
    }


def currency_option(params: Mapping[str, Any]) -> Object:
    """Return the amounts of a price in one currency. `tiers` is None where there are none, and then never shown."""
    custom = params.get("custom_unit_amount")
    tiers = params.get("tiers")
    amount, decimal = _both_forms(params, "unit_amount")
    return {
        "custom_unit_amount": None
        if custom is None
        else {name: custom.get(name) for name in ("maximum", "minimum", "preset")},
        "tax_behavior": params.get("tax_behavior", "unspecified"),
        "tiers": None if tiers is None else [_tier(tier) for tier in tiers],
        "unit_amount": amount,
        "unit_amount_decimal": decimal,
    }


def _tier(params: Mapping[str, Any]) -> Object:
    flat, flat_decimal = _both_forms(params, "flat_amount")
    unit, unit_decimal = _both_forms(params, "unit_amount")
    return {
        "flat_amount": flat,
        "flat_amount_decimal": flat_decimal,
        "unit_amount": unit,
        "unit_amount_decimal": unit_decimal,
        "up_to": params["up_to"],
    }


def _both_forms(params: Mapping[str, Any], name: str) -> tuple[int | None, str | None]:
    """Return an amount as an integer, None if it has a fraction, and as a decimal string."""
    if name in params:
        return params[name], str(params[name])
    decimal = params.get(f"{name}_decimal")
    return (None, None) if decimal is None else (whole_amount(decimal), decimal)


def _recurring_fields(call: Call, params: Mapping[str, Any]) -> Object:
    if params.get("meter") is not None:
        objects.find(call, meters.KIND, params["meter"], "recurring[meter]", noun="meter")
    return {
        "interval": params["interval"],
        "interval_count": params.get("interval_count", 1),
        "meter": params.get("meter"),
        "trial_period_days": params.get("trial_period_days"),
        "usage_type": params.get("usage_type", "licensed"),
    }


def take_lookup_key(call: Call, id: str, lookup_key: str | None, transfer: bool) -> None:
    """Refuse a lookup key where another price, archived or not, has the key, unless it is to be transferred."""
    if lookup_key is None:
        return
    holder = call.store.find("price", lookup_key=lookup_key)
    if holder is None or holder["id"] == id:
        return
    if not transfer:
        raise lookup_key_taken(holder["id"])
    without = {**holder, "lookup_key": None}
    call.store.replace("price", without)
    events.record(call, "price.updated", without, holder)


def lookup_key_taken(holder: str) -> ApiError:
    return invalid(f"A price (`{holder}`) already uses that lookup key.", "lookup_key")


def tax_behavior_set(price: Object, param: str) -> ApiError:
    """Return the refusal to tax a price otherwise: inclusive and exclusive stay."""
    behavior = price["tax_behavior"]
    return invalid(f"You cannot change `tax_behavior` once it has been set to `{behavior}`.", param)


def check_currency(prices: Sequence[Object], currency: str, param: str) -> None:
    """Raise where one of the prices of a list of items has no amount in the currency."""
    for at, price in enumerate(prices):
        if currency not in price["currency_options"]:
            raise invalid(
                f"The price specified only supports `{price['currency']}`. This doesn't match the expected currency: "
                f"`{currency}`.",
                f"{param}[{at}][price]",
            )


def check_not_default(call: Call, price: Object) -> None:
    """Raise Stripe's refusal to archive the default price of a product."""
    product = call.store.get("product", price["product"])
    if product is not None and product["default_price"] == price["id"]:
        raise invalid("This price cannot be archived because it is the default price of its product.", "active")
