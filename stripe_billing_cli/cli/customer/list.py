"""`billing customer list`."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.customer.app import app
from stripe_billing_cli.cli.output import Column


@options.command(app, "list")
def list_(
    context: Context,
    email: Annotated[str | None, typer.Option(metavar="EMAIL", help="Only those with exactly this email.")] = None,
    test_clock: Annotated[str | None, typer.Option(metavar="CLOCK", help="Those on this test clock.")] = None,
    limit: parsing.Limit = 100,
    all_: parsing.All = False,
) -> None:
    """List customers, newest first, as they come.

    With --output json each line is one object. Customers on a test clock are listed only by --test-clock, as in Stripe.

    \b
    Examples:  billing customer list
               billing customer list --email ada@example.com
               billing customer list --all --output json > customers.jsonl
    """
    from stripe_billing_cli.stripe_api import json_output, lists
    from stripe_billing_cli.stripe_api.objects.customers import Customer
    from stripe_billing_cli.test_clocks.load import id_for

    clock = id_for(context.stripe, test_clock) if test_clock else None
    filters = {"email": email, "test_clock": clock}
    params = {name: value for name, value in filters.items() if value is not None}
    most = parsing.most(limit, all_)
    customers = lists.objects(context.stripe, "/v1/customers", params, parsing.one_more(most), kind=Customer)
    context.printer.list_records(map(json_output.customer, customers), COLUMNS, "No customers.", most)


COLUMNS = (
    Column("CUSTOMER", lambda record: record["id"]),
    Column("EMAIL", lambda record: record["email"] or "-"),
    Column("NAME", lambda record: record["name"] or "-"),
    Column("BALANCE", lambda record: formatting.money(record["balance"], record["currency"]), right=True),
    Column("CREATED", lambda record: formatting.date(record["created"])),
)
