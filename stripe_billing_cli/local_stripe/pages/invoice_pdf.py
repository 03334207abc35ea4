"""Invoices and credit notes as PDF files, at the addresses that `invoice_pdf` and `pdf` have."""

from __future__ import annotations

from collections.abc import Iterator

from stripe_billing_cli.local_stripe.core import amounts, pdf, times
from stripe_billing_cli.local_stripe.core.messages import Answer
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.pages import forms


def file(call: forms.Call, id: str) -> Answer:
    """Return the file; a draft has none."""
    status, invoice = forms.call_api(call, "GET", f"/v1/invoices/{id}")
    if status != 200 or invoice["status"] == "draft":
        return forms.not_found_page("invoice")
    return _document(f"Invoice {invoice['number']}", _lines(invoice))


def file_of_credit_note(call: forms.Call, id: str) -> Answer:
    """Return the file of a credit note."""
    expand = {"expand[0]": "customer", "expand[1]": "invoice"}
    status, note = forms.call_api(call, "GET", f"/v1/credit_notes/{id}", expand)
    if status != 200:
        return forms.not_found_page("credit note")
    return _document(f"Credit note {note['number']}", _credit_lines(note))


def _document(title: str, lines: Iterator[str | None]) -> Answer:
    return Answer(200, pdf.document(title, lines), {**forms.HEADERS, "Content-Type": pdf.MEDIA_TYPE})


def _credit_lines(note: Object) -> Iterator[str | None]:
    def money(amount: int) -> str:
        return amounts.format_signed(amount, note["currency"])

    customer = note["customer"]
    yield f"For {customer.get('name') or customer.get('email') or customer['id']}"
    yield f"On invoice {note['invoice']['number']}"
    if note["status"] == "void":
        yield "Void"
    yield from ("", note["memo"])
    for line in note["lines"]["data"]:
        yield pdf.row(line["description"] or "", money(line["amount"]))
    yield ""
    tax = sum(one["amount"] for one in note["total_taxes"] or () if one["tax_behavior"] == "exclusive")
    for label, amount in (("Discount", -note["discount_amount"]), ("Tax", tax), ("Shipping", note["amount_shipping"])):
        if amount:
            yield pdf.row(label, money(amount))
    yield pdf.row("Total credited", money(note["total"]))


def _lines(invoice: Object) -> Iterator[str | None]:
    def money(amount: int) -> str:
        return amounts.format_signed(amount, invoice["currency"])

    yield f"For {invoice['customer_name'] or invoice['customer_email'] or invoice['customer']}"
    if invoice["due_date"] is not None:
        yield f"Due on {times.day(invoice['due_date'])}"
    yield from ("", invoice["description"])
    for line in invoice["lines"]["data"]:
        yield pdf.row(line["description"] or "", money(line["amount"]))
    yield ""
    for label, amount in between_lines_and_due(invoice):
        if amount:
            yield pdf.row(label, money(amount))
    yield pdf.row("Amount due", money(invoice["amount_due"]))
    yield pdf.row("Amount paid", money(invoice["amount_paid"]))
    yield from ("", invoice["footer"])


def between_lines_and_due(invoice: Object) -> Iterator[tuple[str, int]]:
    """Yield what lies between an invoice's lines and what is due, each with its amount."""
    total, due = invoice["total"], invoice["amount_due"]
    yield "Discount", -sum(one["amount"] for one in invoice["total_discount_amounts"] or ())
    yield "Tax", sum(one["amount"] for one in invoice["total_taxes"] or () if one["tax_behavior"] == "exclusive")
    credit = invoice["pre_payment_credit_notes_amount"]
    yield "Credit notes", -credit
    yield "Applied balance", due - (total - credit) if total > 0 else 0
