"""Delivery of what a Checkout session sells: the rates to choose from, and the one that is chosen
(https://docs.stripe.com/payments/during-payment/charge-shipping)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing.catalog import shipping_rates
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid, missing_param
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def options(call: Call, options_data: Sequence[Mapping[str, Any]], currency: str) -> list[Object]:
    """Return `shipping_options` as a session shows them. Raises for a rate that there is not, or in no such
    currency."""
    session_options = []
    for at, option in enumerate(options_data):
        rate = _rate(call, option, f"shipping_options[{at}]")
        amount = rate["fixed_amount"]["currency_options"].get(currency)
        if amount is None:
            raise invalid(
                f"The shipping rate {rate['id']} has no amount in `{currency}`, the currency of the Checkout Session.",
                f"shipping_options[{at}]",
            )
        session_options.append({"shipping_amount": amount["amount"], "shipping_rate": rate["id"]})
    return session_options


def _rate(call: Call, option: Mapping[str, Any], param: str) -> Object:
    check_only_one(option, "shipping_rate", "shipping_rate_data", param=f"{param}[shipping_rate_data]")
    if not option.keys() & {"shipping_rate", "shipping_rate_data"}:
        raise missing_param(f"{param}[shipping_rate]")
    if "shipping_rate_data" in option:
        return shipping_rates.create(call, option["shipping_rate_data"], f"{param}[shipping_rate_data]")
    rate = objects.find(
        call, shipping_rates.KIND, option["shipping_rate"], f"{param}[shipping_rate]", noun="shipping rate"
    )
    if not rate["active"]:
        raise invalid(f"The shipping rate {rate['id']} is not active.", f"{param}[shipping_rate]")
    return rate


def cost(options: Sequence[Object], rate: str | None = None) -> Object | None:
    """Return `shipping_cost` for one of the options, the first unless one is chosen; None where there are none."""
    option = next((each for each in options if rate in (None, each["shipping_rate"])), None)
    if option is None and rate is not None:
        raise invalid("This shipping rate cannot be chosen.", "shipping_rate")
    if option is None:
        return None
    amount = option["shipping_amount"]
    return {
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "shipping_rate": option["shipping_rate"],
        "taxes": [],
    }
