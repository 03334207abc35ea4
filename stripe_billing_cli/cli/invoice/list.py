"""`billing invoice list`."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.customer_options import OfCustomer
from stripe_billing_cli.cli.invoice import view
from stripe_billing_cli.cli.invoice.app import Status, app
from stripe_billing_cli.cli.output import Column


@options.command(app, "list")
def list_(
    context: Context,
    customer: OfCustomer = None,
    subscription: Annotated[str | None, typer.Option(metavar="SUB", help="Only this subscription's.")] = None,
    status: Annotated[Status | None, typer.Option(help="Only those that are so.", show_default=False)] = None,
    limit: parsing.Limit = 100,
    all_: parsing.All = False,
) -> None:
    """List invoices, newest first, as they come: what is open, and what became of the others.

    With --output json each line is one object. Those of customers on a test clock are listed by customer only.

    \b
    Examples:  billing invoice list --customer ada@example.com
               billing invoice list --status open
               billing invoice list --customer ada@example.com --status open --output json | jq .amount_remaining
    """
    from stripe_billing_cli.invoices import load

    most = parsing.most(limit, all_)
    invoices = load.list_records(
        context.stripe,
        customer=customer,
        subscription=subscription,
        status=status,
        limit=parsing.one_more(most),
    )
    context.printer.list_records(invoices, COLUMNS, "No invoices.", most)


COLUMNS = (
    Column("INVOICE", lambda record: record["id"]),
    Column("NUMBER", lambda record: record["number"] or "-"),
    Column("CUSTOMER", lambda record: record["customer_email"] or record["customer"] or "-"),
    Column("TOTAL", lambda record: formatting.money(record["total"], record["currency"]), right=True),
    Column("OPEN", lambda record: _open(record["amount_remaining"], record["currency"], record["status"]), right=True),
    Column("CREATED", lambda record: formatting.date(record["created"])),
    Column("BECAME", view.outcome_text),
)


def _open(amount: int, currency: str, status: str) -> str:
    """Return the amount that is left to pay: Stripe leaves an amount on a void invoice too (recorded
    2026-08-26.dahlia)."""
    return formatting.money(amount, currency) if status == "open" else "-"
