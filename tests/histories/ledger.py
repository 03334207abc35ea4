"""What the use of licensed prices is worth: price × quantity × time / period, in exact fractions.

Nothing of this is shared with the local Stripe or the commands: it is the other side of the account.
"""

from __future__ import annotations

from calendar import monthrange, timegm
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from typing import Literal

WEEK = 7 * 86400
MONTHS = {"month": 1, "year": 12}
Interval = Literal["week", "month", "year"]


@dataclass(frozen=True)
class Plan:
    """A price: `amount` in minor units for each period of an `interval`."""

    key: str
    amount: int
    interval: Interval


@dataclass
class Use:
    """An item in use `since` a moment, in periods counted from `anchor` (Unix seconds)."""

    plan: Plan
    quantity: int
    since: int
    anchor: int


@dataclass
class Ledger:
    """The items in use, and what the time used before was worth, in minor units."""

    anchor: int
    items: dict[str, Use] = field(default_factory=dict)
    used: Fraction = Fraction(0)

    def start(self, plan: Plan, quantity: int, at: int) -> None:
        self.items[plan.key] = Use(plan, quantity, at, self.anchor)

    def stop(self, key: str, at: int) -> None:
        use = self.items.pop(key)
        self.used += worth(use, at)

    def restart(self, at: int) -> None:
        """Begin a new period of all items."""
        self.anchor = at
        for use in self.items.values():
            self.used += worth(use, at)
            use.since = use.anchor = at

    def close(self, at: int) -> Fraction:
        """Return what all time until `at` was worth."""
        for key in list(self.items):
            self.stop(key, at)
        return self.used

    def period_end(self, key: str, at: int) -> int:
        """Return when the item's period ends in which a moment lies."""
        use = self.items[key]
        return next(end for _, end in periods(use.anchor, use.plan.interval) if end > at)


def worth(use: Use, until: int) -> Fraction:
    """Return what an item was worth until a moment."""
    total = Fraction(0)
    for start, end in periods(use.anchor, use.plan.interval):
        if start >= until:
            break
        seconds = max(0, min(end, until) - max(start, use.since))
        total += Fraction(use.plan.amount * use.quantity * seconds, end - start)
    return total


def periods(anchor: int, interval: Interval) -> Iterator[tuple[int, int]]:
    """Give the periods from the anchor on, without end: a month has the anchor's day, or its last."""
    number = 0
    while True:
        yield later(anchor, interval, number), later(anchor, interval, number + 1)
        number += 1


def later(anchor: int, interval: Interval, number: int) -> int:
    """Return the moment so many intervals after the anchor."""
    if interval == "week":
        return anchor + number * WEEK
    at = datetime.fromtimestamp(anchor, UTC)
    years, month = divmod(at.month - 1 + number * MONTHS[interval], 12)
    day = min(at.day, monthrange(at.year + years, month + 1)[1])
    return timegm((at.year + years, month + 1, day, at.hour, at.minute, at.second))
