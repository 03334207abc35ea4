"""What time it is for an object: real time, or the frozen time of its test clock."""

from __future__ import annotations

from dataclasses import replace

from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.store import Object

KIND = "test_helpers.test_clock"


def at_time_of(call: Call, held: Object) -> Call:
    """The call as of the moment at which `held` lives: a customer, or what belongs to one."""
    clock = held.get("test_clock")
    if clock is None:
        return call
    found = call.store.get(KIND, clock)
    return call if found is None else replace(call, now=found["frozen_time"])


def by_itself(call: Call, now: int, *, real: bool) -> Call:
    """As time passes, without a request; `real` if it is real time that does."""
    real_now = now if real else call.real_now
    return replace(call, now=now, real_now=real_now, request_id=None, idempotency_key=None)
