"""Billing intervals: which may stand side by side in one subscription, and the period that a price is in at a moment.

Prices of one interval always; of several in flexible billing mode, each a multiple of the shortest
(https://docs.stripe.com/billing/subscriptions/mixed-interval#interval-alignment).
"""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.local_stripe.billing.periods import BillingInterval
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.store import Object

DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "year": 12}


def billing_interval(price: Object) -> BillingInterval:
    """Return the interval at which a recurring price is billed."""
    return BillingInterval(price["recurring"]["interval"], price["recurring"]["interval_count"])


def months(price: Object) -> int:
    """Return how many months the interval of a monthly or yearly price has."""
    return _length(billing_interval(price))[1]


def period_at(price: Object, anchor: int, moment: int) -> tuple[int, int]:
    """Return the whole period, reckoned from the anchor, in which a moment lies. A boundary begins the period after
    it."""
    end = billing_interval(price).next_after(anchor, moment)
    return billing_interval(price).last_before(anchor, end), end


def check(mode: str, prices: Sequence[Object]) -> None:
    """Refuse, in Stripe's words, intervals that do not go together. `mode` is the billing mode."""
    lengths = {_length(billing_interval(price)) for price in prices}
    if len(lengths) == 1:
        return
    if mode == "classic":
        raise invalid(
            "Currency and interval fields must match across all plans on this subscription. Found mismatch in "
            "interval field.",
            "items",
        )
    shortest = min(lengths, key=lambda length: length[1] * (1 if length[0] == "day" else 28))
    if not all(_is_multiple(length, shortest) for length in lengths):
        raise invalid(
            "All prices on a subscription must have intervals that are multiples of its shortest interval. Learn more "
            "at https://docs.stripe.com/billing/subscriptions/mixed-interval#interval-alignment.",
            "items",
        )


def _length(billing_interval: BillingInterval) -> tuple[str, int]:
    """Return the length in days or in months, between which there is no equivalence: a week is 7 days, a year 12
    months.
    """
    if billing_interval.interval in DAYS:
        return "day", billing_interval.count * DAYS[billing_interval.interval]
    return "month", billing_interval.count * MONTHS[billing_interval.interval]


def _is_multiple(length: tuple[str, int], shortest: tuple[str, int]) -> bool:
    return shortest == ("day", 1) or (length[0] == shortest[0] and length[1] % shortest[1] == 0)
