"""Stripe's test clocks: time that stands still until it is moved on (https://docs.stripe.com/billing/testing/test-clocks)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stripe_billing_cli.stripe_api import lists
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.ids import kind_of
from stripe_billing_cli.stripe_api.lookup import AmbiguousError, NoMatchError, WrongKindError, retrieve
from stripe_billing_cli.stripe_api.objects.various import TestClock

PATH = "/v1/test_helpers/test_clocks"


def find_clock(api: StripeApi, name: str) -> TestClock:
    """Return the clock with this id or name. Raises `LookupFailedError`, `StripeCallError`."""
    if name.startswith("clock_"):
        return retrieve(api, TestClock, f"{PATH}/{name}", name)
    kind = kind_of(name)
    if kind is not None:
        raise WrongKindError(
            f"{name} is the id of {kind}, and a test clock is needed", "give clock_… or a clock's name"
        )
    clocks = [clock for page in api.pages(PATH, {}, kind=TestClock) for clock in page if clock["name"] == name]
    if not clocks:
        raise NoMatchError(f"no test clock is called {name}", "billing clock list shows them")
    if len(clocks) > 1:
        ids = ", ".join(clock["id"] for clock in clocks)
        raise AmbiguousError(f"{len(clocks)} test clocks are called {name}: {ids}", "name the one by its id")
    return clocks[0]


def id_for(api: StripeApi, name: str) -> str:
    """Return the id of the clock with this id or name; an id is not looked up.

    Raises `LookupFailedError`, `StripeCallError`.
    """
    return name if name.startswith("clock_") else find_clock(api, name)["id"]


def list_clocks(api: StripeApi) -> Iterator[TestClock]:
    """Yield the test clocks, newest first, as they come. Raises `StripeCallError`."""
    return lists.objects(api, PATH, {}, None, kind=TestClock)


def clock_record(clock: TestClock) -> dict[str, Any]:
    """Return a clock as it is printed (docs/output.md): `frozen_time` is what it shows, `deletes_after` when Stripe
    deletes it by itself."""
    return {
        "id": clock["id"],
        "name": clock["name"],
        "status": clock["status"],
        "frozen_time": clock["frozen_time"],
        "deletes_after": clock["deletes_after"],
        "created": clock["created"],
    }
