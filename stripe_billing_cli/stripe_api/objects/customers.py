"""Customers, their tax ids and their payment methods (https://docs.stripe.com/api/customers/object)."""

from stripe_billing_cli.stripe_api.objects.common import Metadata, Reference, StripeObject


class Address(StripeObject):
    city: str | None
    country: str | None
    line1: str | None
    line2: str | None
    postal_code: str | None
    state: str | None


class Card(StripeObject):
    brand: str
    last4: str
    exp_month: int
    exp_year: int


class PaymentMethod(StripeObject):
    """A payment method. `card` is there where the type is card."""

    id: str
    type: str
    card: Card | None
    customer: Reference | None


class InvoiceSettings(StripeObject):
    default_payment_method: str | PaymentMethod | None


class CustomerEmail(StripeObject):
    """A customer that Stripe's search found, which is not completed."""

    id: str
    email: str | None


class Customer(StripeObject):
    """A customer; of a deleted one only the id is there, and `deleted`."""

    id: str
    created: int
    livemode: bool
    deleted: bool | None
    address: Address | None
    balance: int | None
    currency: str | None
    default_source: Reference | None
    delinquent: bool | None
    description: str | None
    email: str | None
    invoice_settings: InvoiceSettings | None
    metadata: Metadata | None
    name: str | None
    phone: str | None
    test_clock: Reference | None


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
    credit_note: Reference | None
    description: str | None
    invoice: Reference | None
    metadata: Metadata | None
