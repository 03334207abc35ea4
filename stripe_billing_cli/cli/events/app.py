"""The group `billing events`, and what its commands share."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stripe_billing_cli.cli import options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Record
from stripe_billing_cli.errors import FAILED, BillingError, UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.events.store import Filter, Store, StoredEvent


app = options.group("The events that `billing listen` received: find them, look at them, do them again.")

Type = Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Only this type; invoice.* for a kind.")]

Customer = Annotated[str | None, typer.Option("--customer", metavar="ID", help="Only events of this customer.")]

Failed = Annotated[bool, typer.Option("--failed", help="Only what a handler failed at, gave up, or is not called for.")]

Since = Annotated[
    str | None, typer.Option("--since", metavar="WHEN", help="Only from then on: a date, a time, or a span such as 2h.")
]

Until = Annotated[str | None, typer.Option("--until", metavar="WHEN", help="Only from before then.")]

Named = Annotated[str, typer.Argument(metavar="EVENT", help="The event's id (evt_…).")]

WORST_FIRST = ("dead", "failed", "running", "pending", "done", "dropped")


def event_filter(
    store: Store,
    type: str | None,
    customer: str | None,
    only_failed: bool,
    since: str | None,
    until: str | None,
    uncalled_handlers: Iterable[str] = (),
) -> Filter:
    """Return the filter that the options say. With `only_failed`, what waits for `uncalled_handlers` failed too."""
    from stripe_billing_cli.events.store import Filter

    _check_customer(customer)
    now = store.clock()
    start = None if since is None else moment_option("--since", since, now)
    end = None if until is None else moment_option("--until", until, now)
    check_order(start, end)
    return Filter(
        type=type,
        customer=customer,
        failed=only_failed,
        uncalled_handlers=frozenset(uncalled_handlers),
        since=start,
        until=end,
    )


def _check_customer(customer: str | None) -> None:
    """Refuse an email, and the id of another object: events are stored by the id of their customer."""
    from stripe_billing_cli.stripe_api.ids import kind_of
    from stripe_billing_cli.stripe_api.lookup import WrongKindError

    if customer is None:
        return
    kind = kind_of(customer)
    if kind not in ("a customer", None):
        raise WrongKindError(f"{customer} is the id of {kind}, and a customer is needed", "give cus_…")
    if "@" in customer:
        hint = f"billing customer list --email {shlex.quote(customer)} --output id prints it"
        raise WrongKindError(f"{customer} is an email, and the customer's id is needed", hint)


def check_order(since: int | None, until: int | None) -> None:
    """Refuse moments between which nothing lies."""
    if since is not None and until is not None and since >= until:
        raise UsageError("--until is not after --since", "name a later --until, or an earlier --since")


def moment_option(option: str, text: str, now: float) -> int:
    """Return the moment that is written as one, or as a span that has passed since."""
    if parsing.SPAN.fullmatch(text.strip().lower()) and len(text.strip()) < len("20261224"):
        return int(now) - parsing.age(option, text)
    return parsing.moment(option, text, or_else="12h, 7d, 2w, ")


def found_events(store: Store, filter: Filter, limit: int | None) -> Iterator[StoredEvent]:
    """Yield events a page at a time, so that a million of them need no more memory than a hundred."""
    pages = store.events.pages(filter, limit=min(limit or 1000, 1000))
    yield from islice(chain.from_iterable(pages), limit)


def existing_event(store: Store, id: str) -> StoredEvent:
    stored_event = store.events.get(id)
    if stored_event is None:
        raise BillingError(
            "not_found",
            f"{store.display_name} has no event {id}",
            "billing events list shows those it has; billing events backfill fetches what was missed",
            FAILED,
        )
    return stored_event


def warn_of_uncalled(context: Context, counts: Mapping[str, int]) -> None:
    """Say what waits for handlers that nobody calls, and what to do about it."""
    from stripe_billing_cli.events.missing_handlers import uncalled_hint, uncalled_text

    for handler, count in counts.items():
        context.printer.note(f"Warning: {uncalled_text(handler, count)}\n  → {uncalled_hint(handler)}", fg="yellow")


def event_record(stored_event: StoredEvent) -> dict[str, Any]:
    from stripe_billing_cli.events.event_summary import stored_record

    return stored_record(stored_event)


def status_text(record: Record) -> str:
    """Return an event's status: the worst of what its handlers came to."""
    statuses = {delivery["status"] for delivery in record["deliveries"]}
    return next((status for status in WORST_FIRST if status in statuses), "-")
