"""`billing clock advance`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import options, parsing
from stripe_billing_cli.cli.clock.app import Clock, app, test_mode_api, time_shown
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Line
from stripe_billing_cli.errors import NOT_REACHED, BillingError

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.client import Object
    from stripe_billing_cli.test_clocks.advance import Advance

PERIOD_END = "period-end"


@options.command(app)
def advance(
    context: Context,
    clock: Clock,
    to: Annotated[
        str, typer.Argument(metavar="TO", help="How far (12h, 35d, 2w), until when (a date, in UTC), or period-end.")
    ],
    timeout: Annotated[str, typer.Option(metavar="SPAN", help="How long to wait for Stripe: 90s, 10m.")] = "10m",
) -> None:
    """Move a clock on, and wait until Stripe has done all that comes of it. Further than Stripe goes at once: in steps.

    period-end is two hours after the end of the period that ends first: the renewal has been invoiced, finalised an
    hour later, and charged. Nothing to do if the clock shows the time already. When the time is up before the clock
    is ready, the exit code is 4; the clock goes on.

    \b
    Examples:  billing clock advance life period-end
               billing clock advance life 35d
               billing clock advance clock_1Mr3I22eZvKYlo2Ck0rgMqd7 2027-01-01T12:00Z
    """
    from stripe_billing_cli.subscriptions import outcomes
    from stripe_billing_cli.test_clocks import advance as clocks

    api = test_mode_api(context)
    seconds = parsing.span("--timeout", timeout)
    relative = None if to == PERIOD_END else _relative(to)
    moment = None if to == PERIOD_END or relative is not None else parsing.moment("TO", to)
    found = clocks.find(api, clock)
    if moment is not None:
        target = moment
    elif relative is not None:
        target = found["frozen_time"] + relative
    else:
        target = clocks.next_period_end(found, clocks.living(api, found["id"]))
    moved = target > found["frozen_time"]
    try:
        for step in _watched(clocks.advance(api, found, target, deadline=time.monotonic() + seconds), found, target):
            found = step.clock
    except KeyboardInterrupt:
        context.printer.note(f"To go on to where it was to be: billing clock advance {found['id']} {target}")
        raise
    record = outcomes.clock(found)
    context.printer.record(record, lambda: [Line(f"{record['id']}  {time_shown(record, moved=moved)}")])
    if found["status"] != "ready" or found["frozen_time"] < target:
        raise BillingError(
            "timeout",
            f"the clock {found['id']} is not there yet after {timeout}: it is {found['status']}",
            f"wait on: billing clock advance {found['id']} {target}",
            NOT_REACHED,
        )


def _relative(text: str) -> int | None:
    """Seconds of a span that names its unit; None for anything else, such as a date."""
    return parsing.span("TO", text) if text[-1:] in "smhdw" and text[:1].isdigit() and text[:-1].isdigit() else None


def _watched(steps: Iterator[Advance], clock: Object, target: int) -> Iterator[Advance]:
    """The same, with a bar on a terminal."""
    if not sys.stderr.isatty():
        yield from steps
        return
    with _bar(target - clock["frozen_time"]) as show:
        for step in steps:
            yield step
            show(step.clock["frozen_time"] - clock["frozen_time"], step.clock["status"])


@contextmanager
def _bar(seconds: int) -> Iterator[Callable[[int, str], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("advancing", total=max(seconds, 1))
        yield lambda done, status: progress.update(task, completed=done, description=status)
