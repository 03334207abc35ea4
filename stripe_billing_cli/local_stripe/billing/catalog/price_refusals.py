"""Refusals of a price's parameters that do not go together. None of them needs to look at an object.

Prices, plans and products' default prices are refused alike, so the rules stand below the three resources.
From the texts in `stripe/params/_price_create_params.py`, and https://docs.stripe.com/api/prices/create.
Amounts are in the currency's minor unit.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from stripe_billing_cli.local_stripe.core.amounts import LARGEST_PRICE, whole_amount
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param, only_one_of
from stripe_billing_cli.local_stripe.core.parameters import Params, nested_name

MOST_INTERVALS = {"day": (1095, "daily"), "week": (156, "weekly"), "month": (36, "monthly"), "year": (3, "yearly")}
AMOUNTS = ("unit_amount", "unit_amount_decimal", "custom_unit_amount")
OWN_CURRENCY = (
    "You are specifying a currency option that matches the top-level currency for this price. Please remove this "
    "currency option and it will be added automatically on creation."
)
"""Quoted by https://github.com/stripe/stripe-node/issues/2154."""


def check_new(params: Params, prefix: str = "") -> None:
    """Check the rules for a price about to be created; `prefix` is the parameter that the price stands in, if any."""
    currency = params["currency"]
    recurring = params.get("recurring")
    is_tiered = params.get("billing_scheme") == "tiered"
    if recurring is not None:
        _check_recurring(recurring, nested_name(prefix, "recurring"))
    if is_tiered and "transform_quantity" in params:
        raise only_one_of(["tiers", "transform_quantity"], nested_name(prefix, "tiers"))
    if is_tiered:
        _check_tiered(params)
    else:
        _check_flat(params, prefix)
    if "custom_unit_amount" in params and recurring is not None:
        raise invalid(
            "A price with `custom_unit_amount` cannot be recurring.", nested_name(prefix, "custom_unit_amount")
        )
    for code, option in params.get("currency_options", {}).items():
        name = nested_name(nested_name(prefix, "currency_options"), code)
        if code == currency:
            raise invalid(OWN_CURRENCY, name)
        custom = "custom_unit_amount" in params
        check_option(option, code, "tiers" if is_tiered else "custom_unit_amount" if custom else "unit_amount", name)


def own_currency(name: str) -> Exception:
    """Return the refusal of a currency option in the price's own currency;
    https://github.com/stripe/stripe-node/issues/1559 quotes the message."""
    return invalid(
        "You are specifying an update to a currency option that matches the top-level currency for this price. "
        "Please remove this currency option and update the top-level params instead.",
        name,
    )


def check_option(option: Mapping[str, Any], currency: str, scheme: str, name: str) -> None:
    """Check that a currency option has the amounts that its price has: `scheme` is tiers, custom_unit_amount or
    unit_amount."""
    if scheme == "tiers":
        if surplus := next((amount for amount in AMOUNTS if amount in option), None):
            raise only_one_of([surplus, "tiers"], nested_name(name, surplus))
        if "tiers" not in option:
            raise missing_param(nested_name(name, "tiers"))
        _check_tiers(option["tiers"], nested_name(name, "tiers"))
        return
    if "tiers" in option:
        raise invalid("`tiers` can only be set when `billing_scheme` is `tiered`.", nested_name(name, "tiers"))
    if not any(amount in option for amount in AMOUNTS):
        raise missing_param(nested_name(name, "unit_amount"))
    _check_one_amount(option, name)
    if ("custom_unit_amount" in option) != (scheme == "custom_unit_amount"):
        raise invalid(
            "`custom_unit_amount` must be set in all of the currencies of a price, or in none.",
            nested_name(name, "custom_unit_amount"),
        )


def _check_recurring(recurring: Mapping[str, Any], name: str) -> None:
    most, adverb = MOST_INTERVALS[recurring["interval"]]
    if recurring.get("interval_count", 1) > most:
        raise invalid(
            f"The interval_count for {adverb} prices can't be greater than {most}", nested_name(name, "interval_count")
        )
    is_metered, meter = recurring.get("usage_type") == "metered", recurring.get("meter")
    if is_metered and meter is None:
        raise invalid("Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by meters.")
    if meter is not None and not is_metered:
        raise invalid("`meter` can only be set when `usage_type` is `metered`.", nested_name(name, "meter"))


def _check_tiered(params: Params) -> None:
    for name in AMOUNTS:
        if name in params:
            raise invalid(f"`{name}` cannot be set when `billing_scheme` is `tiered`.", name)
    for name in ("tiers", "tiers_mode"):
        if name not in params:
            raise missing_param(name)
    if "recurring" not in params:
        raise invalid("Prices with `type=one_time` are not supported with tiered billing.", "interval")
    _check_tiers(params["tiers"], "tiers")


def _check_flat(params: Params, prefix: str) -> None:
    for name in ("tiers", "tiers_mode"):
        if name in params:
            raise invalid(f"`{name}` can only be set when `billing_scheme` is `tiered`.", nested_name(prefix, name))
    _check_one_amount(params, prefix)


def _check_one_amount(params: Mapping[str, Any], prefix: str) -> None:
    names = [name for name in AMOUNTS if name in params]
    if not names:
        raise invalid("Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.")
    if len(names) > 1:
        raise only_one_of(names, nested_name(prefix, names[0]))
    value, name = params[names[0]], nested_name(prefix, names[0])
    if names[0] == "custom_unit_amount":
        _check_custom(value, name)
    else:
        _check_size(value, name)


def _check_custom(custom: Mapping[str, Any], name: str) -> None:
    if not custom["enabled"]:
        raise invalid(
            "Pass in `true` to enable `custom_unit_amount`, otherwise omit `custom_unit_amount`.",
            nested_name(name, "enabled"),
        )
    bounds = [key for key in ("minimum", "preset", "maximum") if key in custom]
    for key in bounds:
        _check_size(custom[key], nested_name(name, key))
    for low, high in itertools.pairwise(bounds):
        if custom[low] > custom[high]:
            raise invalid(f"The `{low}` must not be greater than the `{high}`.", nested_name(name, low))


def _check_size(amount: int | str, name: str) -> None:
    if Decimal(amount) > LARGEST_PRICE:
        raise invalid(
            f"This value must be less than or equal to {LARGEST_PRICE} (it currently is '{amount}').",
            name,
            "parameter_invalid_integer",
        )


def _check_tiers(tiers: list[dict[str, Any]], name: str) -> None:
    if not tiers:
        raise missing_param(name)
    for position, tier in enumerate(tiers):
        _check_tier(tier, f"{name}[{position}]", name)
    bounds = [tier["up_to"] for tier in tiers]
    if bounds[-1] is not None:
        raise invalid("The last tier must have `up_to` set to `inf`.", f"{name}[{len(tiers) - 1}][up_to]")
    for position, limit in enumerate(bounds[:-1]):
        if limit is None:
            raise invalid("Only the last tier can have `up_to` set to `inf`.", f"{name}[{position}][up_to]")
        if position and limit <= bounds[position - 1]:
            raise invalid("The tiers must be sorted by `up_to`, ascending.", f"{name}[{position}][up_to]")


def _check_tier(tier: Mapping[str, Any], name: str, all_tiers: str) -> None:
    for kind in ("flat_amount", "unit_amount"):
        decimal = f"{kind}_decimal"
        if kind in tier and decimal in tier:
            raise only_one_of([kind, decimal], nested_name(name, kind))
        for amount in (kind, decimal):
            if amount in tier:
                _check_size(tier[amount], nested_name(name, amount))
    if tier.keys() == {"up_to"}:
        raise invalid("An entry in the tiers array is missing an amount.", all_tiers)
    flat = tier.get("flat_amount_decimal")
    if flat is not None and whole_amount(flat) is None:
        raise invalid(
            f"Invalid decimal: {flat}; must be an integer in the minor units of the currency.",
            nested_name(name, "flat_amount_decimal"),
        )
