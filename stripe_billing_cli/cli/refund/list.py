"""`billing refund list`."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.customer_options import OfCustomer
from stripe_billing_cli.cli.output import Column
from stripe_billing_cli.cli.refund.app import app
from stripe_billing_cli.errors import UsageError


@options.command(app, "list")
def list_(
    context: Context,
    customer: OfCustomer = None,
    of: Annotated[
        str | None, typer.Option("--of", metavar="TARGET", help="Only those of this invoice, payment or charge.")
    ] = None,
    limit: parsing.Limit = 100,
    all_: parsing.All = False,
) -> None:
    """List refunds, newest first, as they come; failed ones too.

    With --output json each line is one object.

    \b
    Examples:  billing refund list --customer ada@example.com
               billing refund list --of in_1MtHbELkdIwHu7ixl4OzzPMv
               billing refund list --all --output json > refunds.jsonl
    """
    from stripe_billing_cli.refunds import load
    from stripe_billing_cli.stripe_api import json_output

    if customer and of:
        raise UsageError("--customer and --of exclude each other", "say one of them")
    most = parsing.most(limit, all_)
    refunds = load.list_refunds(context.stripe, target=of, customer=customer, limit=parsing.one_more(most))
    context.printer.list_records(map(json_output.refund, refunds), COLUMNS, "No refunds.", most)


COLUMNS = (
    Column("REFUND", lambda record: record["id"]),
    Column("AMOUNT", lambda record: formatting.money(record["amount"], record["currency"]), right=True),
    Column("STATUS", lambda record: formatting.status(record["status"] or "unknown")),
    Column("CHARGE", lambda record: record["charge"] or "-"),
    Column("CREATED", lambda record: formatting.date(record["created"])),
    Column("WHY", lambda record: record["note"] or (record["reason"] or "-").replace("_", " ")),
)
