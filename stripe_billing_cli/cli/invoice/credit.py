"""`billing invoice credit`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from stripe_billing_cli.cli import confirm, formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.invoice.app import Invoice, app
from stripe_billing_cli.cli.markers import finish
from stripe_billing_cli.cli.output import GREEN, Line, Record
from stripe_billing_cli.cli.payment_text import refunded_to

if TYPE_CHECKING:
    from stripe_billing_cli.invoices.credit import CreditPlan


Destination = Literal["card", "balance", "outside"]


Reason = Literal["duplicate", "fraudulent", "order_change", "product_unsatisfactory"]
"""Stripe's reasons (`stripe/params/_credit_note_create_params.py`)."""


@options.command(app)
def credit(
    context: Context,
    invoice: Invoice,
    amount: Annotated[
        str | None,
        typer.Option(metavar="AMOUNT", help="So much: 12.50 (default: all of it).", show_default=False),
    ] = None,
    to: Annotated[
        Destination | None,
        typer.Option(help="Of a paid invoice: where the money goes.", show_default=False),
    ] = None,
    reason: Annotated[Reason | None, typer.Option(help="Why, for the credit note.", show_default=False)] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Printed on the credit note.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Credit it once more, though the same was credited today.")
    ] = False,
    preview: parsing.Preview = False,
) -> None:
    """Credit an invoice, with a credit note for the books: less to pay of an open one, money back of a paid one.

    First shows what is left to credit and where it goes; then asks. The same invoice, amount, destination, reason and
    note a second time within a day does nothing and names the first credit note, unless --again.

    \b
    Examples:  billing invoice credit in_1MtHbELkdIwHu7ixl4OzzPMv --amount 5.00 --to balance --note "Two days down"
               billing invoice credit in_1MtHbELkdIwHu7ixl4OzzPMv --to card --reason product_unsatisfactory
    """
    from stripe_billing_cli.invoices.credit import CreditRequest, plan_credit

    request = CreditRequest(
        invoice=invoice,
        amount=amount,
        to=to,
        reason=reason,
        note=note,
        again=again,
    )
    plan = plan_credit(context.stripe, request)
    if plan.before is None:
        will = list(_will(plan))
        confirm.confirm(context, "Credit it?", will=will, in_any_mode=True, preview=preview, money=plan.money)
    result = plan.apply(context.stripe)
    context.printer.record(result.record(), _screen)
    finish(context, result)


def _will(plan: CreditPlan) -> Iterator[str]:
    invoice = plan.invoice
    currency = invoice["currency"]
    yield (
        f"Invoice {invoice['number'] or invoice['id']} over {formatting.money(invoice['total'], currency)}: "
        f"{formatting.money(plan.amount, currency)} is credited, "
        f"of {formatting.money(plan.amount_left, currency)} that can be."
    )
    if plan.off_invoice:
        open_amount = formatting.money(invoice["amount_remaining"] - plan.off_invoice, currency)
        yield f"  {formatting.money(plan.off_invoice, currency)} is not to be paid any more; {open_amount} stays open."
    if plan.back:
        yield f"  {formatting.money(plan.back, currency)} {_destination_text(plan)}"
    yield "  Access stays as it is: a credit ends no subscription."


def _destination_text(plan: CreditPlan) -> str:
    from stripe_billing_cli.invoices.load import payment

    match plan.request.to:
        case "card":
            assert plan.card is not None
            return f"goes back to {refunded_to(payment(plan.card))}."
        case "balance":
            return "goes to the customer's balance, for the next invoices."
    return "counts as given back outside of Stripe: nothing is paid out."


def _screen(record: Record) -> Iterator[Line]:
    amount = formatting.money(record["amount"], record["currency"])
    if record["result"] == "unchanged":
        moment = formatting.moment(record["created"])
        yield Line(f"Nothing to do: {record['number']} ({record['id']}) credited {amount} for the same on {moment}.")
        yield Line("  --again credits it once more.")
        return
    yield Line(f"Credited {amount} with {record['number']} ({record['id']}).", GREEN)
    yield Line(f"  {formatting.money(record['left'], record['currency'])} is left to credit.")
