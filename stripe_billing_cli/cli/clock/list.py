"""`billing clock list`."""

from __future__ import annotations

from stripe_billing_cli.cli import formatting, options, parsing
from stripe_billing_cli.cli.clock.app import app, test_mode_api
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Column


@options.command(app, "list")
def list_(context: Context, limit: parsing.Limit = 100, all_: parsing.All = False) -> None:
    """List the test clocks, newest first, as they come.

    \b
    Example:  billing clock list --output json
    """
    from stripe_billing_cli.test_clocks.load import clock_record, list_clocks

    clocks = map(clock_record, list_clocks(test_mode_api(context)))
    context.printer.list_records(clocks, COLUMNS, "No test clocks.", parsing.most(limit, all_))


COLUMNS = (
    Column("CLOCK", lambda record: record["id"]),
    Column("NAME", lambda record: record["name"] or "-"),
    Column("SHOWS", lambda record: formatting.moment(record["frozen_time"])),
    Column("STATUS", lambda record: record["status"]),
    Column("DELETED AFTER", lambda record: formatting.date(record["deletes_after"])),
)
