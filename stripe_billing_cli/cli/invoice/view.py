"""An invoice on the screen."""

from __future__ import annotations

from collections.abc import Iterator

from stripe_billing_cli.cli import formatting
from stripe_billing_cli.cli.output import Line, Record, fact


def name(invoice: Record) -> str:
    """Return the number that the customer knows, or the id of a draft."""
    return str(invoice["number"] or invoice["id"])


def outcome_text(invoice: Record) -> str:
    """Return the status of an invoice in a few words."""
    credit_text = (
        f", {formatting.money(invoice['credited'], invoice['currency'])} credited" if invoice["credited"] else ""
    )
    credit_text += _describe_refund(invoice)
    match invoice["status"]:
        case "paid":
            return f"paid {formatting.date(invoice['paid_at'])}{_describe_overpayment(invoice)}{credit_text}"
        case "void":
            return f"void since {formatting.date(invoice['voided_at'])}"
        case "uncollectible":
            return f"written off {formatting.date(invoice['written_off_at'])}{credit_text}"
        case "draft":
            return "not finalized yet"
    return f"open{_waits(invoice)}{credit_text}"


def _describe_overpayment(invoice: Record) -> str:
    overpaid = invoice["amount_overpaid"]
    return f", {formatting.money(overpaid, invoice['currency'])} too much" if overpaid else ""


def _describe_refund(invoice: Record) -> str:
    amount = invoice.get("refunded")
    if not amount:
        return ""
    if amount == invoice["amount_paid"]:
        return ", refunded"
    return f", {formatting.money(amount, invoice['currency'])} refunded"


def _waits(invoice: Record) -> str:
    attempts = formatting.count_text(invoice["attempt_count"], "attempt")
    after = f" after {attempts}" if invoice["attempt_count"] else ""
    if invoice["next_payment_attempt"]:
        return f"{after}, next on {formatting.date(invoice['next_payment_attempt'])}"
    due = f", due {formatting.date(invoice['due_date'])}" if invoice["due_date"] else ""
    return f"{after}{due}"


def lines(invoice: Record) -> Iterator[Line]:
    """Yield the fields that every command shows of an invoice."""
    yield Line("  ".join(part for part in (invoice["id"], invoice["number"]) if part), {"bold": True})
    currency, email = invoice["currency"], invoice["customer_email"]
    facts = {
        "customer": f"{email} ({invoice['customer']})" if email else invoice["customer"],
        "subscription": invoice["subscription"],
        "status": outcome_text(invoice),
        "total": formatting.money(invoice["total"], currency),
        "paid": formatting.money(invoice["amount_paid"], currency) if invoice["amount_paid"] else None,
        "left to pay": formatting.money(invoice["amount_remaining"], currency) if invoice["status"] == "open" else None,
        "created": formatting.date(invoice["created"]),
    }
    for label, value in facts.items():
        if value:
            yield fact(label, value)
    if invoice["status"] == "open" and invoice["hosted_invoice_url"]:
        yield fact("pay page", invoice["hosted_invoice_url"])
