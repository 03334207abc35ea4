"""`billing customer`: create, show, list, update, portal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from stripe_billing_cli.cli import doors, words
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Column, Line, Record

app = typer.Typer(help="Customers: create, find, change, and send to the portal.", no_args_is_help=True, **doors.PLAIN)

Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id or email.")]


@doors.command(app)
def show(context: Context, customer: Customer) -> None:
    """Show a customer.

    \b
    Example:  billing customer show ada@example.com
    """
    from stripe_billing_cli.subscriptions import records, references

    record = records.customer(references.find_customer(context.stripe, customer))
    context.printer.record(record, lambda: _screen(record))


def _screen(record: Record) -> Iterator[Line]:
    yield Line(f"{record['id']}  {record['name'] or ''}  {record['email'] or ''}", {"bold": True})


@doors.command(app, "list")
def list_(
    context: Context,
    email: Annotated[str | None, typer.Option(metavar="EMAIL", help="Only those with exactly this email.")] = None,
    test_clock: Annotated[str | None, typer.Option(metavar="CLOCK", help="Those on this test clock.")] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many.")] = 100,
    all_: Annotated[bool, typer.Option("--all", help="All of them, however many.")] = False,
) -> None:
    """List customers, newest first, as they come.

    With --output json each line is one object. Customers on a test clock are listed only by --test-clock, as in Stripe.

    \b
    Examples:  billing customer list
               billing customer list --email ada@example.com
               billing customer list --all --output json > customers.jsonl
    """
    from stripe_billing_cli.subscriptions import lists, records

    filters = {"email": email, "test_clock": test_clock}
    wanted = {name: value for name, value in filters.items() if value is not None}
    found = lists.objects(context.stripe, "/v1/customers", wanted, None if all_ else limit)
    count = context.printer.records(map(records.customer, found), COLUMNS)
    if context.printer.for_people and not count:
        context.printer.note("No customers.")
    if count == limit and not all_:
        context.printer.note(f"These are the newest {limit:,}; --all lists all.")


COLUMNS = (
    Column("CUSTOMER", lambda record: record["id"]),
    Column("EMAIL", lambda record: record["email"] or "-"),
    Column("NAME", lambda record: record["name"] or "-"),
    Column("BALANCE", lambda record: words.money(record["balance"], record["currency"]), right=True),
    Column("CREATED", lambda record: words.date(record["created"])),
)
