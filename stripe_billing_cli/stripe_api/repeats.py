"""Making something once a day: the same command again names what the first one made, and `--again` makes another.

What is made keeps the mark of its request (`create_once.py`). A run of the same request within a day finds it, be it
because the run before was cut off or because somebody typed the command twice: money that moves by mistake is worse
than a command that needs an option to mean it. A run with `--again` has a mark of its own until it is finished.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from stripe_billing_cli.stripe_api import create_once
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.create_once import CreateRequest
from stripe_billing_cli.stripe_api.json_output import INTERNAL
from stripe_billing_cli.stripe_api.objects.common import DatedObjectT, IdentifiedObject, metadata_of
from stripe_billing_cli.stripe_api.objects.customers import Customer
from stripe_billing_cli.stripe_api.objects.various import TestClock
from stripe_billing_cli.stripe_api.references import id_of

DAY = 86400


def current_times(api: StripeApi, customer: str | None) -> tuple[int, ...]:
    """Return the time, and that of the test clock on which the customer lives: an object may be dated by either."""
    real = int(time.time())
    if api.livemode or customer is None:
        return (real,)
    clock = id_of(api.get(f"/v1/customers/{customer}", kind=Customer)["test_clock"])
    if clock is None:
        return (real,)
    return (real, api.get(f"/v1/test_helpers/test_clocks/{clock}", kind=TestClock)["frozen_time"])


def made_within_a_day(
    request: CreateRequest, candidates: Iterable[DatedObjectT], now: Sequence[int]
) -> DatedObjectT | None:
    """Return the object among `candidates` that a run of the same request made less than a day ago."""
    recent = [candidate for candidate in candidates if any(abs(candidate["created"] - at) < DAY for at in now)]
    return create_once.made_before(request, recent)


def finish(api: StripeApi, request: CreateRequest, target: IdentifiedObject) -> None:
    """Give what a run with `--again` made the mark of a first run: it counts like the first then, and the next
    `--again` means one more."""
    if request.again and metadata_of(target).get(INTERNAL) == request.mark:
        first = replace(request, again=False).mark
        api.post(f"{request.path}/{target['id']}", {"metadata": {INTERNAL: first}})
