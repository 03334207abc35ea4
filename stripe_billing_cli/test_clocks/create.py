"""Making a test clock."""

from __future__ import annotations

from dataclasses import dataclass

from stripe_billing_cli.stripe_api.client import Object, StripeApi
from stripe_billing_cli.test_clocks.load import PATH


@dataclass(frozen=True)
class ClockRequest:
    """A clock that shows `at`, in Unix seconds, at first."""

    at: int
    name: str | None = None


def create_clock(api: StripeApi, request: ClockRequest) -> Object:
    """Make a clock, and return it. Raises `StripeCallError`."""
    return api.post(PATH, {"frozen_time": request.at, **({"name": request.name} if request.name else {})}).body
