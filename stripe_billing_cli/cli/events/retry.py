"""`billing events retry`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import formatting, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.events.app import (
    Customer,
    Since,
    Type,
    app,
    event_filter,
    existing_event,
    found_events,
    warn_of_uncalled,
)
from stripe_billing_cli.cli.shared_options import NO_STRIPE
from stripe_billing_cli.cli.store_option import DEFAULT_STORE, StoreOption, opened_store
from stripe_billing_cli.errors import UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.events.store import Filter, Route, Store, StoredEvent
    from stripe_billing_cli.stripe_api.client import StripeApi


@options.command(app, shared=NO_STRIPE, changes_store=True)
def retry(
    context: Context,
    events: Annotated[list[str] | None, typer.Argument(metavar="EVENT", help="Ids of events.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All of which a handler failed, or gave up.")] = False,
    handler: Annotated[
        list[str] | None, typer.Option("--handler", metavar="NAME", help="Only this handler; repeatable.")
    ] = None,
    type: Type = None,
    customer: Customer = None,
    since: Since = None,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Have handlers called again, with all their attempts. A running `billing listen` does it, or the next one.

    Named events are done again even where they succeeded; --failed takes those that did not.

    \b
    Examples:  billing events retry evt_123
               billing events retry --failed --type 'invoice.*' --since 1d
               billing events retry evt_123 --handler access
    """
    if bool(events) == failed:
        raise UsageError("say which events: their ids, or --failed", "billing events retry --failed, for example")
    if events and (type or customer or since):
        raise UsageError("--type, --customer and --since choose among the failed", "give them with --failed")
    from stripe_billing_cli.events.uncalled import uncalled_handlers

    count = 0
    again: set[str] = set()
    with opened_store(store) as opened:
        for stored in _to_retry(opened, events, event_filter(opened, type, customer, failed, since, None)):
            handlers = _again(stored, handler, failed=failed)
            done = opened.work.retry(stored.event.id, handlers) if handlers else 0
            record = {"id": stored.event.id, "type": stored.event.type, "deliveries": done}
            called = ", ".join(handlers) if done else "nothing to call again"
            context.printer.stream(record, f"{stored.event.id}  {stored.event.type}  {called}")
            count += done
            again.update(handlers)
        uncalled = uncalled_handlers(opened)
    if context.printer.for_people:
        context.printer.note(f"{formatting.count_text(count, 'call')} of handlers to be made again.")
    warn_of_uncalled(context, {name: waiting for name, waiting in uncalled.items() if name in again})


def _to_retry(store: Store, ids: list[str] | None, filter: Filter) -> list[StoredEvent]:
    """Return all events to retry beforehand: doing one again changes what the filter finds."""
    return [existing_event(store, id) for id in dict.fromkeys(ids)] if ids else list(found_events(store, filter, None))


def _again(stored: StoredEvent, chosen: list[str] | None, *, failed: bool) -> list[str]:
    """Return the handlers to call again."""
    wanted = ("failed", "dead") if failed else ("failed", "dead", "done", *(["dropped"] if chosen else []))
    names = [one.handler for one in stored.deliveries if one.status in wanted]
    if chosen and not failed and (unknown := set(chosen) - {one.handler for one in stored.deliveries}):
        known = ", ".join(one.handler for one in stored.deliveries) or "none"
        raise UsageError(f"{stored.event.id} has no handler {min(unknown)}", f"it has: {known}")
    return [name for name in names if not chosen or name in chosen]


def route_of_store(store: Store, api: StripeApi) -> Route:
    """Return the route to access, and to the actions of the last `billing listen` on this store."""
    from stripe_billing_cli.events.actions.spec import remembered_route
    from stripe_billing_cli.listener.dispatcher import Dispatcher

    deciding, acting = Dispatcher(store, api).route, remembered_route(store)
    return lambda event: dict.fromkeys((*deciding(event), *acting(event)))
