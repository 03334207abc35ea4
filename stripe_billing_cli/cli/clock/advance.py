"""`billing clock advance`."""

from __future__ import annotations

import sys
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
    from stripe_billing_cli.stripe_api.objects.various import TestClock
    from stripe_billing_cli.test_clocks.advance import AdvancePlan, AdvanceRequest

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
    from stripe_billing_cli.test_clocks.advance import plan_advance

    api = test_mode_api(context)
    seconds = parsing.span("--timeout", timeout)
    plan = plan_advance(api, _request(clock, to))
    id, target = plan.clock["id"], plan.target
    try:
        with _bar(plan) as show:
            result = plan.apply(api, seconds, show)
    except KeyboardInterrupt:
        context.printer.note(f"To go on to where it was to be: billing clock advance {id} {target}")
        raise
    record = result.record()
    context.printer.record(record, lambda _: [Line(f"{id}  {time_shown(record, has_moved=not plan.is_done)}")])
    if not result.is_there:
        raise BillingError(
            "timeout",
            f"the clock {id} is not there yet after {timeout}: it is {result.clock['status']}",
            f"wait on: billing clock advance {id} {target}",
            NOT_REACHED,
        )


def _request(clock: str, to: str) -> AdvanceRequest:
    from stripe_billing_cli.test_clocks.advance import AdvanceRequest

    if to == PERIOD_END:
        return AdvanceRequest(clock)
    relative = _relative(to)
    until = parsing.moment("TO", to, or_else=f"12h, 35d, 2w, {PERIOD_END}, ") if relative is None else None
    return AdvanceRequest(clock, until, relative)


def _relative(text: str) -> int | None:
    """Return the seconds of a span that names its unit; None for anything else, such as a date."""
    return parsing.span("TO", text) if text[-1:] in "smhdw" and text[:1].isdigit() and text[:-1].isdigit() else None


@contextmanager
def _bar(plan: AdvancePlan) -> Iterator[Callable[[TestClock], None]]:
    """Yield a function that shows a clock on its way: a bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda clock: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    start = plan.clock["frozen_time"]
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("advancing", total=max(plan.target - start, 1))
        yield lambda clock: progress.update(task, completed=clock["frozen_time"] - start, description=clock["status"])
