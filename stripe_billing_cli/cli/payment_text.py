"""Texts about what an invoice is paid by: a card, a bank transfer, or another way to pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_billing_cli.cli.output import Record

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.objects.customers import PaymentMethod


def refunded_to(payment: Record) -> str:
    """Return where the money of a payment goes when it is given back."""
    if payment["type"] == "customer_balance":
        return "a bank account, for which Stripe asks the customer by mail"
    return paid_by(payment)


def paid_by(payment: Record) -> str:
    """Return the payment method of an invoice: `Visa ending in 4242`, or the type of another way to pay."""
    if payment["type"] == "customer_balance":
        return "bank transfer"
    if payment["last4"] is None:
        return str(payment["type"] or "a payment").replace("_", " ")
    return f"{str(payment['brand']).replace('_', ' ').title()} ending in {payment['last4']}"


def paying_card(method: PaymentMethod | None) -> str:
    """Return the card that pays: `from Visa ending in 4242`."""
    if method is None:
        return "and no card is saved: the customer pays on a page"
    card = method["card"]
    if card is None:
        return f"by {method['type'].replace('_', ' ')} ({method['id']})"
    return f"from {card['brand'].capitalize()} ending in {card['last4']}"
