"""Calls leave no faster than Stripe's limits allow."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from stripe_billing_cli.stripe_api.pacing import Pacer, RateLimits, operation_of


class Time:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def departures(pacer: Pacer, time: Time, operations: list[str]) -> list[tuple[float, str]]:
    left = []
    for operation in operations:
        pacer.wait(operation)
        left.append((time.now, operation))
    return left


def most_in_a_second(moments: list[float]) -> int:
    return max(sum(start <= moment < start + 1 for moment in moments) for start in moments)


@given(st.lists(st.sampled_from(["POST /v1/prices", "POST /v1/products", "GET /v1/prices"]), min_size=1, max_size=300))
def test_no_second_sees_more_calls_than_the_limits_allow(operations: list[str]) -> None:
    time = Time()
    pacer = Pacer(RateLimits(total=40, per_operation=25), time.clock, time.sleep)

    left = departures(pacer, time, operations)

    assert most_in_a_second([moment for moment, _ in left]) <= 40
    for operation in set(operations):
        assert most_in_a_second([moment for moment, own in left if own == operation]) <= 25


def test_the_limits_are_used_and_not_half_of_them() -> None:
    time = Time()
    pacer = Pacer(RateLimits(total=100, per_operation=25), time.clock, time.sleep)

    departures(pacer, time, ["POST /v1/prices"] * 1000)

    assert time.now < 1000 / 25 * 1.1


def test_after_a_429_the_operation_goes_at_half_the_rate_and_finds_its_way_back() -> None:
    time = Time()
    pacer = Pacer(RateLimits(total=100, per_operation=20), time.clock, time.sleep)
    pacer.wait("POST /v1/prices")
    pacer.slow_down("POST /v1/prices", all_operations=False)

    slow = departures(pacer, time, ["POST /v1/prices"] * 20)
    assert most_in_a_second([moment for moment, _ in slow]) <= 11
    for _ in range(100):
        pacer.speed_up("POST /v1/prices")
    started = time.now
    departures(pacer, time, ["POST /v1/prices"] * 40)
    assert time.now - started < 40 / 20 * 1.2


def test_threads_share_one_pace() -> None:
    pacer = Pacer(RateLimits(total=200, per_operation=200))
    moments: list[float] = []

    def work() -> None:
        for _ in range(10):
            pacer.wait("GET /v1/prices")
            moments.append(0)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(moments) == 40


def test_an_operation_is_a_method_and_a_path_without_ids() -> None:
    assert operation_of("post", "/v1/prices") == "POST /v1/prices"
    assert operation_of("post", "/v1/prices/price_1") == operation_of("POST", "/v1/prices/price_2")
    assert operation_of("get", "/v1/account") == "GET /v1/account"
