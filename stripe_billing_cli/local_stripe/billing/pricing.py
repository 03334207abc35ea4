"""Pricing: what a quantity costs at a price (https://docs.stripe.com/products-prices/pricing-models).

Amounts are whole minor units. What a decimal price makes of a quantity is rounded half up, for each tier by itself,
since each is a line of its own; a proration is rounded to the nearest unit, an exact half downwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from stripe_billing_cli.local_stripe.core.store import Object


@dataclass(frozen=True)
class Part:
    """A part of what a quantity costs: `units` at `unit_amount` each, which makes `exact`, within the `tier` with that
    number, if it is in one. `units` is None for the flat fee of a tier, which is its `unit_amount`."""

    units: int | Decimal | None
    unit_amount: Decimal
    exact: Decimal
    tier: int | None = None

    @property
    def amount(self) -> int:
        return round_amount(self.exact)


def round_amount(amount: Decimal) -> int:
    """Return the amount in whole minor units, a half rounded away from zero."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def amount(price: Object, currency: str, quantity: int | Decimal) -> int:
    """Return what `quantity` costs for one period, in `currency`, which is one of the price's."""
    return sum(part.amount for part in parts(price, currency, quantity))


def is_zero(price: Object, currency: str) -> bool:
    """Return whether a price costs nothing, whatever the quantity."""
    option = price["currency_options"][currency]
    rates = option["tiers"] if price["billing_scheme"] == "tiered" else [option]
    names = ("flat_amount_decimal", "unit_amount_decimal")
    return not any(Decimal(rate.get(name) or 0) for rate in rates for name in names)


def exact_amount(price: Object, currency: str, quantity: int | Decimal) -> Decimal:
    """Return what `quantity` costs for one period before it is rounded: a part of it is rounded once, on its line."""
    return sum((part.exact for part in parts(price, currency, quantity)), Decimal(0))


def parts(price: Object, currency: str, quantity: int | Decimal) -> list[Part]:
    """Return what `quantity` costs as the lines of an invoice have it: one part, or those of the tiers reached."""
    option = price["currency_options"][currency]
    if price["billing_scheme"] == "tiered":
        return _tier_parts(price["tiers_mode"], option["tiers"], quantity)
    each = Decimal(option["unit_amount_decimal"])
    return [Part(quantity, each, each * _packages(price["transform_quantity"], quantity))]


def _packages(transform: Mapping[str, Any] | None, quantity: int | Decimal) -> int | Decimal:
    if transform is None:
        return quantity
    divide_by: int = transform["divide_by"]
    whole, rest = divmod(quantity, divide_by)
    return whole + (1 if rest and transform["round"] == "up" else 0)


def _tier_parts(mode: str, tiers: Sequence[Mapping[str, Any]], quantity: int | Decimal) -> list[Part]:
    """Return the parts of a tiered price. Volume: the tier that the whole quantity falls into. Graduated: each tier for
    the units within it."""
    if mode == "volume":
        number = next(at for at, tier in enumerate(tiers) if tier["up_to"] is None or quantity <= tier["up_to"])
        return _in_tier(tiers, number, quantity)
    tier_parts: list[Part] = []
    below: int | Decimal = 0
    for number, tier in enumerate(tiers):
        top = quantity if tier["up_to"] is None else min(quantity, tier["up_to"])
        if top > below or (below == 0 and quantity == 0):
            tier_parts += _in_tier(tiers, number, top - below)
        if tier["up_to"] is None or quantity <= tier["up_to"]:
            break
        below = top
    return tier_parts


def _in_tier(tiers: Sequence[Mapping[str, Any]], number: int, units: int | Decimal) -> list[Part]:
    """Return the units of a tier, and its flat fee where the price has flat fees at all, be it nothing for this tier:
    "10 × Standard (Tier 1 at $0.00 / month)", "Standard (Tier 1 at $99.00 / month)", as invoices that users show have
    it."""
    tier = tiers[number]
    each, flat = Decimal(tier["unit_amount_decimal"] or 0), Decimal(tier["flat_amount_decimal"] or 0)
    tier_parts = [Part(units, each, each * units, number + 1)]
    if any(one["flat_amount_decimal"] is not None for one in tiers):
        tier_parts.append(Part(None, flat, flat, number + 1))
    return tier_parts


def unit_amount_decimal(price: Object, currency: str) -> str | None:
    """Return what a line of an invoice shows as the unit amount; None for a tiered price."""
    decimal: str | None = price["currency_options"][currency]["unit_amount_decimal"]
    return decimal


def part_of(whole: int | Decimal, seconds: int, of_seconds: int) -> int:
    """Return the share of an amount for a part of its period, "calculated to the second"
    (https://docs.stripe.com/billing/subscriptions/prorations), negative for a credit.

    To the nearest unit, an exact half downwards: -2.5 is -3, 4.5 is 4, 7.5 is 7 (recorded, 2026-08-26.dahlia).
    """
    return -((of_seconds - 2 * Fraction(whole) * seconds) // (2 * of_seconds))
