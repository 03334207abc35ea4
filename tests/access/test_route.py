"""`GET /access/{customer}`: read-only, for whoever has the token."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from starlette.applications import Starlette

from stripe_billing_cli.access.route import access_route
from stripe_billing_cli.events.store import Access, Store, open_store
from tests.stores import Clock

TOKEN = "a-token-for-the-service"


@pytest.fixture
def store(tmp_path: Path, made_file: Path, clock: Clock) -> Iterator[Store]:
    shutil.copy(made_file, tmp_path / "events.db")
    with open_store(str(tmp_path / "events.db"), clock=clock) as store:
        now = int(clock())
        rows = [
            Access("cus_1", "product", "pro", True, 1, now + 60, "active", "sub_1"),
            Access("cus_1", "feature", "sso", False, None, None, "paused"),
        ]
        store.access.replace("cus_1", rows)
        yield store


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Service:
    """The route, called as a server calls it."""

    application: Starlette

    def ask(self, url: str, method: str = "GET", authorization: str = f"Bearer {TOKEN}") -> Answer:
        return asyncio.run(self._asked(url, method, authorization))

    async def _asked(self, url: str, method: str, authorization: str) -> Answer:
        parts = urlsplit(url)
        scope = {
            "type": "http",
            "method": method,
            "path": unquote(parts.path),
            "query_string": parts.query.encode(),
            "headers": [(b"authorization", authorization.encode("latin-1"))] if authorization else [],
        }
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b""}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.application(scope, receive, send)
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


@pytest.fixture
def service(store: Store) -> Service:
    return Service(Starlette(routes=[access_route(store, TOKEN)]))


def test_what_a_customer_may_use(service: Service) -> None:
    answer = service.ask("/access/cus_1")

    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json
    assert (body["customer"], body["access"]) == ("cus_1", True)
    assert [(row["key"], row["access"]) for row in body["products"]] == [("pro", True)]
    assert [(row["key"], row["access"], row["reason"]) for row in body["features"]] == [("sso", False, "paused")]


def test_time_passes_without_anybody_writing(service: Service, clock: Clock) -> None:
    clock.now += 60

    assert service.ask("/access/cus_1").json["access"] is False


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("product=pro", True),
        ("feature=sso", False),
        ("product=other", False),
        ("product=pro&feature=sso", False),
        ("product=pro&feature=other", False),
    ],
)
def test_one_product_or_feature(service: Service, query: str, expected: bool) -> None:
    answer = service.ask(f"/access/cus_1?{query}")

    assert (answer.status, answer.json["access"]) == (200, expected)


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer ümlaut".encode().decode("latin-1")],
)  # fmt: skip
def test_without_the_token_nothing_is_told(service: Service, authorization: str) -> None:
    known = service.ask("/access/cus_1", authorization=authorization)
    unknown = service.ask("/access/cus_2", authorization=authorization)

    assert known.status == unknown.status == 401
    assert known.headers["www-authenticate"] == "Bearer"
    assert known.body == unknown.body


@pytest.mark.parametrize("customer", ["cus_2", "cus_1%00", "a%20b", "x" * 300, "%F0%9F%98%80"])
def test_a_customer_who_is_not_known(service: Service, customer: str) -> None:
    assert service.ask(f"/access/{customer}").status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_it_is_read_only(service: Service, method: str) -> None:
    assert service.ask("/access/cus_1", method).status == 405


def test_a_store_that_is_away(service: Service, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from stripe_billing_cli.events.store import StoreError

    def away(customer: str) -> list[Access]:
        raise StoreError("gone", "wait", transient=True)

    monkeypatch.setattr(store.access, "for_customer", away)

    answer = service.ask("/access/cus_1")

    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
