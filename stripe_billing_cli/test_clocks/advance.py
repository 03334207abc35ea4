"""Moving a test clock on, in as many steps as Stripe asks for. Times are Unix seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import InvalidRequestError
from stripe_billing_cli.stripe_api.lookup import has_ended
from stripe_billing_cli.stripe_api.objects.catalog import Recurring
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.objects.various import TestClock
from stripe_billing_cli.test_clocks.load import PATH, clock_record, find_clock

DAY = 86400
SHORTEST = {"day": DAY, "week": 7 * DAY, "month": 28 * DAY, "year": 365 * DAY}
"""No interval of the kind is shorter."""
INTERVALS_AT_ONCE = 2
"""So many intervals of its shortest subscription a clock may be moved by one call; without one, two years."""
TWO_YEARS = 2 * 365 * DAY
SETTLES_AFTER = 2 * 3600
"""How long after the end of a period its renewal has been charged: Stripe finalises the draft after an hour."""
POLLS = (0.2, 0.5, 1, 2, 3)
"""Seconds between looks at a clock that is advancing; the last for as long as it takes."""


@dataclass(frozen=True)
class AdvanceRequest:
    """The way that the clock with this id or name is to go: to `until`, in Unix seconds, or by `seconds`; neither: to
    where the period that ends first has ended, and its renewal been charged."""

    clock: str
    until: int | None = None
    seconds: int | None = None


@dataclass(frozen=True)
class AdvancePlan:
    """A clock, and the time that it is to show."""

    clock: TestClock
    target: int

    @property
    def is_done(self) -> bool:
        """Return whether the clock shows the time already."""
        return self.target <= self.clock["frozen_time"]

    def apply(
        self, api: StripeApi, timeout: float = 600, on_look: Callable[[TestClock], None] = lambda clock: None
    ) -> AdvanceResult:
        """Move the clock, and wait until it is ready or `timeout` seconds are over; `on_look` gets each look at it.

        Raises `OperationError` if Stripe could not advance it, `StripeCallError`.
        """
        clock = self.clock
        for clock in advance(api, self.clock, self.target, deadline=time.monotonic() + timeout):
            on_look(clock)
        return AdvanceResult(self, clock)


@dataclass(frozen=True)
class AdvanceResult:
    """The clock as it is after the wait."""

    plan: AdvancePlan
    clock: TestClock

    @property
    def is_there(self) -> bool:
        """Return whether Stripe has done all that comes of the time."""
        return self.clock["status"] == "ready" and self.clock["frozen_time"] >= self.plan.target

    def record(self) -> dict[str, Any]:
        """Return the clock as it is printed (docs/output.md)."""
        return clock_record(self.clock)


def plan_advance(api: StripeApi, request: AdvanceRequest) -> AdvancePlan:
    """Read the clock, and decide how far it goes.

    Raises `LookupFailedError`, `StripeCallError`; `OperationError` where nothing on the clock has a period that ends.
    """
    clock = find_clock(api, request.clock)
    if request.until is not None:
        return AdvancePlan(clock, request.until)
    if request.seconds is not None:
        return AdvancePlan(clock, clock["frozen_time"] + request.seconds)
    return AdvancePlan(clock, next_period_end(clock, running_subscriptions(api, clock["id"])))


def running_subscriptions(api: StripeApi, clock: str) -> list[Subscription]:
    """Return the subscriptions on a clock that have not ended."""
    params = {"test_clock": clock, "status": "all"}
    subscriptions = (
        subscription for page in api.pages("/v1/subscriptions", params, kind=Subscription) for subscription in page
    )
    return [subscription for subscription in subscriptions if not has_ended(subscription)]


def next_period_end(clock: TestClock, subscriptions: Sequence[Subscription]) -> int:
    """Return when the period that ends first has ended, and its renewal been charged. Raises `OperationError` without
    any."""
    ends = [
        item["current_period_end"]
        for subscription in subscriptions
        if subscription["status"] not in ("incomplete", "paused")
        for item in subscription["items"]["data"]
        if item["current_period_end"] + SETTLES_AFTER > clock["frozen_time"]
    ]
    if not ends:
        raise OperationError(
            f"no subscription on the clock {clock['id']} has a period that ends", "say how far: 35d, or a date"
        )
    return min(ends) + SETTLES_AFTER


def furthest_step(subscriptions: Sequence[Subscription]) -> int:
    """Return how many seconds the clock may be moved by one call, whatever the time of year.

    An interval that is not known here is taken to be as short as any.
    """
    intervals = [
        _shortest(item["price"]["recurring"])
        for subscription in subscriptions
        for item in subscription["items"]["data"]
    ]
    return min((interval * INTERVALS_AT_ONCE for interval in intervals), default=TWO_YEARS)


def _shortest(recurring: Recurring | None) -> int:
    return SHORTEST.get(recurring["interval"], DAY) * recurring["interval_count"] if recurring else DAY


def advance(
    api: StripeApi, clock: TestClock, target: int, *, deadline: float, sleep: Callable[[float], None] = time.sleep
) -> Iterator[TestClock]:
    """Move the clock to `target`, in as many steps as Stripe asks for, and yield each look at it on the way.

    Ends with a clock that is `ready` at `target`, or, past the `deadline` (of `time.monotonic`), with one that is not.
    Raises `OperationError` if Stripe could not advance it, `StripeCallError`.
    """
    for current in _until_ready(api, clock["id"], deadline, sleep):
        clock = current
        yield clock
    while clock["status"] == "ready" and clock["frozen_time"] < target:
        step = furthest_step(running_subscriptions(api, clock["id"]))
        aim = min(target, clock["frozen_time"] + step)
        _begin(api, clock["id"], aim)
        for current in _until_ready(api, clock["id"], deadline, sleep):
            clock = current
            yield clock


def _begin(api: StripeApi, id: str, aim: int) -> None:
    """Begin the move to `aim`. Another run may have begun one, or have got there, since the clock was looked at."""
    try:
        api.post(f"{PATH}/{id}/advance", {"frozen_time": aim})
    except InvalidRequestError:
        now = api.get(f"{PATH}/{id}", kind=TestClock)
        if now["status"] == "ready" and now["frozen_time"] < aim:
            raise


def _until_ready(api: StripeApi, id: str, deadline: float, sleep: Callable[[float], None]) -> Iterator[TestClock]:
    """Yield the states of a clock until it is ready, or the time is up."""
    for look in count():
        clock = api.get(f"{PATH}/{id}", kind=TestClock)
        if clock["status"] == "internal_failure":
            raise OperationError(f"Stripe could not advance the clock {id}", "delete it, and start with another")
        yield clock
        if clock["status"] == "ready" or time.monotonic() >= deadline:
            return
        sleep(POLLS[min(look, len(POLLS) - 1)])
