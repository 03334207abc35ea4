"""A transport with what the SDK's client leaves to its user: pacing, 429s, truncated answers, a line for each call."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe

from stripe_billing_cli.stripe_api import errors
from stripe_billing_cli.stripe_api.calls import ApiCall, Patience
from stripe_billing_cli.stripe_api.pacing import Pacer, operation_of

API_VERSION = stripe.api_version or ""
"""The version that the SDK speaks and this program expects."""


class PacedTransport(stripe.HTTPClient):
    """The SDK's transport with pacing, patience with 429s and a trace around it. Shared by threads."""

    name = "paced"

    def __init__(
        self,
        inner: stripe.HTTPClient,
        pacer: Pacer,
        patience: Patience,
        trace: Callable[[ApiCall], None],
    ) -> None:
        super().__init__()
        self._inner = inner
        self._pacer = pacer
        self._patience = patience
        self._trace = trace

    def _sleep_time_seconds(self, num_retries: int) -> float:
        return self._patience.pause(num_retries)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: Any,
    ) -> tuple[Any, int, Mapping[str, str]]:
        path = urlsplit(url).path
        operation = operation_of(method, path)
        seconds, attempt = 0.0, 0
        in_use_until = time.monotonic() + self._patience.key_in_use_for
        while True:
            self._pacer.wait(operation)
            body, status, answer_headers = self._once(method, url, path, headers, post_data)
            if _key_in_use(status, body) and time.monotonic() < in_use_until:
                attempt += 1
                time.sleep(min(max(self._patience.pause(attempt), 0.01), 1.0))
                continue
            if status != 429 or seconds >= self._patience.rate_limited_for:
                if status != 429:
                    self._pacer.speed_up(operation)
                return body, status, answer_headers
            attempt += 1
            reason = answer_headers.get("Stripe-Rate-Limited-Reason", "")
            self._pacer.slow_down(operation, all_operations=reason.startswith("global"))
            pause = self._patience.pause(attempt)
            self._pacer.pause(pause)
            seconds += max(pause, 0.01)

    def _once(
        self, method: str, url: str, path: str, headers: Mapping[str, str] | None, post_data: Any
    ) -> tuple[Any, int, Mapping[str, str]]:
        start = time.monotonic()
        status, request_id = None, None
        try:
            body, status, answer_headers = self._inner.request(method, url, headers, post_data)
            request_id = answer_headers.get("Request-Id")
        except stripe.APIConnectionError as error:
            error.should_retry = error.should_retry or _cut_off(error)
            raise
        finally:
            self._trace(ApiCall(method.upper(), path, status, request_id, round((time.monotonic() - start) * 1000)))
        _complete_json(body, status)
        return body, status, answer_headers

    def close(self) -> None:
        self._inner.close()  # type: ignore[no-untyped-call]  # the SDK does not type it


def _cut_off(error: BaseException) -> bool:
    """Return whether the connection broke inside the answer: the SDK does not retry that, though its key makes it
    safe."""
    return type(error.__cause__).__name__ in {"ChunkedEncodingError", "ContentDecodingError"}


def _key_in_use(status: int, body: Any) -> bool:
    """Return whether another call under the same idempotency key is under way (https://docs.stripe.com/error-codes)."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    return status == 409 and "idempotency_key_in_use" in text


def _complete_json(body: Any, status: int) -> None:
    """Stop answers that are not whole JSON objects before the SDK quotes them, page and all, in an error."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    text = text.strip()
    if text.startswith("{"):
        if not text.endswith("}"):
            raise _no_answer("The answer broke off in the middle.")
    elif status < 500:
        raise errors.NotStripeError(f"what answered (HTTP {status}) is not Stripe: it sent no JSON")
    else:
        raise _no_answer(f"HTTP {status} without Stripe's JSON.")


def _no_answer(message: str) -> stripe.APIConnectionError:
    return stripe.APIConnectionError(message, should_retry=True)  # type: ignore[no-untyped-call]  # nor this
