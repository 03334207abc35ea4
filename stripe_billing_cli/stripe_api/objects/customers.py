"""Customers, their tax ids and their payment methods (https://docs.stripe.com/api/customers/object)."""

from __future__ import annotations

from stripe_billing_cli.stripe_api.objects.common import Metadata, Reference, StripeObject


class Address(StripeObject):
    city: str | None = None
    country: str | None = None
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None


class Card(StripeObject):
    brand: str
    last4: str
    exp_month: int
    exp_year: int


class PaymentMethod(StripeObject):
    """A payment method. `card` is there where the type is card."""

    id: str
    type: str
    card: Card | None = None
    customer: Reference | None = None


class InvoiceSettings(StripeObject):
    default_payment_method: str | PaymentMethod | None = None


class Customer(StripeObject):
    """A customer; of a deleted one only the id is there, and `deleted`."""

    id: str
    created: int
    livemode: bool
    deleted: bool | None = None
    address: Address | None = None
    balance: int | None = None
    currency: str | None = None
    delinquent: bool | None = None
    description: str | None = None
    email: str | None = None
    invoice_settings: InvoiceSettings | None = None
    metadata: Metadata | None = None
    name: str | None = None
    phone: str | None = None
    test_clock: Reference | None = None


class TaxId(StripeObject):
    type: str
    value: str


class BalanceTransaction(StripeObject):
    """https://docs.stripe.com/api/customer_balance_transactions/object"""

    id: str
    amount: int
    created: int
    currency: str
    ending_balance: int
    type: str
    credit_note: Reference | None = None
    description: str | None = None
    invoice: Reference | None = None
    metadata: Metadata | None = None
