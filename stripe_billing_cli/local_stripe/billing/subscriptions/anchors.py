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
INTERVALS_SEARCHED = 12
"""Any month of the year is met within twelve intervals if at all, and a leap year within eight years."""
PARTS = ("day_of_month", "hour", "minute", "month", "second")


def first_anchor(
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
        anchor = _configured_anchor(params[CONFIG], prices, trial_end or now, now)
    if CONFIG not in params:
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


def _configured_anchor(config: Mapping[str, int], prices: Sequence[Object], moment: int, created_at: int) -> int:
    """Return the first boundary, `moment` at the earliest, in a month that has the configured day: "the next month that
    has 31 days on two-month intervals from February is August". The anchor may so be "more than one billing period in
    the future"; boundaries before it are on the last day of shorter months. Where no month of the interval has the day,
    the last day of the first one stands for it."""
    start, wall = (datetime.fromtimestamp(time, UTC) for time in (moment, created_at))
    time_of_day = {name: config.get(name, getattr(wall, name)) for name in ("hour", "minute", "second")}
    first = start.replace(day=1, **time_of_day)
    while _on_day(first, config) < start or config.get("month", first.month) != first.month:
        first = _months_later(first, 1)
    months = min(billing_intervals.months(price) for price in prices)
    candidates = (_months_later(first, number * months) for number in range(INTERVALS_SEARCHED))
    with_day = (month for month in candidates if _on_day(month, config).day == config["day_of_month"])
    return int(_on_day(next(with_day, first), config).timestamp())


def _on_day(month: datetime, config: Mapping[str, int]) -> datetime:
    return month.replace(day=min(config["day_of_month"], calendar.monthrange(month.year, month.month)[1]))


def _months_later(month: datetime, number: int) -> datetime:
    year, index = divmod(month.year * 12 + month.month - 1 + number, 12)
    return month.replace(year=year, month=index + 1)


def show_config(params: Params) -> Object | None:
    """Return the configuration as the subscription shows it."""
    config = params.get(CONFIG)
    return None if config is None else {name: config.get(name) for name in PARTS}
