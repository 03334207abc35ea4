"""What a quantity costs at a price (https://docs.stripe.com/products-prices/pricing-models).

Amounts are whole minor units; what a decimal price makes of a quantity is rounded once, at the end, half up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stripe_billing_cli.local_stripe.store import Object


def rounded(amount: Decimal) -> int:
    """To a whole minor unit; halves away from zero, so that a credit mirrors its charge."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def amount(price: Object, currency: str, quantity: int | Decimal) -> int:
    """What `quantity` costs for one period, in `currency`, which is one of the price's."""
    option = price["currency_options"][currency]
    if price["billing_scheme"] == "tiered":
        return rounded(_tiered(price["tiers_mode"], option["tiers"], quantity))
    return rounded(Decimal(option["unit_amount_decimal"]) * _packages(price["transform_quantity"], quantity))


def _packages(transform: Mapping[str, Any] | None, quantity: int | Decimal) -> int | Decimal:
    if transform is None:
        return quantity
    divide_by: int = transform["divide_by"]
    whole, rest = divmod(quantity, divide_by)
    return whole + (1 if rest and transform["round"] == "up" else 0)


def _tiered(mode: str, tiers: Sequence[Mapping[str, Any]], quantity: int | Decimal) -> Decimal:
    """Volume: the tier that the whole quantity falls into. Graduated: each tier for the units within it."""
    if mode == "volume":
        tier = next(tier for tier in tiers if tier["up_to"] is None or quantity <= tier["up_to"])
        return _in_tier(tier, quantity)
    total, below = Decimal(0), Decimal(0)
    for tier in tiers:
        top = Decimal(quantity if tier["up_to"] is None else min(quantity, tier["up_to"]))
        if top > below or (below == 0 and quantity == 0):
            total += _in_tier(tier, top - below)
        if tier["up_to"] is None or quantity <= tier["up_to"]:
            break
        below = top
    return total


def _in_tier(tier: Mapping[str, Any], units: int | Decimal) -> Decimal:
    return Decimal(tier["flat_amount_decimal"] or 0) + Decimal(tier["unit_amount_decimal"] or 0) * units


def unit_amount_decimal(price: Object, currency: str) -> str | None:
    """As a line of an invoice shows it; None for a tiered price."""
    shown: str | None = price["currency_options"][currency]["unit_amount_decimal"]
    return shown


def part_of(whole: int, seconds: int, of_seconds: int) -> int:
    """The share of an amount for a part of its period, "calculated to the second"
    (https://docs.stripe.com/billing/subscriptions/prorations)."""
    return rounded(Decimal(whole) * seconds / of_seconds)
