"""Billing periods: the moments at which a subscription renews, counted from its anchor.

"A subscription with a billing cycle anchor on January 31 bills the last day of the month closest to the anchor date,
so February 28 (or 29 in a leap year), then March 31" (https://docs.stripe.com/billing/subscriptions/billing-cycle).
Moments are in Unix seconds, UTC; every boundary is reckoned from the anchor itself, so a short month shortens no other.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime

DAY = 24 * 60 * 60
DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True)
class BillingInterval:
    """The interval of a price: every `count` of a day, week, month or year."""

    interval: str
    count: int

    def boundary(self, anchor: int, number: int) -> int:
        """Return the boundary `number` intervals after the anchor, before it if negative."""
        if self.interval in DAYS:
            return anchor + number * self.count * DAYS[self.interval] * DAY
        return add_months(anchor, number * self.count * MONTHS[self.interval])

    def next_after(self, anchor: int, moment: int) -> int:
        """Return the first boundary later than `moment`."""
        return self.boundary(anchor, self._number_after(anchor, moment))

    def last_before(self, anchor: int, moment: int) -> int:
        """Return the last boundary earlier than `moment`."""
        return self.boundary(anchor, self._number_after(anchor, moment - 1) - 1)

    def _number_after(self, anchor: int, moment: int) -> int:
        """Return which boundary is the first later than `moment`, counted from the anchor; negative before it."""
        if self.interval in DAYS:
            return (moment - anchor) // (self.count * DAYS[self.interval] * DAY) + 1
        month = 31 * DAY if moment >= anchor else 28 * DAY
        number = (moment - anchor) // (month * self.count * MONTHS[self.interval]) - 1
        while self.boundary(anchor, number) <= moment:
            number += 1
        return number


def add_months(moment: int, months: int) -> int:
    """Return the time of day and the day of a later month, its last day where it is shorter."""
    start = datetime.fromtimestamp(moment, UTC)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())
