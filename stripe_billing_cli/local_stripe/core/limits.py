"""Rate limits (https://docs.stripe.com/rate-limits): so many calls a second, in all and for one operation."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from stripe_billing_cli.local_stripe.core.errors import ApiError

GLOBAL, ENDPOINT = "global-rate", "endpoint-rate"
"""Values of the header `Stripe-Rate-Limited-Reason`."""

WINDOW_SECONDS = 1.0


@dataclass(frozen=True)
class RateLimit:
    """A limit of calls in any one second. Stripe's live mode is `RateLimit(100, 25)`, test mode `RateLimit(25, 25)`."""

    total_per_second: int
    per_operation_per_second: int


def too_many_requests(reason: str) -> ApiError:
    """Return the 429; `reason` is one of those above. The call did not happen."""
    return ApiError(
        429,
        "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
        "rate_limit",
        headers={"Stripe-Rate-Limited-Reason": reason},
    )


class Window:
    """The moments of the last second."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._moments: deque[float] = deque()

    def full(self, now: float) -> bool:
        while self._moments and self._moments[0] <= now - WINDOW_SECONDS:
            self._moments.popleft()
        return len(self._moments) >= self._most

    def add(self, now: float) -> None:
        self._moments.append(now)


class Limiter:
    """Counts the calls that were let through. May be shared by threads; `clock` gives seconds."""

    def __init__(self, limit: RateLimit, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._all = Window(limit.total_per_second)
        self._operations: dict[str, Window] = {}

    def check(self, operation: str) -> None:
        """Count a call, or raise the 429 that answers it."""
        with self._lock:
            now = self._clock()
            own = self._operations.setdefault(operation, Window(self._limit.per_operation_per_second))
            if self._all.full(now):
                raise too_many_requests(GLOBAL)
            if own.full(now):
                raise too_many_requests(ENDPOINT)
            self._all.add(now)
            own.add(now)
