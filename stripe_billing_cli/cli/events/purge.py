"""`billing events purge`."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import formatting, options
from stripe_billing_cli.cli.confirm import ask
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.events.app import app, moment_option
from stripe_billing_cli.cli.store_option import DEFAULT_STORE, StoreOption, opened_store


@options.command(app, shared_names=("output", "yes", "verbose", "time_zone"), changes_store=True)
def purge(
    context: Context,
    older_than: Annotated[str, typer.Option("--older-than", metavar="SPAN", help="90d, for example, or a date.")],
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Forget the payloads of older events, and what handlers said of them: personal data goes.

    That they came, when and of which customer stays known, so that none is handled twice. Events that handlers are
    not done with are kept whole; `billing events drop` lets go of what waits for a handler that nobody calls.

    \b
    Example:  billing events purge --older-than 90d --yes
    """
    with opened_store(store) as event_store:
        before = moment_option("--older-than", older_than, event_store.clock())
        ask(
            context, f"Forget the payloads of all events from before {formatting.moment(before)}?", "nothing was purged"
        )
        count = event_store.events.purge(before)
    if context.printer.for_people:
        context.printer.line(f"{formatting.count_text(count, 'payload')} forgotten.")
    else:
        context.printer.result({"purged": count, "before": before}, ids=[])
