"""`billing events list`."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.events.app import (
    Customer,
    Failed,
    Since,
    Type,
    Until,
    app,
    event_filter,
    event_record,
    found_events,
    status_text,
    warn_of_uncalled,
)
from stripe_billing_cli.cli.output import Column
from stripe_billing_cli.cli.shared_options import NO_STRIPE
from stripe_billing_cli.cli.store_option import DEFAULT_STORE, StoreOption, opened_store
from stripe_billing_cli.errors import PENDING


@options.command(app, "list", shared_names=NO_STRIPE)
def list_(
    context: Context,
    type: Type = None,
    customer: Customer = None,
    only_failed: Failed = False,
    since: Since = None,
    until: Until = None,
    limit: parsing.Limit = 100,
    all_: parsing.All = False,
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
               billing events list --all -o json > events.jsonl
    """
    from stripe_billing_cli.events.missing_handlers import uncalled_handlers

    most = parsing.most(limit, all_)
    with opened_store(store) as event_store:
        uncalled_counts = uncalled_handlers(event_store) if only_failed else {}
        conditions = event_filter(event_store, type, customer, only_failed, since, until, uncalled_counts)
        records = map(event_record, found_events(event_store, conditions, parsing.one_more(most)))
        count = context.printer.list_records(records, COLUMNS, "No events.", most)
    if count:
        warn_of_uncalled(context, uncalled_counts)
    if count and check:
        return PENDING
    return None


COLUMNS = [
    Column("CREATED", lambda event: formatting.moment(event["created"])),
    Column("TYPE", lambda event: event["type"]),
    Column("OBJECT", lambda event: event["object_id"] or "-"),
    Column("CUSTOMER", lambda event: event["customer"] or "-"),
    Column("HANDLED", status_text),
    Column("ID", lambda event: event["id"]),
]
