"""Moving a clock: in Stripe's steps, and no longer than one wants to wait."""

from __future__ import annotations

import time
from typing import Any

import pytest

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api.errors import InvalidRequestError
from stripe_billing_cli.test_clocks import advance as clocks

DAY = 86400


class SlowClock:
    """A Stripe with one clock, which takes `looks` looks to advance, or fails to."""

    def __init__(self, looks: int, *, fails: bool = False, subscriptions: Any = ()) -> None:
        self.clock: Any = {"id": "clock_1", "status": "ready", "frozen_time": 0}
        self.advanced: list[int] = []
        self._looks = looks
        self._left = 0
        self._fails = fails
        self._subscriptions = list(subscriptions)

    def get(self, path: str, params: Any = None, *, kind: Any = None) -> Any:
        if self.clock["status"] == "advancing":
            self._left -= 1
            if self._left <= 0:
                done = "internal_failure" if self._fails else "ready"
                self.clock = {**self.clock, "status": done, "frozen_time": self.advanced[-1]}
        return self.clock

    def post(self, path: str, params: Any, idempotency_key: str | None = None, *, kind: Any = None) -> Any:
        self.advanced.append(params["frozen_time"])
        self._left = self._looks
        self.clock = {**self.clock, "status": "advancing"}

    def pages(self, path: str, params: Any, *, kind: Any = None) -> Any:
        yield self._subscriptions


def monthly(status: str = "active", end: int = 30 * DAY, interval: str = "month", count: int = 1) -> Any:
    price = {"recurring": {"interval": interval, "interval_count": count}}
    return {"status": status, "items": {"data": [{"price": price, "current_period_end": end}]}}


def advance(api: Any, target: int, *, deadline: float | None = None) -> tuple[Any, list[float]]:
    pauses: list[float] = []
    until = time.monotonic() + 60 if deadline is None else deadline
    [*_, last] = clocks.advance(api, api.clock, target, deadline=until, sleep=pauses.append)
    return last, pauses


def test_waits_until_the_clock_is_ready_a_little_longer_each_time() -> None:
    clock, pauses = advance(SlowClock(4), 10 * DAY)

    assert (clock["status"], clock["frozen_time"]) == ("ready", 10 * DAY)
    assert pauses == [0.2, 0.5, 1]


def test_gives_up_when_the_time_is_up() -> None:
    clock, _ = advance(SlowClock(4), 10 * DAY, deadline=time.monotonic() - 1)

    assert clock["status"] == "advancing"


def test_a_clock_that_is_still_advancing_is_waited_for_first() -> None:
    api = SlowClock(3)
    api.post("", {"frozen_time": 5 * DAY})

    clock, _ = advance(api, 10 * DAY)

    assert api.advanced == [5 * DAY, 10 * DAY]
    assert clock["frozen_time"] == 10 * DAY


class OvertakenClock(SlowClock):
    """A clock that another run begins to move, as far as `ahead`, between each look and the call."""

    def __init__(self, ahead: int) -> None:
        super().__init__(2)
        self._ahead = ahead

    def post(self, path: str, params: Any, idempotency_key: str | None = None, *, kind: Any = None) -> Any:
        if not self.advanced:
            super().post(path, {"frozen_time": self._ahead})
        raise InvalidRequestError("Test clock advancement underway - cannot perform modifications.")


def test_a_clock_that_another_run_moves_there_is_waited_for() -> None:
    clock, _ = advance(OvertakenClock(10 * DAY), 10 * DAY)

    assert (clock["status"], clock["frozen_time"]) == ("ready", 10 * DAY)


def test_a_clock_that_another_run_moves_not_far_enough_is_not_called_moved() -> None:
    with pytest.raises(InvalidRequestError):
        advance(OvertakenClock(5 * DAY), 10 * DAY)


def test_a_clock_that_stripe_could_not_advance_is_told() -> None:
    with pytest.raises(OperationError, match="could not advance"):
        advance(SlowClock(1, fails=True), 10 * DAY)


@pytest.mark.parametrize(
    ("subscriptions", "steps"),
    [
        ([], [400 * DAY]),
        ([monthly()], [56 * DAY * step for step in range(1, 8)] + [400 * DAY]),
        ([monthly(interval="year")], [400 * DAY]),
        ([monthly(count=3), monthly(interval="year")], [168 * DAY, 336 * DAY, 400 * DAY]),
        ([monthly(status="canceled")], [400 * DAY]),
    ],
)
def test_goes_in_steps_of_two_intervals_of_the_shortest_subscription(subscriptions: Any, steps: list[int]) -> None:
    api = SlowClock(1, subscriptions=subscriptions)

    advance(api, 400 * DAY)

    assert api.advanced == steps


class TestNextPeriodEnd:
    def test_is_when_the_earliest_renewal_has_been_charged(self) -> None:
        found = clocks.next_period_end({"id": "clock_1", "frozen_time": 0}, [monthly(end=30), monthly(end=20)])
        assert found == 20 + clocks.SETTLES_AFTER

    def test_is_not_one_that_has_been_settled(self) -> None:
        clock = {"id": "clock_1", "frozen_time": 20 + clocks.SETTLES_AFTER}
        assert clocks.next_period_end(clock, [monthly(end=30 * DAY), monthly(end=20)]) > 30 * DAY

    @pytest.mark.parametrize("status", ["incomplete", "paused"])
    def test_needs_a_subscription_whose_periods_turn(self, status: str) -> None:
        with pytest.raises(OperationError):
            clocks.next_period_end({"id": "clock_1", "frozen_time": 0}, [monthly(status)])
