"""The billing cycle anchor of a new subscription: given, configured by the calendar, or when it begins
(https://docs.stripe.com/billing/subscriptions/billing-cycle)."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from stripe_billing_cli.local_stripe.billing import billing_intervals
from stripe_billing_cli.local_stripe.core.errors import invalid, only_one_of
from stripe_billing_cli.local_stripe.core.parameters import Params
from stripe_billing_cli.local_stripe.core.store import Object

CONFIG = "billing_cycle_anchor_config"
PARTS = ("day_of_month", "hour", "minute", "month", "second")


def wanted_anchor(
    params: Params, prices: Sequence[Object], trial_end: int | None, now: int, *, begins: int | None = None
) -> int:
    """Return the anchor of a new subscription, which `begins` then where it does not begin now. Raises Stripe's
    refusals."""
    if CONFIG not in params:
        if "billing_cycle_anchor" not in params and trial_end is None and begins is not None:
            return begins
        anchor = int(params.get("billing_cycle_anchor") or trial_end or now)
    elif "billing_cycle_anchor" in params:
        raise only_one_of(["billing_cycle_anchor", CONFIG])
    else:
        _check_monthly(prices)
        anchor = next_occurrence(params[CONFIG], trial_end or now)
    _check(prices, anchor, trial_end, now)
    if trial_end is not None and anchor > trial_end and params.get("proration_behavior") == "none":
        # https://github.com/Automattic/woocommerce-payments/issues/4908
        raise invalid(
            "When billing_cycle_anchor follows a trial, the anchored invoice must be prorated. For a longer free "
            "period, use a longer trial."
        )
    return anchor


def _check_monthly(prices: Sequence[Object]) -> None:
    """Raise where a price's interval is no month or year: "only valid with monthly and yearly price intervals"
    (`stripe/params/_subscription_create_params.py`)."""
    for price in prices:
        if price["recurring"]["interval"] not in ("month", "year"):
            raise invalid(f"`{CONFIG}` is only valid with monthly and yearly price intervals.", CONFIG)


def _check(prices: Sequence[Object], anchor: int, trial_end: int | None, now: int) -> None:
    if anchor < now:
        raise invalid("billing_cycle_anchor must be a timestamp in the future.", "billing_cycle_anchor")
    begins = trial_end or now
    natural = max(billing_intervals.billing_interval(price).next_after(begins, begins) for price in prices)
    if anchor > natural:
        # https://github.com/stripe/stripe-java/issues/454
        raise invalid(
            f"billing_cycle_anchor cannot be later than next natural billing date ({natural}) for plan",
            "billing_cycle_anchor",
        )


def next_occurrence(config: Mapping[str, int], moment: int) -> int:
    """Return the next time, `moment` at the earliest, that is on that day of a month, the last day of a shorter month;
    at the time of day of `moment` where the configuration does not say it."""
    begun = datetime.fromtimestamp(moment, UTC)
    begun_at = {"hour": begun.hour, "minute": begun.minute, "second": begun.second}
    hour, minute, second = (config.get(name, begun_at[name]) for name in begun_at)
    year, month = begun.year, begun.month
    while True:
        day = min(config["day_of_month"], calendar.monthrange(year, month)[1])
        occurrence = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        if occurrence >= begun and config.get("month", month) == month:
            return int(occurrence.timestamp())
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def shown_config(params: Params) -> Object | None:
    """Return the configuration as the subscription shows it."""
    config = params.get(CONFIG)
    return None if config is None else {name: config.get(name) for name in PARTS}
