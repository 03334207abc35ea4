"""A quote as a PDF file, for its customer (https://docs.stripe.com/quotes/overview#quote_pdf)."""

from __future__ import annotations

from collections.abc import Iterator

from stripe_billing_cli.local_stripe.billing.quotes import quote as quotes
from stripe_billing_cli.local_stripe.core import amounts, pdf, times
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.requests import Call, File
from stripe_billing_cli.local_stripe.core.store import Object


def find_finalized(call: Call) -> Object:
    """Return the quote. Raises for one that was never finalized, of which Stripe documents no PDF; the words are not
    recorded."""
    quote = quotes.find(call, call.id)[1]
    if quote["number"] is None:
        raise invalid("This quote has no PDF: only a quote that was finalized has one.")
    return quote


def write(call: Call, quote: Object) -> str:
    """Return the text of the file."""
    return pdf.document(f"Quote {quote['number']}", _lines(quote, call.store.get("customer", quote["customer"]) or {}))


def _lines(quote: Object, customer: Object) -> Iterator[str | None]:
    def money(amount: int) -> str:
        return amounts.format_signed(amount, quote["currency"])

    yield quote["header"]
    yield f"For {customer.get('name') or customer.get('email') or quote['customer']}"
    yield f"Valid until {times.day(quote['expires_at'])}"
    yield from ("", quote["description"])
    for item in quote["line_items"]["data"]:
        yield pdf.row(f"{item['quantity']} x {item['description'] or item['price']}", money(item["amount_subtotal"]))
    yield ""
    yield pdf.row("Subtotal", money(quote["amount_subtotal"]))
    details = quote["total_details"]
    if details["amount_discount"]:
        yield pdf.row("Discount", money(-details["amount_discount"]))
    if details["amount_tax"]:
        yield pdf.row("Tax", money(details["amount_tax"]))
    yield pdf.row("Total", money(quote["amount_total"]))
    recurring = quote["computed"]["recurring"]
    if recurring is not None:
        interval = f"{recurring['interval_count']} {recurring['interval']}"
        yield pdf.row(f"Every {interval}", money(recurring["amount_total"]))
    yield from ("", quote["footer"])


FILE = File(pdf.MEDIA_TYPE, write)
