"""`billing invoice show`."""

from __future__ import annotations

from collections.abc import Iterator

from stripe_billing_cli.cli import formatting, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.invoice import view
from stripe_billing_cli.cli.invoice.app import Invoice, app
from stripe_billing_cli.cli.output import Line, Record, fact, unavailable
from stripe_billing_cli.cli.payment_text import paid_by


@options.command(app)
def show(context: Context, invoice: Invoice) -> None:
    """Show an invoice: its lines, its payments, and what of it was refunded or credited.

    \b
    Examples:  billing invoice show in_1MtHbELkdIwHu7ixl4OzzPMv
               billing invoice show in_1MtHbELkdIwHu7ixl4OzzPMv --output json | jq '.lines[].description'
    """
    from stripe_billing_cli.invoices import load

    context.printer.record(load.load_details(context.stripe, invoice).record(), _screen)


def _screen(record: Record) -> Iterator[Line]:
    yield from view.lines(record)
    currency = record["currency"]
    if record["payment_error"]:
        yield fact("not paid", record["payment_error"]["message"])
    yield from _table("lines", [(line["amount"], line["description"] or "-") for line in record["lines"]], currency)
    yield from _table("payments", [(payment["amount"], _payment(payment)) for payment in record["payments"]], currency)
    yield from _table("refunds", [(refund["amount"], _refund(refund)) for refund in record["refunds"]], currency)
    yield from _table(
        "credit notes",
        [(credit_note["amount"], _note(credit_note)) for credit_note in record["credit_notes"]],
        currency,
    )
    yield from unavailable(record)


def _table(title: str, rows: list[tuple[int, str]], currency: str) -> Iterator[Line]:
    """Yield a part of the invoice, the amounts one under the other; nothing where there is nothing."""
    if not rows:
        return
    yield Line(f"  {title}")
    width = max(len(formatting.money(amount, currency)) for amount, _ in rows)
    for amount, text in rows:
        yield Line(f"    {formatting.money(amount, currency).rjust(width)}  {text}", hang=width + 6)


def _payment(payment: Record) -> str:
    refund_amount = formatting.money(payment["refunded"], payment["currency"])
    refund_text = f", {refund_amount} refunded" if payment["refunded"] else ""
    dispute_text = ", disputed" if payment["disputed"] else ""
    return f"{formatting.date(payment['created'])} by {paid_by(payment)} ({payment['id']}){refund_text}{dispute_text}"


def _refund(refund: Record) -> str:
    reason = ", ".join(str(part).replace("_", " ") for part in (refund["reason"], refund["note"]) if part)
    status = formatting.status(refund["status"] or "unknown")
    return f"{formatting.date(refund['created'])} {status} ({refund['id']}){': ' if reason else ''}{reason}"


def _note(note: Record) -> str:
    currency = note["currency"]
    ways = {
        "off what is to be paid": note["off_invoice"],
        "to the card": note["to_card"],
        "to the balance": note["to_balance"],
        "outside of Stripe": note["outside"],
    }
    parts = ", ".join(f"{formatting.money(amount, currency)} {way}" for way, amount in ways.items() if amount)
    void = ", void" if note["status"] == "void" else ""
    return f"{formatting.date(note['created'])} {note['number']} ({note['id']}): {parts}{void}"
