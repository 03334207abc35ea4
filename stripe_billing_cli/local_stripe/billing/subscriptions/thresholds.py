"""Billing thresholds as a call sets them and a subscription shows them
(https://docs.stripe.com/billing/subscriptions/usage-based/thresholds)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing import pricing
from stripe_billing_cli.local_stripe.billing.subscriptions import items
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.parameters import (
    Boolean,
    Integer,
    ObjectParam,
    ParamType,
    optional,
    required_fields,
)
from stripe_billing_cli.local_stripe.core.store import Object

NAME = "billing_thresholds"
LEAST = 50
""""Set the value to at least 50 currency units" (Stripe's document on thresholds)."""
OF_SUBSCRIPTION: ParamType = ObjectParam(optional(amount_gte=Integer(LEAST), reset_billing_cycle_anchor=Boolean()))
OF_ITEM: ParamType = ObjectParam(required_fields(usage_gte=Integer(1)))


def merge(params: Mapping[str, Any] | None, before: Object | None = None) -> Object | None:
    """Return the thresholds of a subscription, or of a phase, after a call that wants these; None for none. What the
    call leaves out stays: the document resets the anchor by `reset_billing_cycle_anchor` alone."""
    if params is None:
        return None
    return {"amount_gte": None, "reset_billing_cycle_anchor": False, **(before or {}), **params}


def check(thresholds: Object | None, prices: Sequence[Object], currency: str, param: str = NAME) -> None:
    """Raise for an amount that the fees alone reach: "Monetary thresholds must be greater than the sum of any flat fees
    on metered subscription items"."""
    amount = (thresholds or {}).get("amount_gte")
    fees = sum(pricing.amount(price, currency, 0) for price in prices if items.is_metered(price))
    if amount is not None and amount <= fees:
        raise invalid(
            f"The threshold must be greater than the sum of the flat fees on metered items, which is {fees}.",
            f"{param}[amount_gte]",
        )
