"""The local Stripe as a transport of the SDK's: the same calls, answered in process."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import stripe
from requests.structures import CaseInsensitiveDict

from stripe_billing_cli.local_stripe.api import API
from stripe_billing_cli.local_stripe.core import page_addresses
from stripe_billing_cli.local_stripe.core.messages import Answer, Request
from stripe_billing_cli.local_stripe.core.requests import ServedApi
from stripe_billing_cli.local_stripe.core.router import Router
from stripe_billing_cli.local_stripe.core.store import Store


class InProcessTransport(stripe.HTTPClient):
    """A transport of the SDK's that answers in this process: its calls of other forms follow from `request`."""

    def request_stream(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: Any,
    ) -> tuple[io.BytesIO, int, Mapping[str, str]]:
        """Return the answer as the SDK takes a file: to be read."""
        body, status, answer_headers = self.request(method, url, headers, post_data)
        return io.BytesIO(body.encode()), status, answer_headers

    async def request_async(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: Any,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Return the answer to a call of the SDK's `…_async`: at once, since nothing is waited for."""
        body, status, answer_headers = self.request(method, url, headers, post_data)
        return body.encode(), status, answer_headers

    async def request_stream_async(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: Any,
    ) -> tuple[AsyncIterator[bytes], int, Mapping[str, str]]:
        body, status, answer_headers = await self.request_async(method, url, headers, post_data)
        return _in_one_piece(body), status, answer_headers

    def sleep_async(self, secs: float) -> Awaitable[None]:
        return asyncio.sleep(secs)

    async def close_async(self) -> None:
        self.close()  # type: ignore[no-untyped-call]


async def _in_one_piece(body: bytes) -> AsyncIterator[bytes]:
    yield body


class LocalTransport(InProcessTransport):
    """The local Stripe as a transport: its state lives in the file `path`; `clock` gives Unix seconds; `api` is what it
    answers. May be shared by threads.

    Raises `LocalStripeError`, here and in calls, where the file cannot be used.
    """

    name = "local"

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time, api: ServedApi = API) -> None:
        super().__init__()
        self.store = Store(path)
        self.pages_at = page_addresses.BASE
        """Where the pages that answers name are served, if they are."""
        self.router = Router(self.store, clock, api)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: Any,
    ) -> tuple[str, int, Mapping[str, str]]:
        answer = self.router.answer(request_of(method, url, headers, post_data))
        return sdk_answer(replace(answer, body=page_addresses.with_base(answer.body, self.pages_at)))

    def close(self) -> None:
        self.router.close()


def request_of(method: str, url: str, headers: Mapping[str, str] | None, post_data: Any) -> Request:
    """Return the SDK's call as a `Request`."""
    address = urlsplit(url)
    body = post_data.decode() if isinstance(post_data, bytes) else post_data or ""
    lowercase_headers = {name.lower(): value for name, value in (headers or {}).items()}
    return Request(method.upper(), unquote(address.path), address.query, body, lowercase_headers)


def sdk_answer(answer: Answer) -> tuple[str, int, Mapping[str, str]]:
    """Return an `Answer` as the SDK takes it."""
    return answer.body, answer.status, CaseInsensitiveDict(answer.headers)
