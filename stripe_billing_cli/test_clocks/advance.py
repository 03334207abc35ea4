"""Stripe's test clocks: time that stands still until it is moved on (https://docs.stripe.com/billing/testing/test-clocks).

Times are Unix seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api.client import Object, StripeApi
from stripe_billing_cli.stripe_api.errors import NotFoundError
from stripe_billing_cli.stripe_api.ids import kind_of
from stripe_billing_cli.stripe_api.lookup import AmbiguousError, NoMatchError, WrongKindError, has_ended, retrieve

PATH = "/v1/test_helpers/test_clocks"
DAY = 86400
SHORTEST = {"day": DAY, "week": 7 * DAY, "month": 28 * DAY, "year": 365 * DAY}
"""No interval of the kind is shorter."""
INTERVALS_AT_ONCE = 2
"""So many intervals of its shortest subscription a clock may be moved by one call; without one, two years."""
TWO_YEARS = 2 * 365 * DAY
SETTLES_AFTER = 2 * 3600
"""How long after the end of a period its renewal has been charged: Stripe finalises the draft after an hour."""
POLLS = (0.2, 0.5, 1, 2, 3)
"""Seconds between looks at a clock that is advancing; the last for as long as it takes."""


@dataclass(frozen=True)
class Advance:
    """A clock on its way: where it stands now, as Stripe says, and where it is to be in the end."""

    clock: Object
    target: int


def find(api: StripeApi, name: str) -> Object:
    """The clock with this id or name. Raises `LookupFailedError`, `StripeCallError`."""
    if name.startswith("clock_"):
        return retrieve(api, "test clock", f"{PATH}/{name}", name)
    kind = kind_of(name)
    if kind is not None:
        raise WrongKindError(
            f"{name} is the id of {kind}, and a test clock is needed", "give clock_… or a clock's name"
        )
    found = [clock for page in api.pages(PATH, {}) for clock in page if clock["name"] == name]
    if not found:
        raise NoMatchError(f"no test clock is called {name}", "billing clock list shows them")
    if len(found) > 1:
        ids = ", ".join(clock["id"] for clock in found)
        raise AmbiguousError(f"{len(found)} test clocks are called {name}: {ids}", "name the one by its id")
    return found[0]


def id_for(api: StripeApi, name: str) -> str:
    """The id of the clock with this id or name; an id is not looked up.

    Raises `LookupFailedError`, `StripeCallError`.
    """
    return name if name.startswith("clock_") else str(find(api, name)["id"])


def living(api: StripeApi, clock: str) -> list[Object]:
    """The subscriptions on a clock that have not ended."""
    wanted = {"test_clock": clock, "status": "all"}
    found = (subscription for page in api.pages("/v1/subscriptions", wanted) for subscription in page)
    return [subscription for subscription in found if not has_ended(subscription)]


def next_period_end(clock: Object, subscriptions: Sequence[Object]) -> int:
    """When the period that ends first has ended, and its renewal been charged. Raises `OperationError` without any."""
    ends = [
        item["current_period_end"]
        for subscription in subscriptions
        if subscription["status"] not in ("incomplete", "paused")
        for item in subscription["items"]["data"]
        if item["current_period_end"] + SETTLES_AFTER > clock["frozen_time"]
    ]
    if not ends:
        raise OperationError(
            f"no subscription on the clock {clock['id']} has a period that ends", "say how far: 35d, or a date"
        )
    return int(min(ends)) + SETTLES_AFTER


def furthest_step(subscriptions: Sequence[Object]) -> int:
    """How many seconds the clock may be moved by one call, whatever the time of year.

    An interval that is not known here is taken to be as short as any.
    """
    intervals = [
        _shortest(item["price"]["recurring"])
        for subscription in subscriptions
        for item in subscription["items"]["data"]
    ]
    return min((interval * INTERVALS_AT_ONCE for interval in intervals), default=TWO_YEARS)


def _shortest(recurring: Object | None) -> int:
    return SHORTEST.get(recurring["interval"], DAY) * int(recurring["interval_count"]) if recurring else DAY


def advance(
    api: StripeApi, clock: Object, target: int, *, deadline: float, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Advance]:
    """Move the clock to `target`, in as many steps as Stripe asks for; each look at it on the way is given.

    Ends with a clock that is `ready` at `target`, or, past the `deadline` (of `time.monotonic`), with one that is not.
    Raises `OperationError` if Stripe could not advance it, `StripeCallError`.
    """
    for looked in _until_ready(api, clock["id"], deadline, sleep):
        clock = looked
        yield Advance(clock, target)
    while clock["status"] == "ready" and clock["frozen_time"] < target:
        step = furthest_step(living(api, clock["id"]))
        aim = min(target, clock["frozen_time"] + step)
        api.post(f"{PATH}/{clock['id']}/advance", {"frozen_time": aim})
        for looked in _until_ready(api, clock["id"], deadline, sleep):
            clock = looked
            yield Advance(clock, target)


def _until_ready(api: StripeApi, id: str, deadline: float, sleep: Callable[[float], None]) -> Iterator[Object]:
    """Looks at a clock until it is ready, or the time is up."""
    for look in count():
        clock = api.get(f"{PATH}/{id}")
        if clock["status"] == "internal_failure":
            raise OperationError(f"Stripe could not advance the clock {id}", "delete it, and start with another")
        yield clock
        if clock["status"] == "ready" or time.monotonic() >= deadline:
            return
        sleep(POLLS[min(look, len(POLLS) - 1)])


def create(api: StripeApi, name: str | None, at: int) -> Object:
    """Raises `StripeCallError`."""
    return api.post(PATH, {"frozen_time": at, **({"name": name} if name else {})}).body


def delete(api: StripeApi, id: str) -> None:
    """The clock and all customers on it are gone, if they were not already. Raises `StripeCallError`."""
    with suppress(NotFoundError):
        api.delete(f"{PATH}/{id}")
