"""What an object of Stripe's refers to, which Stripe gives as an id, whole where it was expanded, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, overload

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import IncompleteAnswerError
from stripe_billing_cli.stripe_api.objects.common import Kind
from stripe_billing_cli.stripe_api.objects.customers import Customer, PaymentMethod
from stripe_billing_cli.stripe_api.objects.invoices import Invoice, InvoicedSubscription, InvoiceItem, InvoicePayment


@overload
def id_of(reference: str | Mapping[str, Any]) -> str: ...


@overload
def id_of(reference: str | Mapping[str, Any] | None) -> str | None: ...


def id_of(reference: str | Mapping[str, Any] | None) -> str | None:
    """Return the id of an object that is given as an id, whole, or not at all."""
    return reference["id"] if isinstance(reference, Mapping) else reference


def whole(reference: str | Kind | None) -> Kind | None:
    """Return the object where it was expanded; None where only its id is given, or nothing."""
    return None if isinstance(reference, str) else reference


@overload
def expanded(reference: str | Kind) -> Kind: ...


@overload
def expanded(reference: str | Kind | None) -> Kind | None: ...


def expanded(reference: str | Kind | None) -> Kind | None:
    """Return the object, if any, which was asked to be expanded. Raises `IncompleteAnswerError` where Stripe gives only
    its id."""
    if isinstance(reference, str):
        raise IncompleteAnswerError(
            f"Stripe's answer is not complete: {reference} is given by its id, though the whole of it was asked for"
        )
    return reference


def default_method(customer: Customer) -> str | PaymentMethod | None:
    """Return what a customer is charged to by default; whole where it was expanded."""
    return customer["invoice_settings"]["default_payment_method"] if customer["invoice_settings"] else None


def subscription_of(billed: Invoice | InvoiceItem) -> str | InvoicedSubscription | None:
    """Return the reference to the subscription that an invoice or an invoice item is of; None without one."""
    details = billed["parent"]["subscription_details"] if billed["parent"] else None
    return details["subscription"] if details else None


def whole_subscription_of(billed: Invoice | InvoiceItem) -> InvoicedSubscription | None:
    """Return the subscription that an invoice or an invoice item is of, where it was expanded."""
    return whole(subscription_of(billed))


def invoice_paid_by(api: StripeApi, intent: str | None) -> str | None:
    """Return the id of the invoice that a payment intent paid: charges do not name it at this version."""
    if intent is None:
        return None
    by_intent = {"type": "payment_intent", "payment_intent": intent}
    payments, _ = api.page("/v1/invoice_payments", {"payment": by_intent, "limit": 1}, kind=InvoicePayment)
    return id_of(payments[0]["invoice"]) if payments else None
