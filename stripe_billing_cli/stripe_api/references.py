"""References of Stripe's objects to others, each an id, the whole object where it was expanded, or null."""

from __future__ import annotations

from typing import overload

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import IncompleteAnswerError
from stripe_billing_cli.stripe_api.objects.catalog import Price
from stripe_billing_cli.stripe_api.objects.common import Kind, Reference
from stripe_billing_cli.stripe_api.objects.customers import Customer, PaymentMethod
from stripe_billing_cli.stripe_api.objects.invoices import Invoice, InvoicedSubscription, InvoiceItem, InvoicePayment
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription


@overload
def id_of(reference: Reference) -> str: ...


@overload
def id_of(reference: Reference | None) -> str | None: ...


def id_of(reference: Reference | None) -> str | None:
    """Return the id of an object that is given as an id, whole, or not at all."""
    return reference if reference is None or isinstance(reference, str) else reference["id"]


def whole(reference: str | Kind | None) -> Kind | None:
    """Return the object where it was expanded; None where only its id is given, or nothing."""
    return None if isinstance(reference, str) else reference


@overload
def require_expanded(reference: str | Kind) -> Kind: ...


@overload
def require_expanded(reference: str | Kind | None) -> Kind | None: ...


def require_expanded(reference: str | Kind | None) -> Kind | None:
    """Return the object, if any, which was asked to be expanded. Raises `IncompleteAnswerError` where Stripe gives only
    its id."""
    if isinstance(reference, str):
        raise IncompleteAnswerError(
            f"Stripe's answer is not complete: {reference} is given by its id, though the whole of it was asked for"
        )
    return reference


def default_method(customer: Customer) -> str | PaymentMethod | None:
    """Return the payment method that a customer is charged to by default; whole where it was expanded."""
    method = customer["invoice_settings"]["default_payment_method"] if customer["invoice_settings"] else None
    return method or _method_of(customer["default_source"])


def own_method(source: Invoice | Subscription | InvoicedSubscription) -> str | PaymentMethod | None:
    """Return the payment method that an invoice or a subscription has as a default of its own; whole where it was
    expanded."""
    return source["default_payment_method"] or _method_of(source["default_source"])


def without_own_method(subscription: Subscription) -> dict[str, str]:
    """Return the parameters that take the defaults of its own off a subscription, which would go on being paid by them
    (https://docs.stripe.com/billing/subscriptions/payment-methods-setting#payment-method-priority)."""
    method = {"default_payment_method": ""} if subscription["default_payment_method"] else {}
    return method | ({"default_source": ""} if subscription["default_source"] else {})


def _method_of(source: Reference | None) -> PaymentMethod | None:
    """Return a card, bank account or source as the payment method that Stripe takes it for; no more of it is read than
    its id (https://docs.stripe.com/payments/payment-methods/transitioning#compatibility)."""
    id = id_of(source)
    if id is None:
        return None
    return PaymentMethod(id=id, type=SOURCES.get(id.partition("_")[0], "source"), card=None, customer=None)


SOURCES = {"card": "card", "ba": "bank_account"}
"""What a default source is, by how its id begins."""


def subscription_of(source: Invoice | InvoiceItem) -> str | InvoicedSubscription | None:
    """Return the reference to the subscription that an invoice or an invoice item is of; None without one."""
    details = source["parent"]["subscription_details"] if source["parent"] else None
    return details["subscription"] if details else None


def whole_subscription_of(source: Invoice | InvoiceItem) -> InvoicedSubscription | None:
    """Return the subscription that an invoice or an invoice item is of, where it was expanded."""
    return whole(subscription_of(source))


def invoice_paid_by(api: StripeApi, intent: str | None) -> str | None:
    """Return the id of the invoice that a payment intent paid: charges do not name it at this version."""
    if intent is None:
        return None
    by_intent = {"type": "payment_intent", "payment_intent": intent}
    payments, _ = api.page("/v1/invoice_payments", {"payment": by_intent, "limit": 1}, kind=InvoicePayment)
    return id_of(payments[0]["invoice"]) if payments else None


def name_of(price: Price) -> str:
    """Return the name of a price: its lookup key, or its id."""
    return price["lookup_key"] or price["id"]
