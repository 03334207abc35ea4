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


@options.command(app, shared_names=NO_STRIPE, changes_store=True)
def retry(
    context: Context,
    events: Annotated[list[str] | None, typer.Argument(metavar="EVENT", help="Ids of events.")] = None,
    all_failed: Annotated[bool, typer.Option("--failed", help="All of which a handler failed, or gave up.")] = False,
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
    if bool(events) == all_failed:
        raise UsageError("say which events: their ids, or --failed", "billing events retry --failed, for example")
    if events and (type or customer or since):
        raise UsageError("--type, --customer and --since choose among the failed", "give them with --failed")
    from stripe_billing_cli.events.missing_handlers import uncalled_handlers

    count = 0
    again: set[str] = set()
    with opened_store(store) as event_store:
        for stored_event in _to_retry(
            event_store, events, event_filter(event_store, type, customer, all_failed, since, None)
        ):
            handlers = _again(stored_event, handler, all_failed=all_failed)
            delivery_count = event_store.work.retry(stored_event.event.id, handlers) if handlers else 0
            record = {"id": stored_event.event.id, "type": stored_event.event.type, "deliveries": delivery_count}
            handlers_text = ", ".join(handlers) if delivery_count else "nothing to call again"
            context.printer.stream(record, f"{stored_event.event.id}  {stored_event.event.type}  {handlers_text}")
            count += delivery_count
            again.update(handlers)
        uncalled_counts = uncalled_handlers(event_store)
    if context.printer.for_people:
        context.printer.note(f"{formatting.count_text(count, 'call')} of handlers to be made again.")
    warn_of_uncalled(context, {name: waits for name, waits in uncalled_counts.items() if name in again})


def _to_retry(store: Store, ids: list[str] | None, filter: Filter) -> list[StoredEvent]:
    """Return all events to retry beforehand: doing one again changes what the filter finds."""
    return [existing_event(store, id) for id in dict.fromkeys(ids)] if ids else list(found_events(store, filter, None))


def _again(stored_event: StoredEvent, handlers: list[str] | None, *, all_failed: bool) -> list[str]:
    """Return the handlers to call again."""
    statuses = ("failed", "dead") if all_failed else ("failed", "dead", "done", *(["dropped"] if handlers else []))
    names = [delivery.handler for delivery in stored_event.deliveries if delivery.status in statuses]
    if (
        handlers
        and not all_failed
        and (unknown_handlers := set(handlers) - {delivery.handler for delivery in stored_event.deliveries})
    ):
        own_handlers = ", ".join(delivery.handler for delivery in stored_event.deliveries) or "none"
        raise UsageError(f"{stored_event.event.id} has no handler {min(unknown_handlers)}", f"it has: {own_handlers}")
    return [name for name in names if not handlers or name in handlers]


def route_of_store(store: Store, api: StripeApi) -> Route:
    """Return the route to access, and to the actions of the last `billing listen` on this store."""
    from stripe_billing_cli.events.actions.spec import remembered_route
    from stripe_billing_cli.listener.dispatcher import Dispatcher

    own_route, action_route = Dispatcher(store, api).route, remembered_route(store)
    return lambda event: dict.fromkeys((*own_route(event), *action_route(event)))
