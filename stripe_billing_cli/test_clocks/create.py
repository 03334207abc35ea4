"""Making a test clock."""

from __future__ import annotations

from dataclasses import dataclass

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.various import TestClock
from stripe_billing_cli.test_clocks.load import PATH


@dataclass(frozen=True)
class ClockRequest:
    """A clock that shows `at`, in Unix seconds, at first."""

    at: int
    name: str | None = None


def create_clock(api: StripeApi, request: ClockRequest) -> TestClock:
    """Make a clock, and return it. Raises `StripeCallError`."""
    name = {"name": request.name} if request.name else {}
    return api.post(PATH, {"frozen_time": request.at, **name}, kind=TestClock).body
