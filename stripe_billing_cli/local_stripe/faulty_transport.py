"""The local Stripe as a transport on which calls fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import stripe

from stripe_billing_cli.local_stripe.core.faults import LOST_ANSWERS, Faults, false_answer
from stripe_billing_cli.local_stripe.transport import InProcessTransport, LocalTransport, request_of, sdk_answer

LOSSES = {
    "drop": "Unexpected error communicating with Stripe. (Network error: the connection was closed without an answer)",
    "half": "Unexpected error communicating with Stripe. (Network error: the answer broke off)",
    "timeout": "Request timed out. (Network error: no answer in time)",
}


class SimulatedCrash(BaseException):
    """The program ends here, as if it had been killed. Not an `Exception`, so that nothing rescues it."""


class FaultyTransport(InProcessTransport):
    """A transport that wraps another one with faults on order, as the user of that one sees them.

    What is lost on the way is `APIConnectionError(should_retry=True)`, as from the SDK's own transport.
    """

    name = "faulty"

    def __init__(self, inner: LocalTransport, faults: Faults) -> None:
        super().__init__()
        self.inner = inner
        self._faults = faults

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: Any,
    ) -> tuple[str, int, Mapping[str, str]]:
        request = request_of(method, url, headers, post_data)
        fault = self._faults.next(request.method, request.path)
        if fault is None:
            return self.inner.request(method, url, headers, post_data)
        if fault.when == "after":
            failure = self.inner.router.answer(request, fails=fault.how == "500")
            if fault.how == "500":
                return sdk_answer(failure)
        if fault.how == "crash":
            raise SimulatedCrash(f"{request.method} {request.path}")
        if fault.how in LOST_ANSWERS:
            raise stripe.APIConnectionError(LOSSES[fault.how], should_retry=True)  # type: ignore[no-untyped-call]
        return sdk_answer(false_answer(fault.how, request, self.inner.router.account()["id"]))

    def close(self) -> None:
        self.inner.close()
