"""Discounting: what discounts take off the lines of an invoice, decided without doing it. Amounts in minor units.

Discounts apply one after another, each to what the ones before it have left
(https://docs.stripe.com/billing/subscriptions/coupons#stacking). A percentage is rounded line by line, half up; an
amount is spread over the lines in proportion to them, and what is left by rounding goes to the largest lines: 5.00 off
lines of 10.00 and 20.00 are 1.66 and 3.34 (https://docs.stripe.com/billing/subscriptions/prorations#credit-prorations).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from stripe_billing_cli.local_stripe.billing import pricing
from stripe_billing_cli.local_stripe.core.store import Object


@dataclass(frozen=True)
class DiscountableLine:
    """A line that can be discounted: its amount, and the product that it is for, if it is for one."""

    amount: int
    product: str | None


@dataclass(frozen=True)
class Terms:
    """The terms of a coupon: so much off in percent, or as an amount in the invoice's currency; of some `products`, or
    of all; of the `lines` at these places, or of all."""

    discount: str
    percent_off: Decimal | None = None
    amount_off: int | None = None
    products: frozenset[str] | None = field(default=None)
    lines: frozenset[int] | None = None

    def covers(self, at: int, line: DiscountableLine) -> bool:
        """Return whether the coupon is for this line, the one at that place."""
        return (self.lines is None or at in self.lines) and (self.products is None or line.product in self.products)


def terms(discount: Object, coupon: Object, currency: str) -> Terms | None:
    """Return what a coupon takes off in a currency; None where it has no amount in it."""
    products = coupon["applies_to"] and frozenset(coupon["applies_to"]["products"])
    if coupon["percent_off"] is not None:
        return Terms(discount["id"], percent_off=Decimal(str(coupon["percent_off"])), products=products)
    option = (coupon["currency_options"] or {}).get(currency)
    return option and Terms(discount["id"], amount_off=option["amount_off"], products=products)


def compute_reductions(lines: Sequence[DiscountableLine], all_terms: Sequence[Terms]) -> list[dict[str, int]]:
    """Return, for each line, what each discount takes off it, by the discount's id; 0 where it does not apply."""
    remainders = [line.amount for line in lines]
    reductions: list[dict[str, int]] = [{} for _ in lines]
    for each in all_terms:
        discountable = [
            max(amount, 0) if each.covers(at, line) else 0
            for at, (amount, line) in enumerate(zip(remainders, lines, strict=True))
        ]
        for at, amount in enumerate(_shares(discountable, each)):
            reductions[at][each.discount] = amount
            remainders[at] -= amount
    return reductions


def _shares(amounts: Sequence[int], each: Terms) -> list[int]:
    if each.percent_off is not None:
        return [pricing.round_amount(amount * each.percent_off / 100) for amount in amounts]
    assert each.amount_off is not None
    return spread(min(each.amount_off, sum(amounts)), amounts)


def spread(amount: int, over: Sequence[int]) -> list[int]:
    """Return `amount` in whole units, in proportion to `over`, of which it is a part; the sum is exact."""
    whole = sum(over)
    if whole == 0:
        return [0] * len(over)
    shares = [amount * part // whole for part in over]
    largest = sorted(range(len(over)), key=lambda at: -over[at])
    for at in largest[: amount - sum(shares)]:
        shares[at] += 1
    return shares
