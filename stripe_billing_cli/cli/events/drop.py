"""`billing events drop`."""

from __future__ import annotations

from stripe_billing_cli.cli import formatting, options
from stripe_billing_cli.cli.confirm import ask
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.events.app import app
from stripe_billing_cli.cli.events.waiting_work import HandlerArgument, waiting_for
from stripe_billing_cli.cli.store_option import DEFAULT_STORE, StoreOption, opened_store


@options.command(app, shared=("output", "yes", "verbose"), changes_store=True)
def drop(context: Context, handler: HandlerArgument, store: StoreOption = DEFAULT_STORE) -> None:
    """Let go of what waits for a handler, and of what it gave up, as where nobody calls it any more.

    The events stay, and other handlers have them as before. `billing events retry EVENT --handler NAME` has a dropped
    one called after all.

    \b
    Example:  billing events drop exec-gone.sh-9d63fb
    """
    with opened_store(store) as opened:
        waiting = waiting_for(context, opened, handler)
        if waiting.count:
            ask(context, f"Drop {waiting.text}?", "nothing was dropped")
        dropped = opened.queues.drop(handler)
        running = opened.queues.count_running(handler)
    if context.printer.for_people:
        rest = f"; {formatting.count_text(running, 'call')} of it running, left alone" if running else ""
        context.printer.line(f"{formatting.count_text(dropped, 'delivery', 'deliveries')} to {handler} dropped{rest}.")
    else:
        context.printer.result({"handler": handler, "dropped": dropped, "running": running}, ids=[])
