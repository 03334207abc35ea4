"""Shipping rates as they are made: by a call of their own, or with a Checkout session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing.catalog import products
from stripe_billing_cli.local_stripe.core import identifiers
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid, missing_param
from stripe_billing_cli.local_stripe.core.metadata import new_metadata
from stripe_billing_cli.local_stripe.core.parameters import Params, nested_name
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "shipping_rate"
UNSPECIFIED = "unspecified"


def check_new(params: Params, prefix: str = "") -> None:
    """Check that a new rate has an amount, and a tax code its form (`stripe/params/_shipping_rate_create_params.py`).
    `prefix` is the parameter that the rate stands in, if any."""
    if "fixed_amount" not in params:
        raise missing_param(nested_name(prefix, "fixed_amount"))
    products.check_tax_code(params.get("tax_code"), nested_name(prefix, "tax_code"))
    currency = params["fixed_amount"]["currency"]
    if currency in params["fixed_amount"].get("currency_options", {}):
        raise own_currency(currency, prefix)


def own_currency(currency: str, prefix: str = "") -> ApiError:
    """Return the refusal of the rate's own currency among the further ones, as prices refuse theirs."""
    name = f"{nested_name(prefix, 'fixed_amount')}[currency_options][{currency}]"
    return invalid(f"`{name}` cannot be set: {currency} is the currency of `fixed_amount`.", name)


def create(call: Call, params: Params, prefix: str = "") -> Object:
    """Return a new rate, stored."""
    check_new(params, prefix)
    fixed_amount = params["fixed_amount"]
    behavior = params.get("tax_behavior", UNSPECIFIED)
    own = {"amount": fixed_amount["amount"], "tax_behavior": behavior}
    others = {code: option({}, amount) for code, amount in fixed_amount.get("currency_options", {}).items()}
    rate = {
        "id": identifiers.long_id(call, "shr"),
        "object": KIND,
        "active": True,
        "created": call.now,
        "delivery_estimate": _estimate(params.get("delivery_estimate")),
        "display_name": params["display_name"],
        "fixed_amount": {
            "amount": fixed_amount["amount"],
            "currency": fixed_amount["currency"],
            "currency_options": {**others, fixed_amount["currency"]: own},
        },
        "metadata": new_metadata(params),
        "tax_behavior": behavior,
        "tax_code": params.get("tax_code"),
        "type": "fixed_amount",
    }
    call.store.insert(KIND, rate)
    return rate


def option(before: Object, changes: Mapping[str, Any]) -> Object:
    """Return the amount in a further currency, as it was and as a call says."""
    return {"tax_behavior": UNSPECIFIED, **before, **changes}


def _estimate(estimate: Mapping[str, Any] | None) -> Object | None:
    return {"maximum": estimate.get("maximum"), "minimum": estimate.get("minimum")} if estimate else None
