"""Moments that a call names: what Stripe takes, and what it says of the others (recorded 2026-08-26.dahlia)."""

from __future__ import annotations

from datetime import UTC, datetime

from stripe_billing_cli.local_stripe.core.errors import invalid

MOST_YEARS = 5


def day(moment: int) -> str:
    """Return the day of a moment, in UTC: `2027-01-15`."""
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def check_future(moment: int, param: str, now: int) -> None:
    """Raise where the moment, in Unix seconds, has passed or is more than five years away."""
    if moment <= now:
        raise invalid(
            f"The parameter `{param}` expects a unix timestamp representing a date and time in the future. You "
            f"specified the value `{moment}` which is in the past.",
            param,
        )
    check_within_five_years(moment, param, now)


def check_within_five_years(moment: int, param: str, now: int) -> None:
    today = datetime.fromtimestamp(now, UTC)
    day = min(today.day, 28) if today.month == 2 else today.day
    if moment > today.replace(year=today.year + MOST_YEARS, day=day).timestamp():
        raise invalid("Invalid timestamp: can be no more than five years in the future.", param)
