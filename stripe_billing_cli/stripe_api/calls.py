"""A call as `--verbose` prints it, and how long trouble is sat out before it is reported."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class ApiCall:
    """A call of the API, as `--verbose` prints it: no parameters, no secrets."""

    method: str
    path: str
    status: int | None
    request_id: str | None
    milliseconds: int


@dataclass(frozen=True)
class Patience:
    """The time for which trouble is sat out before it is reported.

    Retries of a lost or failed call, seconds of 429s, and seconds that another run's call under the same idempotency
    key may take, each time: its answer is ours as well.
    """

    retries: int = 3
    first_pause: float = 0.5
    longest_pause: float = 5.0
    rate_limited_for: float = 90.0
    key_in_use_for: float = 10.0

    def pause(self, attempt: int) -> float:
        """Return the seconds before attempt number `attempt` (from 1): doubling, with jitter."""
        longest: float = min(self.first_pause * 2.0 ** (attempt - 1), self.longest_pause)
        return longest * random.uniform(0.5, 1)
