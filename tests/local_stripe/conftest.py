"""Calls on the local Stripe as they travel: a method, a path and parameters out; a status, headers and JSON back.

What is to succeed passes both contract checks. What is to be refused is sent as it is, and its answer is checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import stripe
from stripe._encode import _api_encode

from stripe_billing_cli.local_stripe.server import running
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.contract import ContractTransport, check_answer

BASE = "https://api.stripe.com"
SECRET_KEY = "sk_test_local_stripe"
NOW = 1_800_000_000
"""The Unix time at which each test begins."""


@dataclass(frozen=True)
class Refusal:
    """An error of Stripe's, by all that a program may decide by."""

    message: str
    code: str | None = None
    param: str | None = None
    status: int = 400
    type: str = "invalid_request_error"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def refusal(self) -> Refusal:
        error = self.json["error"]
        return Refusal(error["message"], error.get("code"), error.get("param"), self.status, error["type"])


@dataclass
class Clock:
    """The time, which passes only when a test says so."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


class Local:
    """The local Stripe behind any transport of the SDK's, called for a connected account where one is named."""

    def __init__(self, transport: stripe.HTTPClient, base: str = BASE, account: str | None = None) -> None:
        self.transport = transport
        self._checked = ContractTransport(transport)
        self.base = base
        self.account = account

    @property
    def pages(self) -> str:
        """Return what the addresses of the account's pages begin with."""
        return self.base if self.account is None else f"{self.base}/connected/{self.account}"

    def connected(self) -> Local:
        """Return the same local Stripe, called for a new connected account."""
        return Local(self.transport, self.base, self.post("/v1/accounts")["id"])

    def get(self, path: str, /, **params: Any) -> Any:
        return self._done("get", path, params, None)

    def post(self, path: str, /, *, key: str | None = None, **params: Any) -> Any:
        return self._done("post", path, params, key)

    def delete(self, path: str, /) -> Any:
        return self._done("delete", path, {}, None)

    def refused(self, method: str, path: str, /, *, key: str | None = None, **params: Any) -> Refusal:
        """Return the error that answers a call."""
        reply = self.send(method, path, encoded(params), key=key)
        assert reply.status >= 400, reply.text
        return reply.refusal

    def send(
        self,
        method: str,
        path: str,
        form: str = "",
        *,
        key: str | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Reply:
        """Return any call, `form` being its parameters as encoded; only the answer is held against the contract.

        A header that is None is not sent.
        """
        return self._sent(self.transport, method, path, form, key, headers)

    def product(self, **params: Any) -> Any:
        return self.post("/v1/products", **{"name": "Pro", **params})

    def price(self, **params: Any) -> Any:
        """Return a new price, of 15 dollars and of a product of its own where nothing else is said."""
        if "product" not in params and "product_data" not in params:
            params["product"] = self.product()["id"]
        amounts = {"unit_amount", "unit_amount_decimal", "custom_unit_amount", "tiers"}
        amount = {} if amounts & params.keys() else {"unit_amount": 1500}
        return self.post("/v1/prices", **{"currency": "usd", **amount, **params})

    def refused_price(self, **params: Any) -> Refusal:
        """Return the error for a price of an existing product; nothing else may have happened."""
        self.product(id="pro")
        events = self.events()
        refusal = self.refused("post", "/v1/prices", **{"currency": "usd", "product": "pro", **params})
        assert self.events() == events
        return refusal

    def events(self, **params: Any) -> list[Any]:
        """Newest first."""
        events: list[Any] = self.get("/v1/events", limit=100, **params)["data"]
        return events

    def _done(self, method: str, path: str, params: Mapping[str, Any], key: str | None) -> Any:
        reply = self._sent(self._checked, method, path, encoded(params), key, None)
        assert reply.status == 200, reply.text
        return reply.json

    def _sent(
        self,
        transport: stripe.HTTPClient,
        method: str,
        path: str,
        form: str,
        key: str | None,
        headers: Mapping[str, str | None] | None,
    ) -> Reply:
        in_query = method != "post" and form
        named: dict[str, str | None] = {
            "Authorization": f"Bearer {SECRET_KEY}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Idempotency-Key": key,
            "Stripe-Account": self.account,
            **(headers or {}),
        }
        own_headers = {name: value for name, value in named.items() if value is not None}
        url = f"{self.base}{path}?{form}" if in_query else f"{self.base}{path}"
        body, status, answer_headers = transport.request(method, url, own_headers, None if in_query else form)
        text = body.decode() if isinstance(body, bytes) else body
        if status >= 400:
            check_answer(text, status, None, f"{method} {path}")
        return Reply(status, answer_headers, text)


def encoded(params: Mapping[str, Any]) -> str:
    """As the SDK encodes parameters."""
    return urlencode(list(_api_encode(params)))


@contextmanager
def serving(database: Path, *, patience: float = 10, **options: Any) -> Iterator[Local]:
    """The local Stripe over HTTP, called by the SDK's own transport; `patience` in seconds."""
    with running(database, **options) as url:
        transport = stripe.RequestsClient(timeout=patience)
        yield Local(transport, url)
        transport.close()  # type: ignore[no-untyped-call]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "local.db"


@pytest.fixture
def local(database: Path, clock: Clock) -> Iterator[Local]:
    transport = LocalTransport(database, clock=clock)
    yield Local(transport)
    transport.close()
