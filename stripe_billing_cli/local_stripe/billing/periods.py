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
SHORTEST_SECONDS = {"day": DAY, "week": 7 * DAY, "month": 28 * DAY, "year": 365 * DAY}


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
        number = (moment - anchor) // (31 * DAY * self.count * MONTHS.get(self.interval, 1)) - 1
        if self.interval in DAYS:
            number = (moment - anchor) // (self.count * DAYS[self.interval] * DAY)
        while self.boundary(anchor, number) <= moment:
            number += 1
        return self.boundary(anchor, number)

    def last_before(self, anchor: int, moment: int) -> int:
        """Return the last boundary earlier than `moment`."""
        number = (moment - anchor) // self.shortest() + 1
        while self.boundary(anchor, number) >= moment:
            number -= 1
        return self.boundary(anchor, number)

    def shortest(self) -> int:
        """Return the seconds of the shortest period."""
        return SHORTEST_SECONDS[self.interval] * self.count


def add_months(moment: int, months: int) -> int:
    """Return the time of day and the day of a later month, its last day where it is shorter."""
    start = datetime.fromtimestamp(moment, UTC)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())
