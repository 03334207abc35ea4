"""`billing events move`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import formatting, options
from stripe_billing_cli.cli.confirm import ask
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.events.app import app
from stripe_billing_cli.cli.events.waiting_work import HandlerArgument, waiting_for
from stripe_billing_cli.cli.store_option import DEFAULT_STORE, StoreOption, opened_store
from stripe_billing_cli.errors import UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.events.store import Store

BUILT_IN = frozenset({"access", "fetch"})
"""The names of the program's own handlers, whose work is another than that of a command or URL."""


@options.command(app, shared_names=("output", "yes", "verbose"), changes_store=True)
def move(
    context: Context,
    handler: HandlerArgument,
    to: Annotated[str, typer.Option("--to", metavar="HANDLER", help="The handler to call instead.")],
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Have another handler called for what waits for a handler, and for what it gave up, with all attempts.

    It is for a command that is written in another way than before. The other handler is one that the last `billing
    listen` on this store calls; what it has had already it is not given again. A running listener does it at once.

    \b
    Example:  billing events move exec-gone.sh-9d63fb --to exec-gone.sh-1f0c22
    """
    with opened_store(store) as event_store:
        _refuse_other_targets(event_store, handler, to)
        work = waiting_for(context, event_store, handler)
        if work.count:
            ask(context, f"Have {to} called for {work.text}?", "nothing was moved")
        result = event_store.queues.move(handler, to)
        running_count = event_store.queues.count_running(handler)
    if not context.printer.for_people:
        record = {
            "handler": handler,
            "to": to,
            "moved": result.moved,
            "already": result.already,
            "running": running_count,
        }
        context.printer.result(record, ids=[])
        return
    already = f"; {to} had {result.already} already" if result.already else ""
    running_text = (
        f"; {formatting.count_text(running_count, 'call')} of {handler} running, left alone" if running_count else ""
    )
    context.printer.line(
        f"{formatting.count_text(result.moved, 'delivery', 'deliveries')} moved to {to}{already}{running_text}."
    )


def _refuse_other_targets(store: Store, handler: str, to: str) -> None:
    """Refuse a handler that nobody calls, or that is for other work. Raises `BillingError`."""
    from stripe_billing_cli.events.missing_handlers import called_handlers

    targets = sorted((called_handlers(store) or frozenset()) - BUILT_IN - {handler})
    if to not in targets:
        hint = f"it calls {', '.join(targets)}" if targets else "start `billing listen` with the right --exec first"
        raise UsageError(f"{to} is no other handler of the last `billing listen` on this store", hint)
