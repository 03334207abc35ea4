"""`billing clock create`."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from stripe_billing_cli.cli import options, parsing
from stripe_billing_cli.cli.clock.app import app, test_mode_api, time_shown
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Line


@options.command(app)
def create(
    context: Context,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="What to call it.")] = None,
    at: Annotated[
        str | None, typer.Option(metavar="DATE", help="What time it shows at first (default: now): 2026-01-31.")
    ] = None,
) -> None:
    """Make a test clock; `billing customer create --test-clock` puts a customer on it.

    \b
    Example:  billing clock create --name life --at 2026-01-31
              billing customer create --email ada@example.com --test-clock life
    """
    from stripe_billing_cli.test_clocks.create import ClockRequest, create_clock
    from stripe_billing_cli.test_clocks.load import clock_record, list_clocks

    api = test_mode_api(context)
    if namesakes := [clock["id"] for clock in list_clocks(api) if name and clock["name"] == name]:
        context.printer.note(
            f"Note: {', '.join(namesakes)} is called {name} already. From now on the name is ambiguous: use the ids."
        )
    request = ClockRequest(parsing.moment("--at", at) if at else int(time.time()), name)
    record = clock_record(create_clock(api, request))
    context.printer.record(record, lambda clock: [Line(f"{clock['id']}  {time_shown(clock)}")])
