"""`billing events show`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from stripe_billing_cli.cli import formatting, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.events.app import Named, app, event_record, existing_event
from stripe_billing_cli.cli.output import Line, json_text
from stripe_billing_cli.cli.shared_options import NO_STRIPE
from stripe_billing_cli.cli.store_option import DEFAULT_STORE, StoreOption, opened_store

if TYPE_CHECKING:
    from stripe_billing_cli.events.store import StoredEvent


@options.command(app, shared_names=NO_STRIPE)
def show(context: Context, event: Named, store: StoreOption = DEFAULT_STORE) -> None:
    """Show one event: what it is about, what its handlers did, and its payload.

    \b
    Examples:  billing events show evt_123
               billing events show evt_123 -o json | jq .payload.data.object
    """
    with opened_store(store) as event_store:
        stored_event = existing_event(event_store, event)
    payload = None if stored_event.event.payload is None else stored_event.event.body()
    context.printer.record({**event_record(stored_event), "payload": payload}, lambda _: _screen(stored_event, payload))


def _screen(stored_event: StoredEvent, payload: Any) -> Iterator[Line]:
    from stripe_billing_cli.events.event_summary import changes

    event = stored_event.event
    yield Line(f"{event.type}  {event.id}", {"bold": True})
    yield Line(
        f"  created   {formatting.moment(event.created)}, received {formatting.moment(int(stored_event.received_at))}"
    )
    yield Line(f"  object    {event.object or '-'} {event.object_id or ''}".rstrip())
    if event.customer and event.customer != event.object_id:
        yield Line(f"  customer  {event.customer}")
    if names := changes(event):
        yield Line(f"  changed   {', '.join(names)}")
    for delivery in stored_event.deliveries:
        colour = {"dead": "red", "failed": "yellow"}.get(delivery.status)
        detail = delivery.outcome if delivery.status == "done" else delivery.error
        attempts = f" after {formatting.count_text(delivery.attempts, 'attempt')}" if delivery.attempts > 1 else ""
        due = f", again at {formatting.moment(int(delivery.due))}" if delivery.status == "failed" else ""
        line = f"  {delivery.handler:<9} {delivery.status}{attempts}{due}{f': {detail}' if detail else ''}"
        yield Line(line, {"fg": colour} if colour else {})
    if payload is None:
        yield Line("  The payload was purged.")
    else:
        yield from map(Line, json_text(payload, indent=2).split("\n"))
