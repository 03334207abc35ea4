"""`billing access list`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import formatting, options, parsing
from stripe_billing_cli.cli.access.app import Feature, Product, StoreAt, app
from stripe_billing_cli.cli.access.show import is_wanted
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Column
from stripe_billing_cli.cli.store_option import DEFAULT_STORE, opened_store
from stripe_billing_cli.errors import UsageError

if TYPE_CHECKING:
    from stripe_billing_cli.events.store import Access, Store


@options.command(app, "list")
def list_(
    context: Context,
    product: Product = None,
    feature: Feature = None,
    only_granted: Annotated[bool, typer.Option("--granted", help="Only who has access.")] = False,
    only_revoked: Annotated[bool, typer.Option("--revoked", help="Only who has none (any more).")] = False,
    limit: parsing.Limit = 100,
    all_: parsing.All = False,
    store: StoreAt = None,
) -> None:
    """List who may use what, as the store has it; with --output json one object a line.

    \b
    Examples:  billing access list --product keymap-pro --granted
               billing access list --all --output json > access.jsonl
    """
    from stripe_billing_cli.access.view import row_record

    if product and feature:
        raise UsageError("--product and --feature exclude each other", "ask twice")
    if only_granted and only_revoked:
        raise UsageError("--granted and --revoked exclude each other", "leave both out to list all")
    with opened_store(store or DEFAULT_STORE) as event_store:
        access_filter = only_granted if only_granted or only_revoked else None
        records = (
            record
            for row in _rows(event_store, product or feature)
            if is_wanted(row, product, feature)
            for record in [row_record(row, event_store.clock())]
            if access_filter is None or record["access"] is access_filter
        )
        context.printer.list_records(
            records,
            COLUMNS,
            f"{_text_of_none(product or feature, access_filter)} `billing access reconcile` asks Stripe.",
            parsing.most(limit, all_),
        )


def _text_of_none(key: str | None, access_filter: bool | None) -> str:
    """Return the line to print where the store has no such access."""
    key_text = f" to {key}" if key else ""
    if access_filter is None:
        return f"Nothing is known of anybody's access{key_text}."
    return f"Nobody is known to {'have' if access_filter else 'have lost'} access{key_text}."


def _rows(store: Store, key: str | None) -> Iterator[Access]:
    after = None
    while page := store.access.page(key=key, limit=1000, after=after):
        yield from page
        after = (page[-1].customer, page[-1].kind, page[-1].key)


COLUMNS: Sequence[Column] = (
    Column("CUSTOMER", lambda record: record["customer"]),
    Column("KIND", lambda record: record["kind"]),
    Column("KEY", lambda record: record["key"]),
    Column("ACCESS", lambda record: "yes" if record["access"] else "no"),
    Column("SINCE", lambda record: formatting.date(record["since"])),
    Column("UNTIL", lambda record: formatting.moment(record["until"])),
    Column("REASON", lambda record: record["reason"]),
)
