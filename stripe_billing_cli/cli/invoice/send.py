"""`billing invoice send`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import confirm, formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.invoice import view
from stripe_billing_cli.cli.invoice.app import Invoice, app
from stripe_billing_cli.cli.output import GREEN, Line, Record

if TYPE_CHECKING:
    from stripe_billing_cli.invoices.send import SendPlan


@options.command(app)
def send(
    context: Context,
    invoice: Invoice,
    again: Annotated[bool, typer.Option("--again", help="Send it once more, though it was sent within a day.")] = False,
    preview: parsing.Preview = False,
) -> None:
    """Mail an open invoice to its customer, with the page to pay it on. In test mode Stripe mails nothing.

    First says to whom; then asks. A second run within a day mails nothing, unless --again. Stripe mails only invoices
    that customers pay by themselves: those of the collection method send_invoice.

    \b
    Examples:  billing invoice send in_1MtHbELkdIwHu7ixl4OzzPMv
               billing invoice send KKMUHZUV-0001 --yes
    """
    from stripe_billing_cli.invoices.send import plan_send

    plan = plan_send(context.stripe, invoice, again=again)
    if not plan.is_done:
        confirm.confirm(context, "Send it?", will=list(_will(plan)), in_any_mode=True, preview=preview)
    context.printer.record(plan.apply(context.stripe).record(), _screen)


def _will(plan: SendPlan) -> Iterator[str]:
    invoice = plan.invoice
    amount = formatting.money(invoice["amount_remaining"], invoice["currency"])
    due = f", due {formatting.date(invoice['due_date'])}" if invoice["due_date"] else ""
    name = invoice["number"] or invoice["id"]
    yield f"Invoice {name} is mailed to {invoice['customer_email']}: {amount} to pay{due}."


def _screen(record: Record) -> Iterator[Line]:
    name = view.name(record)
    if record["result"] == "sent":
        yield Line(f"Sent invoice {name} to {record['customer_email']}.", GREEN)
    elif record["status"] == "paid":
        yield Line(f"Invoice {name} is paid already. Nothing to do.")
    else:
        yield Line(f"Nothing to do: invoice {name} was sent within a day.")
        yield Line("  --again sends it once more.")
