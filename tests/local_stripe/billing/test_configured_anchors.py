"""Billing cycle anchors of the calendar (https://docs.stripe.com/billing/subscriptions/billing-cycle)."""

from __future__ import annotations

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, moment, price


def renewals(life: Life, subscription: str, *days: str) -> list[bool]:
    """Return whether the subscription's period ends then, each time, and renew it."""
    ended = []
    for day in days:
        [item] = life.local.get(f"/v1/subscriptions/{subscription}")["items"]["data"]
        ended.append(item["current_period_end"] == moment(day))
        life.advance(f"{day} 02:00")
    return ended


def test_the_31st_is_the_last_day_of_every_month(local: Local) -> None:
    """The page says: "If a month has less than 31 days, the subscription renews on the last day of that month"."""
    life = Life.begin(local, "2026-02-03")
    subscription = life.subscribe(price(local), billing_cycle_anchor_config={"day_of_month": 31})
    assert subscription["billing_cycle_anchor"] == moment("2026-03-31")
    assert all(renewals(life, subscription["id"], "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"))
    assert life.totals(subscription["id"]) == [1339, 1500, 1500, 1500, 1500], "25 of the 28 days from 31 January"


def test_the_anchor_of_longer_intervals_is_in_a_month_that_has_its_day(local: Local) -> None:
    """The page says: "The next month that has 31 days on two-month intervals from February is August … the first full
    invoice date for this subscription still occurs in February"."""
    life = Life.begin(local, "2026-02-03")
    subscription = life.subscribe(
        price(local, recurring={"interval_count": 2}), billing_cycle_anchor_config={"day_of_month": 31}
    )
    assert subscription["billing_cycle_anchor"] == moment("2026-08-31")
    assert all(renewals(life, subscription["id"], "2026-02-28", "2026-04-30", "2026-06-30", "2026-08-31"))
    assert life.totals(subscription["id"]) == [636, 1500, 1500, 1500, 1500], "25 of the 59 days from 31 December"


def test_the_month_of_an_anchor_may_be_several_intervals_away(local: Local) -> None:
    """The page says: "It might result in a billing_cycle_anchor that's more than one billing period in the future"."""
    life = Life.begin(local, "2026-03-15")
    config = {"day_of_month": 31, "month": 1}
    subscription = life.subscribe(price(local, recurring={"interval_count": 3}), billing_cycle_anchor_config=config)
    assert subscription["billing_cycle_anchor"] == moment("2027-01-31")
    assert all(renewals(life, subscription["id"], "2026-04-30", "2026-07-31", "2026-10-31", "2027-01-31"))
    assert life.totals(subscription["id"])[0] == 775, "46 of the 89 days from 31 January"


def test_a_leap_day_anchors_the_years_between(local: Local) -> None:
    life = Life.begin(local, "2025-12-31")
    config = {"day_of_month": 29, "month": 2}
    subscription = life.subscribe(price(local, interval="year"), billing_cycle_anchor_config=config)
    assert subscription["billing_cycle_anchor"] == moment("2028-02-29")
    assert all(renewals(life, subscription["id"], "2026-02-28", "2027-02-28", "2028-02-29"))


def test_where_no_month_of_the_interval_has_the_day_its_last_day_stands_for_it(local: Local) -> None:
    life = Life.begin(local, "2026-03-15")
    config = {"day_of_month": 31, "month": 2}
    subscription = life.subscribe(price(local, interval="year"), billing_cycle_anchor_config=config)
    assert subscription["billing_cycle_anchor"] == moment("2027-02-28")
