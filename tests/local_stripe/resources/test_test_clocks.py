"""Test clocks (https://docs.stripe.com/billing/testing/test-clocks): time that passes when it is told to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.local_stripe.conftest import NOW, Local, Refusal
from tests.local_stripe.life import CLOCKS, DAY, Life, moment, price

HOUR = 60 * 60


def test_a_clock_stands_still_until_it_is_moved(local: Local) -> None:
    clock = local.post(CLOCKS, frozen_time=moment("2026-01-01"), name="Renewals")
    assert (clock["status"], clock["frozen_time"], clock["name"]) == ("ready", moment("2026-01-01"), "Renewals")
    assert (clock["created"], clock["deletes_after"]) == (NOW, NOW + 30 * DAY)
    moving = local.post(f"{CLOCKS}/{clock['id']}/advance", frozen_time=moment("2026-02-01"))
    assert moving["status"] == "advancing"
    assert moving["status_details"] == {"advancing": {"target_frozen_time": moment("2026-02-01")}}
    assert local.get(f"{CLOCKS}/{clock['id']}") == {**clock, "frozen_time": moment("2026-02-01")}
    assert [one["id"] for one in local.get(CLOCKS)["data"]] == [clock["id"]]


@pytest.mark.parametrize("to", ["2026-01-01", "2025-12-31"])
def test_a_clock_goes_forward_only(local: Local, to: str) -> None:
    clock = local.post(CLOCKS, frozen_time=moment("2026-01-01"))["id"]
    assert local.refused("post", f"{CLOCKS}/{clock}/advance", frozen_time=moment(to)).param == "frozen_time"


def test_a_clock_goes_two_intervals_of_its_shortest_subscription_at_once(local: Local) -> None:
    """ "Cannot be more than two intervals in the future from the shortest subscription in this test clock. If there are
    no subscriptions in this test clock, it cannot be more than two years" (`TestClockAdvanceParams`)."""
    life = Life.begin(local, "2026-01-01")
    path = f"{CLOCKS}/{life.clock}/advance"
    assert local.refused("post", path, frozen_time=moment("2028-02-01")).param == "frozen_time"
    life.subscribe(price(local, interval="year"))
    life.subscribe(price(local))
    assert local.refused("post", path, frozen_time=moment("2026-03-01") + 1).param == "frozen_time"
    local.post(path, frozen_time=moment("2026-03-01"))


def test_a_clock_has_three_customers_and_each_three_subscriptions(local: Local) -> None:
    """https://docs.stripe.com/billing/testing/test-clocks/api-advanced-usage"""
    life = Life.begin(local)
    for _ in range(2):
        local.post("/v1/customers", test_clock=life.clock)
    assert local.refused("post", "/v1/customers", test_clock=life.clock).param == "test_clock"
    subscription = [life.subscribe(price(local)) for _ in range(3)]
    form = {"customer": life.customer, "items": [{"price": price(local)}]}
    assert local.refused("post", "/v1/subscriptions", **form).param == "customer"
    local.delete(f"/v1/subscriptions/{subscription[0]['id']}")
    life.subscribe(price(local))


def test_deleting_a_clock_deletes_its_customers(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(price(local))
    local.delete(f"{CLOCKS}/{life.clock}")
    assert local.get(f"/v1/customers/{life.customer}")["deleted"] is True
    assert life.subscription(subscription["id"])["status"] == "canceled"
    gone = Refusal(f"No such billingclock: '{life.clock}'", "resource_missing", "id", 404)
    assert local.refused("get", f"{CLOCKS}/{life.clock}") == gone
    assert local.refused("post", "/v1/customers", test_clock=life.clock).param == "test_clock"


def test_a_customer_may_be_put_on_a_new_clock(local: Local) -> None:
    """https://docs.stripe.com/changelog/dahlia/2026-05-27/test-clock-creation-customer-parameter"""
    customer = local.post("/v1/customers")["id"]
    clock = local.post(CLOCKS, frozen_time=moment("2026-01-01"), customer=customer)["id"]
    assert local.get(f"/v1/customers/{customer}")["test_clock"] == clock
    assert local.refused("post", CLOCKS, frozen_time=1, customer=customer).param == "customer"


def test_customers_of_a_clock_are_listed_by_it_only(local: Local) -> None:
    life = Life.begin(local)
    assert local.get("/v1/customers")["data"] == []
    assert [one["id"] for one in local.get("/v1/customers", test_clock=life.clock)["data"]] == [life.customer]


def test_what_does_not_live_by_a_clock_lives_in_real_time(local: Local, clock: Any) -> None:
    customer = local.post("/v1/customers", payment_method="pm_card_visa")["id"]
    [card] = local.get("/v1/payment_methods", customer=customer)["data"]
    local.post(f"/v1/customers/{customer}", invoice_settings={"default_payment_method": card["id"]})
    subscription = local.post("/v1/subscriptions", customer=customer, items=[{"price": price(local)}])
    clock.now += 62 * DAY
    after = local.get(f"/v1/subscriptions/{subscription['id']}")
    assert after["items"]["data"][0]["current_period_start"] > NOW + 50 * DAY
    paid = local.get("/v1/invoices", customer=customer)["data"]
    assert [one["status"] for one in paid] == ["paid", "paid", "paid"]
    assert [one["created"] for one in paid] == sorted((one["created"] for one in paid), reverse=True)


LIVES: Any = {
    "good": {"card": "pm_card_visa"},
    "failing": {"card": "pm_card_chargeCustomerFail", "fails": True},
    "trial": {"card": "pm_card_visa", "trial_period_days": 10},
    "leaving": {"card": "pm_card_visa", "cancel_at_period_end": True},
    "ending": {"card": "pm_card_visa", "cancel_at": moment("2026-03-10")},
    "incomplete": {"card": None, "payment_behavior": "default_incomplete"},
}


def lived(local: Local, kind: str, stops: list[int]) -> Any:
    """Return what became of a subscription of this kind from January 31 on, with the clock stopping at these hours."""
    params = dict(LIVES[kind])
    card, fails = params.pop("card"), params.pop("fails", False)
    life = Life.begin(local, "2026-01-31", "pm_card_visa" if fails else card)
    subscription = life.subscribe(price(local, 1000), **params)
    if fails:
        life.pay_by(card)
    start = moment("2026-01-31")
    for stop in stops:
        local.post(f"{CLOCKS}/{life.clock}/advance", frozen_time=start + stop * HOUR)
    after = life.subscription(subscription["id"])
    invoices = [
        (one["status"], one["created"], one["total"], one["attempt_count"], one["status_transitions"])
        for one in life.invoices(subscription["id"])
    ]
    names = ("status", "billing_cycle_anchor", "cancel_at", "canceled_at", "ended_at", "trial_end", "start_date")
    period = [(item["current_period_start"], item["current_period_end"]) for item in after["items"]["data"]]
    local.delete(f"{CLOCKS}/{life.clock}")
    return {name: after[name] for name in names}, period, invoices


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(LIVES)), stops=st.sets(st.integers(1, 55 * 24 - 1), max_size=12))
def test_step_by_step_or_months_at_once_the_end_is_the_same(local: Local, kind: str, stops: set[int]) -> None:
    whole = [55 * 24]
    assert lived(local, kind, [*sorted(stops), *whole]) == lived(local, kind, whole)
