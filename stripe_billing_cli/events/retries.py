"""Retries of handlers that failed: when each is called again, and when it is given up.

As patient as Stripe, which delivers an event for up to three days (https://docs.stripe.com/webhooks#retries).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

CRASHES = 100
"""Attempts after which an event that was never heard of again is given up: each may have ended its listener."""


@dataclass(frozen=True)
class Retries:
    """The time for which a handler is called again, and the pauses in between. Times are in seconds.

    `give_up` counts from the first attempt. `attempts`, where set, limits their number as well.
    """

    give_up: float = 3 * 86_400.0
    attempts: int | None = None
    first_pause: float = 2.0
    longest_pause: float = 4 * 3600.0

    def pause(self, attempts: int) -> float:
        """Return the seconds after so many attempts: doubling, with jitter, so that not all is tried again together."""
        longest: float = min(self.first_pause * 2.0 ** min(attempts - 1, 40), self.longest_pause)
        return longest * random.uniform(0.5, 1)

    def next_pause(self, attempts: int, since_first: float) -> float | None:
        """Return seconds until the next attempt, None where there is none: the last one is made when the time is up."""
        seconds_left = self.give_up - since_first
        if seconds_left <= 0 or (self.attempts is not None and attempts >= self.attempts):
            return None
        return min(self.pause(attempts), seconds_left)

    def worn_out(self, attempts: int) -> bool:
        """Return whether so many attempts are begun, this one among them, that none of them can have come to an end."""
        return attempts > (CRASHES if self.attempts is None else self.attempts)


FOR_EVER = Retries(give_up=float("inf"), longest_pause=600.0)
"""For what has to become right in the end, however long Stripe or the key is out of order."""
