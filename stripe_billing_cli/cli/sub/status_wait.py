"""Waiting for a subscription to become something, with a spinner where somebody looks on."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stripe_billing_cli.cli import formatting
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.errors import NOT_REACHED, BillingError

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.errors import StripeCallError
    from stripe_billing_cli.subscriptions.watch import Observation, Prospect

EVERY = 2.0
"""Seconds from one look to the next."""


@contextmanager
def spinner(text: str) -> Iterator[None]:
    """Move something on a terminal while the command waits; elsewhere nothing is printed."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield


def wait_for_status(
    context: Context, id: str, statuses: frozenset[str], seconds: float | None
) -> tuple[Observation | None, Prospect]:
    """Wait for one of these statuses; the last observation of the subscription, and how it ended.

    "open": the time ran out. The observation is None where Stripe could not be asked at all in this time.
    """
    from stripe_billing_cli.subscriptions import watch

    last = None
    with spinner(f"Waiting until {id} is {formatting.alternatives(sorted(statuses))}"):
        for last in observe(context, id, every=EVERY, seconds=seconds):
            prospect = watch.prospect(last.record["status"], statuses)
            if prospect != "open":
                return last, prospect
    return last, "open"


def observe(context: Context, id: str, *, every: float, seconds: float | None) -> Iterator[Observation]:
    """Observe a subscription in real time; passing trouble is reported and outlasted."""
    from stripe_billing_cli.subscriptions import watch

    def tell(failure: StripeCallError) -> None:
        context.printer.note(f"{failure.message}; looking again", fg="yellow")

    return watch.observe(
        context.stripe, id, every=every, seconds=seconds, clock=time.monotonic, sleep=time.sleep, on_trouble=tell
    )


def not_reached(id: str, status: str | None, prospect: Prospect, statuses: frozenset[str]) -> BillingError:
    """Return the error of a subscription that did not become what was waited for."""
    goal = formatting.alternatives(sorted(statuses))
    if prospect == "impossible":
        message = f"{id} is {status} and cannot become {goal} any more"
        return BillingError("not_reached", message, f"billing sub show {id} says why", NOT_REACHED)
    message = f"{id} is still {status or 'not to be seen'}, and not {goal}: the time is up"
    until = " ".join(f"--until {one}" for one in sorted(statuses))
    return BillingError("timeout", message, f"wait on with: billing sub watch {id} {until}", NOT_REACHED)
