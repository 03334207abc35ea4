"""Keeping under Stripe's rate limits, and backing off where they are met all the same.

The limits: 100 requests a second in live mode, 25 in test mode, and 25 a second for each operation in
either (https://docs.stripe.com/rate-limits). An operation is a method and a path with its ids left out.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

MARGIN = 0.03
"""Seconds by which a limit's second is taken to be longer: clocks and networks jitter, and a 429 costs more."""
AFTER_A_429 = 25.0
"""The rate at which to go on where no limit was known."""


@dataclass(frozen=True)
class RateLimits:
    """The limits in requests a second: in all, and for one operation."""

    total: float
    per_operation: float


LIVE = RateLimits(total=100, per_operation=25)
TEST = RateLimits(total=25, per_operation=25)
UNLIMITED = RateLimits(total=float("inf"), per_operation=float("inf"))


def operation_of(method: str, path: str) -> str:
    """Return the operation of a call: `POST /v1/prices/price_123` → `POST /v1/prices/{id}`; a path without an id stays
    as it is."""
    parts = path.strip("/").split("/")
    if len(parts) >= 3:
        parts[2] = "{id}"
    return f"{method.upper()} /{'/'.join(parts)}"


class RateWindow:
    """The moments at which calls of one operation, or of all, leave: never more than the limit in any one second.

    Calls leave at up to twice the limit's pace while the second has room, so that time lost on a busy machine is
    made up for. Not thread-safe by itself.
    """

    def __init__(self, per_second: float) -> None:
        self._limit = per_second
        self._rate = per_second
        self._left: deque[float] = deque(maxlen=int(per_second) if isfinite(per_second) else 1)

    def earliest(self, now: float) -> float:
        if not isfinite(self._rate) or not self._left:
            return now
        moments = [now, self._left[-1] + 0.5 / self._rate]
        at_once = max(1, int(self._rate))
        if len(self._left) >= at_once:
            moments.append(self._left[-at_once] + 1 + MARGIN)
        return max(moments)

    def take(self, at: float) -> None:
        self._left.append(at)

    def slow_down(self) -> None:
        if isfinite(self._rate):
            self._rate = max(self._rate / 2, 1.0)
        else:
            self._rate = AFTER_A_429
            self._left = deque(self._left, maxlen=int(AFTER_A_429))

    def speed_up(self) -> None:
        self._rate = min(self._limit, self._rate * 1.05)


class Pacer:
    """A pacer that gives every call its moment. One instance is shared by all threads of a command."""

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
        self._all = RateWindow(limits.total)
        self._windows: dict[str, RateWindow] = {}

    def wait(self, operation: str) -> None:
        """Sleep until a call of this operation may leave."""
        with self._lock:
            window = self._window_of(operation)
            now = self._clock()
            at = max(window.earliest(now), self._all.earliest(now))
            window.take(at)
            self._all.take(at)
        if at > now:
            self._sleep(at - now)

    def slow_down(self, operation: str, *, all_operations: bool) -> None:
        """Go at half the rate after a 429, in this operation or in all of them."""
        with self._lock:
            (self._all if all_operations else self._window_of(operation)).slow_down()

    def speed_up(self, operation: str) -> None:
        """Go back to the full rate, slowly, after an answer."""
        with self._lock:
            self._window_of(operation).speed_up()
            self._all.speed_up()

    def pause(self, seconds: float) -> None:
        self._sleep(seconds)

    def _window_of(self, operation: str) -> RateWindow:
        window = self._windows.get(operation)
        if window is None:
            window = self._windows[operation] = RateWindow(self._limits.per_operation)
        return window
