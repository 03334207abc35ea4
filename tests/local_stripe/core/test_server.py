"""The server itself: its log, its latency, its port."""

from __future__ import annotations

import re
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import stripe

from stripe_billing_cli.local_stripe.core.errors import LocalStripeError
from stripe_billing_cli.local_stripe.core.faults import Fault
from stripe_billing_cli.local_stripe.server import LocalServer
from tests.local_stripe.conftest import serving


def test_each_call_is_a_line_in_the_log_without_its_parameters(database: Path) -> None:
    lines: list[str] = []
    faults = [Fault.parse("drop before 1 GET /v1/prices"), Fault.parse("500 before 1 GET /v1/events")]

    with serving(database, log=lines.append, faults=faults) as local:
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


def test_a_server_that_stopped_leaves_its_port_and_its_state(database: Path) -> None:
    with serving(database) as local:
        port = urlsplit(local.base).port
        local.product(id="pro")

    with serving(database, port=port) as local:
        assert urlsplit(local.base).port == port
        assert local.get("/v1/products/pro")["name"] == "Pro"
