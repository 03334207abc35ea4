"""The time of an object: real time, or the frozen time of its test clock."""

from __future__ import annotations

from dataclasses import replace

from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import all_with
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "test_helpers.test_clock"


def at_time_of(call: Call, owner: Object | None) -> Call:
    """Return the call as of the moment at which `owner` lives: a customer, or what belongs to one; None lives now."""
    clock = owner.get("test_clock") if owner else None
    if clock is None:
        return call
    test_clock = call.store.get(KIND, clock)
    return call if test_clock is None else replace(call, now=test_clock["frozen_time"])


def at_time_of_customer(call: Call, id: str | None) -> Call:
    """Return the call as of the moment at which the customer with this id lives, if there is one."""
    return at_time_of(call, call.store.get("customer", id) if id else None)


def by_itself(call: Call, now: int, *, real: bool) -> Call:
    """Return the call of what happens as time passes, without a request; `real` if it is real time that does."""
    real_now = now if real else call.real_now
    return replace(call, now=now, real_now=real_now, request_id=None, idempotency_key=None)


MOST_CUSTOMERS, MOST_SUBSCRIPTIONS = 3, 3
"""https://docs.stripe.com/billing/testing/test-clocks/api-advanced-usage#test-clock-api-limitations"""


def check_room_for_customer(call: Call, clock: str) -> None:
    customers = [
        customer for customer in all_with(call, "customer", "test_clock", clock) if not customer.get("deleted")
    ]
    if len(customers) >= MOST_CUSTOMERS:
        raise invalid(f"Test clocks can have up to {MOST_CUSTOMERS} customers.", "test_clock")


def check_room_for_subscription(call: Call, customer: Object) -> None:
    if customer["test_clock"] is None:
        return
    subscriptions = [
        subscription
        for subscription in all_with(call, "subscription", "customer", customer["id"])
        if subscription["status"] not in ("canceled", "incomplete_expired")
    ]
    if len(subscriptions) >= MOST_SUBSCRIPTIONS:
        raise invalid(
            f"Customers with a test clock can have up to {MOST_SUBSCRIPTIONS} subscriptions that are not canceled.",
            "customer",
        )
