"""The server itself: its log, its latency, its port."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import stripe

from stripe_billing_cli.local_stripe.core.errors import LocalStripeError
from stripe_billing_cli.local_stripe.core.faults import Fault, Faults
from stripe_billing_cli.local_stripe.core.router import Router
from stripe_billing_cli.local_stripe.server import LocalServer, running
from tests.local_stripe.conftest import NOW, serving


def test_each_call_is_a_line_in_the_log_without_its_parameters(database: Path) -> None:
    lines: list[str] = []
    faults = [Fault.parse("drop before 1 GET /v1/prices"), Fault.parse("500 before 1 GET /v1/events")]

    with serving(database, log=lines.append, faults=Faults(faults)) as local:
        local.product(id="pro", metadata={"secret": "word"})
        local.send("get", "/v1/products/pro", "expand[]=default_price")
        local.send("get", "/v1/nothing")
        local.send("get", "/v1/events")
        with pytest.raises(stripe.APIConnectionError):
            local.get("/v1/prices")

    assert [re.sub(r"\d+ ms$", "# ms", line) for line in lines] == [
        "POST /v1/products 200 # ms",
        "GET /v1/products/pro 200 # ms",
        "GET /v1/nothing 404 # ms",
        "GET /v1/events 500 # ms",
        "GET /v1/prices drop # ms",
    ]


def test_a_path_in_the_log_begins_no_line_and_steers_nothing(database: Path) -> None:
    lines: list[str] = []

    with serving(database, log=lines.append) as local:
        local.send("get", "/v1/%0d%0aGET%20/v1/customers%1b[31m%9b%e2%80%ae<b>")

    assert [line.rpartition(" 404 ")[0] for line in lines] == [
        "GET /v1/%0D%0AGET%20/v1/customers%1B[31m%EF%BF%BD%E2%80%AE%3Cb%3E"
    ]


def test_latency_is_added_to_each_answer(database: Path) -> None:
    with serving(database, latency_ms=60) as local:
        started = time.monotonic()
        local.get("/v1/products")
        assert time.monotonic() - started >= 0.06


def test_a_port_is_listened_on_by_one(database: Path) -> None:
    with serving(database) as local:
        port = urlsplit(local.base).port
        assert port is not None

        with pytest.raises(LocalStripeError, match=f"cannot listen on 127.0.0.1, port {port}: address already in use"):
            LocalServer(path=database, port=port)

        assert local.get("/v1/products")["data"] == []


def test_calls_are_handed_to_threads_only_where_there_are_several_connections(database: Path) -> None:
    answering: set[str] = set()

    def clock() -> float:
        answering.add(threading.current_thread().name)
        return NOW

    def is_by_thread(url: str) -> bool:
        answering.clear()
        requests.get(f"{url}/v1/products", headers={"Authorization": "Bearer sk_test_123"}, timeout=10)
        return any(name.startswith("local-stripe") for name in answering)

    with running(database, clock=clock) as url:
        assert not is_by_thread(url)
        with requests.Session() as other:
            other.get(url, timeout=10)
            assert is_by_thread(url)


def test_a_server_that_stopped_leaves_its_port_and_its_state(database: Path) -> None:
    with serving(database) as local:
        port = urlsplit(local.base).port
        local.product(id="pro")

    with serving(database, port=port) as local:
        assert urlsplit(local.base).port == port
        assert local.get("/v1/products/pro")["name"] == "Pro"


def test_an_account_is_emptied_by_a_call_only_where_that_is_allowed(tmp_path: Path) -> None:
    def reset(url: str, **headers: str) -> requests.Response:
        key = {"Authorization": "Bearer sk_test_123", **headers}
        return requests.post(f"{url}/_local/reset", headers=key, timeout=10)

    with running(tmp_path / "local.db") as url:
        assert reset(url).status_code == 404
    with running(tmp_path / "local.db", resets=True) as url:
        platform = stripe.StripeClient("sk_test_123", base_addresses={"api": url})
        account = platform.v1.accounts.create({"country": "US"}).id
        shop = stripe.StripeClient("sk_test_123", base_addresses={"api": url}, stripe_account=account)
        for client in (platform, shop):
            client.v1.products.create({"name": "Pro"})

        assert reset(url, **{"Stripe-Account": account}).json() == {"reset": account}
        assert (len(platform.v1.products.list().data), len(shop.v1.products.list().data)) == (1, 0)
        shop.v1.products.create({"name": "Pro"})
        assert reset(url).json() == {"reset": platform.v1.accounts.retrieve_current().id}
        assert (len(platform.v1.products.list().data), len(shop.v1.products.list().data)) == (0, 1)
        assert [one.id for one in platform.v1.accounts.list().data] == [account]
        assert reset(url, Authorization="").status_code == 401


def test_a_mistake_of_its_own_is_answered_and_printed(
    database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else a client says that this is not Stripe's JSON, and nobody can report what went wrong."""

    def fail(*arguments: object) -> None:
        raise KeyError("nothing")

    monkeypatch.setattr(Router, "answer", fail)

    with running(database) as url:
        answer = requests.get(f"{url}/v1/products", headers={"Authorization": "Bearer sk_test_x"}, timeout=10)

    assert answer.status_code == 500
    assert answer.headers["Stripe-Should-Retry"] == "false"
    assert answer.json()["error"]["type"] == "api_error"
    assert "This is a mistake in the local Stripe" in answer.json()["error"]["message"]
    printed = capsys.readouterr().err
    assert printed.startswith("Traceback")
    assert "KeyError: 'nothing'" in printed
