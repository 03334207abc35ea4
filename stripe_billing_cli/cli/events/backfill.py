"""`billing events backfill`."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import formatting, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.events.app import Until, app, check_order, moment_option
from stripe_billing_cli.cli.events.retry import route_of_store
from stripe_billing_cli.cli.store_option import DEFAULT_STORE, StoreOption, opened_store
from stripe_billing_cli.errors import UsageError

LONGEST_BACKFILL = "30d"


@options.command(app)
def backfill(
    context: Context,
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="From when on: a date, a time, or a span.")
    ] = LONGEST_BACKFILL,
    until: Until = None,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Fetch events from Stripe that were not received, as far back as 30 days. What is there already stays as it is.

    Handlers are called for the new ones by a running `billing listen`, or the next one. Thin events are looked for
    where thin ones have come before.

    \b
    Examples:  billing events backfill
               billing events backfill --since 2026-11-20 --until 2026-11-22
    """
    from stripe_billing_cli.events.source import KEPT_SECONDS, CatchUp

    with opened_store(store, make=True) as event_store:
        now = event_store.clock()
        start = moment_option("--since", since, now)
        end = None if until is None else moment_option("--until", until, now)
        check_order(start, end)
        if start < now - KEPT_SECONDS - 60:
            raise UsageError("Stripe keeps events for 30 days only", "--since 30d goes back as far as there are any")
        api = context.stripe
        reader = CatchUp(api, event_store, route_of_store(event_store, api))
        new = reader.read(start, end)
    record = {"new": new, "since": start, "until": end, "unreadable": reader.unreadable}
    if context.printer.for_people:
        context.printer.line(f"{formatting.count_text(new, 'new event')}.")
    else:
        context.printer.result(record, ids=[])
    if reader.unreadable:
        context.printer.note(f"Not read, since they are of no known shape: {', '.join(reader.unreadable)}")
