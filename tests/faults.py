"""Calls of a command that come to grief, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import stripe

from stripe_billing_cli.local_stripe.faults import Fault, SimulatedCrash
from stripe_billing_cli.local_stripe.transport import FaultyTransport, LocalTransport
from tests.conftest import Billing, Ran


@contextmanager
def failing(billing: Billing, *faults: str | Fault) -> Iterator[None]:
    """Within it, the calls of commands fail as told (`local_stripe/faults.py`)."""
    parsed = [Fault.parse(fault) if isinstance(fault, str) else fault for fault in faults]

    def around(transport: stripe.HTTPClient) -> stripe.HTTPClient:
        assert isinstance(transport, LocalTransport)
        return FaultyTransport(transport, parsed)

    billing.wrap.append(around)
    try:
        yield
    finally:
        billing.wrap.pop()


def crash_at_every_call(billing: Billing, run: Callable[[], Ran]) -> Iterator[str]:
    """Run a command, killed before and after its first call, its second, … until it gets through; where, each time."""
    number = 0
    while True:
        number += 1
        for when in ("before", "after"):
            ended = _crashed(billing, run, Fault(number, when, "crash"))
            if ended is not None:
                assert ended.code == 0, ended.err
                return
            yield f"{when} call {number}"


def _crashed(billing: Billing, run: Callable[[], Ran], fault: Fault) -> Ran | None:
    with failing(billing, fault):
        try:
            return run()
        except SimulatedCrash:
            return None
