"""Deleting a test clock, with its customers and their subscriptions."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import NotFoundError
from stripe_billing_cli.stripe_api.objects.various import TestClock
from stripe_billing_cli.test_clocks.load import PATH, clock_record, find_clock


@dataclass(frozen=True)
class DeleteResult:
    """The clock as it was."""

    clock: TestClock

    def record(self) -> dict[str, Any]:
        """Return the deletion as it is printed (docs/output.md)."""
        return {**clock_record(self.clock), "deleted": True}


@dataclass(frozen=True)
class DeletePlan:
    """The clock that is going to be deleted."""

    clock: TestClock

    def apply(self, api: StripeApi) -> DeleteResult:
        """Delete the clock; one that is gone already is a success. Raises `StripeCallError`."""
        with suppress(NotFoundError):
            api.delete(f"{PATH}/{self.clock['id']}")
        return DeleteResult(self.clock)


def plan_delete(api: StripeApi, name: str) -> DeletePlan:
    """Read the clock with this id or name. Raises `LookupFailedError`, `StripeCallError`."""
    return DeletePlan(find_clock(api, name))
