"""Calls of a command that come to grief, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import stripe

from stripe_billing_cli.local_stripe.core.faults import Fault, Faults
from stripe_billing_cli.local_stripe.faulty_transport import FaultyTransport, SimulatedCrash
from stripe_billing_cli.local_stripe.transport import LocalTransport
from stripe_billing_cli.stripe_api.pacing import operation_of
from tests.conftest import Billing, Ran


class Meanwhile(stripe.HTTPClient):
    """A transport in whose midst something else happens: `act` runs before the call number `nth` of an operation."""

    name = "meanwhile"

    def __init__(self, inner: stripe.HTTPClient, operation: str, nth: int, act: Callable[[], object]) -> None:
        super().__init__()
        self._inner = inner
        self._operation = operation
        self._left = nth
        self._act = act

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        if operation_of(method, urlsplit(url).path) == self._operation:
            self._left -= 1
            if self._left == 0:
                self._act()
        return self._inner.request(method, url, headers, post_data)

    def close(self) -> None:
        self._inner.close()  # type: ignore[no-untyped-call]


@contextmanager
def meanwhile(billing: Billing, operation: str, nth: int, act: Callable[[], object]) -> Iterator[None]:
    """Within it, `act` runs before a command's call number `nth` (from 1) of this operation."""
    billing.wrap.append(lambda inner: Meanwhile(inner, operation, nth, act))
    try:
        yield
    finally:
        billing.wrap.pop()


@contextmanager
def failing(billing: Billing, *faults: str | Fault) -> Iterator[None]:
    """Make the calls of commands fail as `faults` say (`local_stripe/core/faults.py`)."""
    all_faults = [Fault.parse(fault) if isinstance(fault, str) else fault for fault in faults]

    def around(transport: stripe.HTTPClient) -> stripe.HTTPClient:
        assert isinstance(transport, LocalTransport)
        return FaultyTransport(transport, Faults(all_faults))

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
