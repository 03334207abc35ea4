"""`billing events`: list, show, retry, backfill, purge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stripe_billing_cli.cli import formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Column, Line, Record
from stripe_billing_cli.cli.store_option import DEFAULT_STORE, StoreOption
from stripe_billing_cli.errors import FAILED, PENDING, WRONG, BillingError

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.client import StripeApi
    from stripe_billing_cli.webhooks.store import Filter, Route, Store, Stored

app = typer.Typer(
    help="The events that `billing listen` received: find them, look at them, do them again.",
    no_args_is_help=True,
    **options.PLAIN,
)

Type = Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Only this type; invoice.* for a kind.")]
Customer = Annotated[str | None, typer.Option("--customer", metavar="ID", help="Only events of this customer.")]
Failed = Annotated[bool, typer.Option("--failed", help="Only events of which a handler failed, or gave up.")]
Since = Annotated[
    str | None, typer.Option("--since", metavar="WHEN", help="Only from then on: a date, a time, or a span such as 2h.")
]
Until = Annotated[str | None, typer.Option("--until", metavar="WHEN", help="Only from before then.")]
Named = Annotated[str, typer.Argument(metavar="EVENT", help="The event's id: evt_…")]
LONGEST_BACKFILL = "30d"


@options.command(app, "list", shared=options.NO_STRIPE)
def list_(
    context: Context,
    type: Type = None,
    customer: Customer = None,
    failed: Failed = False,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option("--limit", help="At most so many; 0 for all.", min=0)] = 100,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 3 where there are any, for a monitor: --failed --check.")
    ] = False,
    store: StoreOption = DEFAULT_STORE,
) -> int | None:
    """List the events received, newest first. JSON lines with --output json.

    \b
    Examples:  billing events list --failed
               billing events list --failed --check > /dev/null || page-somebody
               billing events list --type 'invoice.*' --customer cus_123 --since 7d
               billing events list --limit 0 -o json > events.jsonl
    """
    with _opened(store) as opened:
        found = _found(opened, _filter(opened, type, customer, failed, since, until), limit)
        count = context.printer.records((_record(stored) for stored in found), COLUMNS)
    if not count and context.printer.for_people:
        context.printer.note("No events.")
    if count and check:
        return PENDING
    return None


@options.command(app, shared=options.NO_STRIPE)
def show(context: Context, event: Named, store: StoreOption = DEFAULT_STORE) -> None:
    """Show one event: what it is about, what its handlers did, and its payload.

    \b
    Examples:  billing events show evt_123
               billing events show evt_123 -o json | jq .payload.data.object
    """
    with _opened(store) as opened:
        stored = _existing(opened, event)
    payload = None if stored.event.payload is None else stored.event.body()
    context.printer.record({**_record(stored), "payload": payload}, lambda: _screen(stored, payload))


@options.command(app, shared=options.NO_STRIPE)
def retry(
    context: Context,
    events: Annotated[list[str] | None, typer.Argument(metavar="[EVENT]...", help="Ids of events.")] = None,
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
        raise parsing.wrong("say which events: their ids, or --failed", "billing events retry --failed, for example")
    if events and (type or customer or since):
        raise parsing.wrong("--type, --customer and --since choose among the failed", "give them with --failed")
    count = 0
    with _opened(store) as opened:
        for stored in _to_retry(opened, events, _filter(opened, type, customer, failed, since, None)):
            handlers = _again(stored, handler, failed=failed)
            done = opened.work.retry(stored.event.id, handlers) if handlers else 0
            record = {"id": stored.event.id, "type": stored.event.type, "deliveries": done}
            called = ", ".join(handlers) if done else "nothing to call again"
            context.printer.streamed(record, f"{stored.event.id}  {stored.event.type}  {called}")
            count += done
    if context.printer.for_people:
        context.printer.note(f"{formatting.counted(count, 'call')} of handlers to be made again.")


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
    from stripe_billing_cli.webhooks.source import KEPT_SECONDS, CatchUp

    with _opened(store, make=True) as opened:
        now = opened.clock()
        start = _moment("--since", since, now)
        end = None if until is None else _moment("--until", until, now)
        if start < now - KEPT_SECONDS - 60:
            raise parsing.wrong("Stripe keeps events for 30 days only", "--since 30d goes back as far as there are any")
        api = context.stripe
        reader = CatchUp(api, opened, _route(opened, api))
        new = reader.read(start, end)
    record = {"new": new, "since": start, "until": end, "unreadable": reader.unreadable}
    if context.printer.for_people:
        context.printer.line(f"{formatting.counted(new, 'new event')}.")
    else:
        context.printer.result(record, ids=[])
    if reader.unreadable:
        context.printer.note(f"Not read, since they are of no known shape: {', '.join(reader.unreadable)}")


@options.command(app, shared=("output", "yes", "verbose"))
def purge(
    context: Context,
    older_than: Annotated[str, typer.Option("--older-than", metavar="SPAN", help="90d, for example, or a date.")],
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Forget the payloads of older events, and what handlers said of them: personal data goes.

    That they came, when and of which customer stays known, so that none is handled twice. Events that handlers are
    not done with are kept whole.

    \b
    Example:  billing events purge --older-than 90d --yes
    """
    with _opened(store) as opened:
        before = _moment("--older-than", older_than, opened.clock())
        if not context.yes:
            question = f"Forget the payloads of all events from before {formatting.moment(before)}?"
            if not context.interactive:
                raise BillingError("confirmation", f"there is no terminal to ask on: {question}", "say --yes", WRONG)
            if not typer.confirm(question, err=True):
                raise BillingError("confirmation", "nothing was purged")
        count = opened.events.purge(before)
    if context.printer.for_people:
        context.printer.line(f"{formatting.counted(count, 'payload')} forgotten.")
    else:
        context.printer.result({"purged": count, "before": before}, ids=[])


def _opened(store: str, *, make: bool = False) -> Store:
    from stripe_billing_cli.webhooks.store import open_store

    return open_store(store, make=make)


def _filter(
    store: Store, type: str | None, customer: str | None, failed: bool, since: str | None, until: str | None
) -> Filter:
    from stripe_billing_cli.webhooks.store import Filter

    now = store.clock()
    return Filter(
        type=type,
        customer=customer,
        failed=failed,
        since=None if since is None else _moment("--since", since, now),
        until=None if until is None else _moment("--until", until, now),
    )


def _moment(option: str, text: str, now: float) -> int:
    """Return the moment that is written as one, or as a span that has passed since."""
    if parsing.SPAN.fullmatch(text.strip().lower()) and not (text.isdigit() and len(text) >= 9):
        return int(now) - parsing.span(option, text)
    return parsing.moment(option, text)


def _found(store: Store, filter: Filter, limit: int) -> Iterator[Stored]:
    """Yield events a page at a time, so that a million of them need no more memory than a hundred."""
    left = limit or None
    for page in store.events.pages(filter, limit=min(limit or 1000, 1000)):
        for stored in page:
            yield stored
            if left is not None:
                left -= 1
                if left == 0:
                    return


def _existing(store: Store, id: str) -> Stored:
    stored = store.events.get(id)
    if stored is None:
        raise BillingError(
            "not_found",
            f"{store.shown} has no event {id}",
            "billing events list shows those it has; billing events backfill fetches what was missed",
            FAILED,
        )
    return stored


def _to_retry(store: Store, ids: list[str] | None, filter: Filter) -> list[Stored]:
    """Return all of them beforehand: doing one again changes what the filter finds."""
    return [_existing(store, id) for id in dict.fromkeys(ids)] if ids else list(_found(store, filter, 0))


def _again(stored: Stored, chosen: list[str] | None, *, failed: bool) -> list[str]:
    """Return the handlers to call again."""
    wanted = ("failed", "dead") if failed else ("failed", "dead", "done")
    names = [one.handler for one in stored.deliveries if one.status in wanted]
    if chosen and not failed and (unknown := set(chosen) - {one.handler for one in stored.deliveries}):
        known = ", ".join(one.handler for one in stored.deliveries) or "none"
        raise parsing.wrong(f"{stored.event.id} has no handler {min(unknown)}", f"it has: {known}")
    return [name for name in names if not chosen or name in chosen]


def _route(store: Store, api: StripeApi) -> Route:
    """Return the route to access, and to the actions of the last `billing listen` on this store."""
    from stripe_billing_cli.webhooks.actions.spec import remembered_route
    from stripe_billing_cli.webhooks.dispatcher import Dispatcher

    deciding, acting = Dispatcher(store, api).route, remembered_route(store)
    return lambda event: dict.fromkeys((*deciding(event), *acting(event)))


def _record(stored: Stored) -> dict[str, Any]:
    from stripe_billing_cli.webhooks.event_summary import stored_record

    return stored_record(stored)


def _status(record: Record) -> str:
    """Return the worst of what its handlers came to."""
    found = {one["status"] for one in record["deliveries"]}
    return next((status for status in ("dead", "failed", "running", "pending", "done") if status in found), "-")


COLUMNS = [
    Column("created", lambda event: formatting.moment(event["created"])),
    Column("type", lambda event: event["type"]),
    Column("object", lambda event: event["object_id"] or "-"),
    Column("customer", lambda event: event["customer"] or "-"),
    Column("handled", _status),
    Column("id", lambda event: event["id"]),
]


def _screen(stored: Stored, payload: Any) -> Iterator[Line]:
    from stripe_billing_cli.webhooks.event_summary import changes

    event = stored.event
    yield Line(f"{event.type}  {event.id}", {"bold": True})
    yield Line(f"  created   {formatting.moment(event.created)}, received {formatting.moment(int(stored.received_at))}")
    yield Line(f"  object    {event.object or '-'} {event.object_id or ''}".rstrip())
    if event.customer and event.customer != event.object_id:
        yield Line(f"  customer  {event.customer}")
    if changed := changes(event):
        yield Line(f"  changed   {', '.join(changed)}")
    for one in stored.deliveries:
        colour = {"dead": "red", "failed": "yellow"}.get(one.status)
        said = one.outcome if one.status == "done" else one.error
        attempts = f" after {formatting.counted(one.attempts, 'attempt')}" if one.attempts > 1 else ""
        due = f", again at {formatting.moment(int(one.due))}" if one.status == "failed" else ""
        line = f"  {one.handler:<9} {one.status}{attempts}{due}{f': {said}' if said else ''}"
        yield Line(line, {"fg": colour} if colour else {})
    if payload is None:
        yield Line("  The payload was purged.")
    else:
        yield Line(json.dumps(payload, indent=2, ensure_ascii=False))
