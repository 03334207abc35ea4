"""Keeping under Stripe's rate limits, and backing off where they are met all the same.

The limits: 100 requests a second in live mode, 25 in test mode, and 25 a second for each operation in
either (https://docs.stripe.com/rate-limits). An operation is a method and a path with its ids left out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

SAFETY = 0.97
"""The share of a limit that is used: clocks and networks jitter, and a 429 costs more than it gains."""


@dataclass(frozen=True)
class RateLimits:
    """Requests a second: in all, and for one operation."""

    total: float
    per_operation: float


LIVE = RateLimits(total=100, per_operation=25)
TEST = RateLimits(total=25, per_operation=25)
UNLIMITED = RateLimits(total=float("inf"), per_operation=float("inf"))


def operation_of(method: str, path: str) -> str:
    """`POST /v1/prices/price_123` → `POST /v1/prices/{id}`; a path without an id stays as it is."""
    parts = path.strip("/").split("/")
    if len(parts) >= 3:
        parts[2] = "{id}"
    return f"{method.upper()} /{'/'.join(parts)}"


class Lane:
    """A row of evenly spaced moments, each given out once. Not thread-safe by itself."""

    def __init__(self, per_second: float) -> None:
        self.limit = per_second
        self.rate = per_second
        self.next_free = 0.0

    def earliest(self, now: float) -> float:
        return max(now, self.next_free)

    def take(self, at: float) -> None:
        self.next_free = at + 1 / (self.rate * SAFETY)

    def slow_down(self) -> None:
        self.rate = max(self.rate / 2, 1.0) if self.rate != float("inf") else 25.0

    def speed_up(self) -> None:
        self.rate = min(self.limit, self.rate * 1.05)


class Pacer:
    """Gives every call its moment. One instance is shared by all threads of a command."""

    def __init__(
        self,
        limits: RateLimits,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._all = Lane(limits.total)
        self._lanes: dict[str, Lane] = {}

    def wait(self, operation: str) -> None:
        """Sleep until a call of this operation may leave."""
        with self._lock:
            lane = self._lane(operation)
            now = self._clock()
            at = max(lane.earliest(now), self._all.earliest(now))
            lane.take(at)
            self._all.take(at)
        if at > now:
            self._sleep(at - now)

    def refused(self, operation: str, *, everything: bool) -> None:
        """A 429 came: go at half the rate from here on, in this operation or in all of them."""
        with self._lock:
            (self._all if everything else self._lane(operation)).slow_down()

    def accepted(self, operation: str) -> None:
        """An answer came: find the way back to the full rate, slowly."""
        with self._lock:
            self._lane(operation).speed_up()
            self._all.speed_up()

    def pause(self, seconds: float) -> None:
        self._sleep(seconds)

    def _lane(self, operation: str) -> Lane:
        lane = self._lanes.get(operation)
        if lane is None:
            lane = self._lanes[operation] = Lane(self._limits.per_operation)
        return lane
