"""`billing events drop`."""

from __future__ import annotations

from stripe_billing_cli.cli import formatting, options
from stripe_billing_cli.cli.confirm import ask
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.events.app import app
from stripe_billing_cli.cli.events.waiting_work import HandlerArgument, waiting_for
from stripe_billing_cli.cli.store_option import DEFAULT_STORE, StoreOption, opened_store


@options.command(app, shared_names=("output", "yes", "verbose"), changes_store=True)
def drop(context: Context, handler: HandlerArgument, store: StoreOption = DEFAULT_STORE) -> None:
    """Let go of what waits for a handler, and of what it gave up, as where nobody calls it any more.

    The events stay, and other handlers have them as before. `billing events retry EVENT --handler NAME` has a dropped
    one called after all.

    \b
    Example:  billing events drop exec-gone.sh-9d63fb
    """
    with opened_store(store) as event_store:
        work = waiting_for(context, event_store, handler)
        if work.count:
            ask(context, f"Drop {work.text}?", "nothing was dropped")
        dropped_count = event_store.queues.drop(handler)
        running_count = event_store.queues.count_running(handler)
    if context.printer.for_people:
        rest = f"; {formatting.count_text(running_count, 'call')} of it running, left alone" if running_count else ""
        context.printer.line(
            f"{formatting.count_text(dropped_count, 'delivery', 'deliveries')} to {handler} dropped{rest}."
        )
    else:
        context.printer.result({"handler": handler, "dropped": dropped_count, "running": running_count}, ids=[])
