"""The pauses between attempts to deliver a webhook.

Stripe says how often and over how long it tries, not when exactly: "up to three days with an exponential back off" in
live mode, "three times over a few hours" in a sandbox (https://docs.stripe.com/webhooks#automatic-retries).
"""

from __future__ import annotations

MINUTE, HOUR = 60.0, 3600.0
TEST = (10 * MINUTE, 1 * HOUR, 3 * HOUR)
LIVE = (5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 12 * HOUR, 12 * HOUR, 12 * HOUR, 12 * HOUR)
SCHEDULES = {"test": TEST, "live": LIVE}


def scaled_pauses(pauses: tuple[float, ...], scale: float) -> tuple[float, ...]:
    """Return the pauses compressed: 0.001 makes seconds of hours."""
    return tuple(pause * scale for pause in pauses)
