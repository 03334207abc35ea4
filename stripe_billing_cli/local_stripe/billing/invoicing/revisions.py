"""Revisions of invoices: the original that `from_invoice` names, and whether it can be revised, without storing
(https://docs.stripe.com/invoicing/invoice-edits)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.invoicing import customer_balance, invoice_fields
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

REVISABLE = ("open", "uncollectible")


def check_revisable(invoice: Object, param: str | None = None) -> None:
    """Raise where an invoice cannot be replaced by a revision; the document says so without Stripe's words."""
    if (invoice["parent"] or {}).get("subscription_details") is not None:
        raise invalid("You can't revise invoices that are attached to subscriptions.", param)
    if invoice_fields.has_attached(invoice, "open", "paid"):
        raise invalid("Invoices with `open` or `paid` payments cannot be revised.", param)
    if not is_revisable(invoice):
        raise invalid(
            f"You can only revise invoices that are open or uncollectible. This invoice is {invoice['status']}.", param
        )


def is_revisable(invoice: Object) -> bool:
    """Return whether the status of an invoice, and its payments, let it be revised."""
    return invoice["status"] in REVISABLE and not invoice_fields.has_attached(invoice, "open", "paid")


def original_of(call: Call, invoice: Object) -> Object | None:
    """Return the invoice that this one is a revision of."""
    made_from = invoice["from_invoice"]
    return None if made_from is None else objects.get_known(call, "invoice", made_from["invoice"])


def balance_before(call: Call, invoice: Object) -> int:
    """Return the balance that a draft of a customer begins with: "For revision invoices, this also includes any
    customer balance that was applied to the original invoice" (`starting_balance` in `stripe/_invoice.py`)."""
    customer = call.store.get("customer", invoice["customer"])
    is_there = customer is not None and not customer.get("deleted")
    balance = customer_balance.balance_in(customer, invoice["currency"]) if customer and is_there else 0
    original = original_of(call, invoice)
    if original is None or not is_revisable(original):
        return balance
    return balance - customer_balance.balance_used_by(original)
