"""`billing listen`: receive events, each once, keep access right, and run what is to be run about them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from stripe_billing_cli.cli import options as shared_options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.listen_options import ListenArguments

if TYPE_CHECKING:
    from stripe_billing_cli.cli.event_log import EventLog
    from stripe_billing_cli.cli.listen_parsing import ListenOptions

app = typer.Typer(**shared_options.PLAIN)


@shared_options.command(app, "listen", cls=shared_options.InOrder)
def listen(context: Context, arguments: ListenArguments) -> None:
    """Receive Stripe's events, store each durably once, decide who has access, and run handlers in order.

    --events and --on belong to the --exec or --forward-to that they follow, so that each has its own; one that they
    do not follow is called for all of Stripe's events. Named before the first one, they are for all.

    What was missed while nobody listened is fetched first, as far back as 30 days; what there was before the first
    start is left to `billing access reconcile`. Stop it with Ctrl-C: what is begun is finished. /healthz and /readyz
    answer on the same port; on the one of --admin /metrics does, and GET /access/CUSTOMER where BILLING_ACCESS_TOKEN
    is set. Events are printed as they are handled; the log goes to stderr, in a pipe as a line of JSON for each entry.

    \b
    Examples:  billing listen --source poll
               billing listen --secret-file /run/secrets/stripe --store postgresql://billing@db/billing
               billing listen --source poll --exec ./provision.sh --on access-granted --on access-revoked
               billing listen --exec ./mail.sh --events 'invoice.*' --forward-to http://127.0.0.1:8000/stripe
    """
    from stripe_billing_cli.cli.event_log import EventLog
    from stripe_billing_cli.cli.listen_parsing import parse
    from stripe_billing_cli.cli.log import Log, LogLevel, chosen_format
    from stripe_billing_cli.cli.output import Printer

    log = Log(chosen_format(arguments.log_format), LogLevel.debug if context.verbose else arguments.log_level)
    is_piped = context.printer.for_people and not sys.stdout.isatty()
    context.has_log = True
    with EventLog(Printer("json") if is_piped else context.printer, log) as events:
        context.trace = events.api_call if log.takes(LogLevel.debug) else None
        options = parse(context, arguments)
        events.unknown_types(options.unknown_types)
        events.troubled_commands(options.troubled_commands)
        _run(options, events)
        events.log_end()


def _run(options: ListenOptions, events: EventLog) -> None:
    """Listen until stopped, and print what happens."""
    from stripe_billing_cli.events.store import open_store
    from stripe_billing_cli.listener.listener import Listener

    with open_store(options.store) as store:
        listener = Listener(store, options.api, options.secrets, options.listener, events.hooks)
        events.route = listener.dispatcher.route
        events.on_gone = listener.stop
        listener.run(lambda: events.ready(listener.addresses, store.display_name, polls=options.listener.poll))
