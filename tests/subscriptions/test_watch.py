"""Looking again and again: what is printed, when it ends, and what it outlasts. Time is the test's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stripe_billing_cli.stripe_api.errors import NetworkError, PermissionMissingError, StripeCallError
from stripe_billing_cli.subscriptions import watch
from tests.subscriptions.conftest import Shop


class Time:
    """Passes only when slept; `then` happens at the end of each sleep."""

    def __init__(self, then: list[Callable[[], object]]) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self._then = then

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)
        if self._then:
            self._then.pop(0)()


def observe(api: Any, id: str, time: Time, seconds: float | None, every: float = 2) -> list[watch.Observation]:
    troubles: list[StripeCallError] = []
    found = watch.observe(
        api, id, every=every, seconds=seconds, clock=time.clock, sleep=time.sleep, on_trouble=troubles.append
    )
    return list(found)


def nothing() -> None:
    """A while in which nothing happens."""


def test_each_change_is_told_once_with_what_differs(shop: Shop) -> None:
    ada = shop.with_card()
    id = shop.subscription(ada["id"], shop.price()["id"])["id"]
    time = Time([nothing, lambda: shop.post(f"/v1/subscriptions/{id}", cancel_at_period_end=True), nothing])

    first, second = observe(shop.api, id, time, seconds=10)

    assert (first.record["status"], first.changed_names) == ("active", ())
    assert {"cancel_at", "cancel_at_period_end", "canceled_at"} == set(second.changed_names)
    assert time.slept == [2, 2, 2, 2, 2]


def test_it_never_sleeps_past_its_end(shop: Shop) -> None:
    id = shop.subscription(shop.with_card()["id"], shop.price()["id"])["id"]
    time = Time([])

    assert len(observe(shop.api, id, time, seconds=3)) == 1
    assert time.slept == [2, 1]


def test_no_time_is_one_look(shop: Shop) -> None:
    id = shop.subscription(shop.with_card()["id"], shop.price()["id"])["id"]
    time = Time([])

    assert len(observe(shop.api, id, time, seconds=0)) == 1
    assert time.slept == []


def test_the_state_of_the_latest_invoice_is_watched(shop: Shop) -> None:
    ada = shop.with_card()
    made = shop.subscription(ada["id"], shop.price()["id"], payment_behavior="default_incomplete")
    time = Time([lambda: shop.post(f"/v1/invoices/{made['latest_invoice']}/pay")])

    _, paid = observe(shop.api, made["id"], time, seconds=2)

    assert {"status", "latest_invoice_status"} <= set(paid.changed_names)
    assert (paid.before or {})["latest_invoice_status"] == "open"


class Flaky:
    """An API whose first looks fail."""

    def __init__(self, api: Any, failures: list[StripeCallError]) -> None:
        self._api = api
        self._failures = failures

    def get(self, path: str, params: Any, **kind: Any) -> Any:
        if self._failures:
            raise self._failures.pop(0)
        return self._api.get(path, params, **kind)


def test_a_lost_connection_is_outlasted(shop: Shop) -> None:
    id = shop.subscription(shop.with_card()["id"], shop.price()["id"])["id"]
    flaky = Flaky(shop.api, [NetworkError("no answer in time"), NetworkError("no answer in time")])

    assert len(observe(flaky, id, Time([]), seconds=10)) == 1


def test_what_will_not_pass_is_raised(shop: Shop) -> None:
    with pytest.raises(PermissionMissingError):
        observe(Flaky(shop.api, [PermissionMissingError("no")]), "sub_1", Time([]), seconds=10)


@pytest.mark.parametrize(
    ("status", "wanted", "prospect"),
    [
        ("active", {"active"}, "reached"),
        ("trialing", {"active", "trialing"}, "reached"),
        ("incomplete", {"active"}, "open"),
        ("past_due", {"active"}, "open"),
        ("active", {"canceled"}, "open"),
        ("canceled", {"active"}, "impossible"),
        ("incomplete_expired", {"active", "trialing"}, "impossible"),
        ("canceled", {"canceled"}, "reached"),
        ("active", {"incomplete"}, "impossible"),
        ("active", {"incomplete_expired"}, "impossible"),
        ("active", {"incomplete_expired", "canceled"}, "open"),
        ("incomplete", {"incomplete_expired"}, "open"),
    ],
)
def test_whether_a_status_can_still_be_reached(status: str, wanted: set[str], prospect: str) -> None:
    assert watch.prospect(status, frozenset(wanted)) == prospect
