"""How long a test of somebody's takes that makes a customer and a paid subscription in a fresh account, over HTTP.

On a running server, over one connection that stays open, as a client library keeps it. The lower bound beside it: as
many calls, to which the server answers what takes it no work.
"""

from __future__ import annotations

import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from benchmarks.measure import Result
from benchmarks.served import served

TESTS = 60
WARM = 10
MOST_MILLISECONDS = 10.0
MOST_TIMES_AS_LONG = 10.0
CALLS = 4


class Connection:
    """A connection to the server with the headers of a client library."""

    def __init__(self, url: str) -> None:
        self._http = http.client.HTTPConnection(urlsplit(url).netloc)
        self._headers = {"Authorization": "Bearer sk_test_bench", "User-Agent": "Stripe/v1 PythonBindings/16.1.0"}

    def __call__(self, method: str, path: str, account: str | None = None, **params: str) -> Any:
        headers = self._headers | ({"Stripe-Account": account} if account else {})
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._http.request(method, path, urlencode(params) if params else None, headers)
        answer = self._http.getresponse()
        body = json.loads(answer.read())
        if answer.status != 200:
            raise SystemExit(f"{method} {path}: {body}")
        return body

    def close(self) -> None:
        self._http.close()


def paid_subscription(call: Connection) -> None:
    """Make what such a test makes; each call goes to an account that the first one makes."""
    account = call("POST", "/v1/accounts", type="standard")["id"]
    price = {
        "currency": "usd",
        "unit_amount": "1500",
        "recurring[interval]": "month",
        "product_data[name]": "Pro",
    }
    price_id = call("POST", "/v1/prices", account, **price)["id"]
    card = {"payment_method": "pm_card_visa", "invoice_settings[default_payment_method]": "pm_card_visa"}
    customer = call("POST", "/v1/customers", account, email="ada@example.com", **card)["id"]
    subscription = call("POST", "/v1/subscriptions", account, customer=customer, **{"items[0][price]": price_id})
    if subscription["status"] != "active":
        raise SystemExit(f"the subscription is {subscription['status']}")


def no_work(call: Connection) -> None:
    for _ in range(CALLS):
        call("GET", "/")


def run() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as directory, _connected(Path(directory)) as call:
        ours, theirs = _in_turns(lambda: paid_subscription(call), lambda: no_work(call))
    detail = f"as many calls without work: {theirs * 1000:.2f} ms"
    name = "a customer and a paid subscription in a fresh account"
    yield Result(name, ours * 1000, MOST_MILLISECONDS, "ms", detail).tell()
    yield Result("  the same, as a multiple of calls without work", ours / theirs, MOST_TIMES_AS_LONG, "×").tell()


@contextmanager
def _connected(directory: Path) -> Iterator[Connection]:
    with served(directory) as environment:
        call = Connection(environment["STRIPE_API_BASE"])
        try:
            yield call
        finally:
            call.close()


def _in_turns(ours: Callable[[], None], theirs: Callable[[], None]) -> tuple[float, float]:
    """Return the median seconds of two things done in turns."""
    for _ in range(WARM):
        ours()
        theirs()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(TESTS):
        for did, took in zip((ours, theirs), times, strict=True):
            start = time.perf_counter()
            did()
            took.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])
