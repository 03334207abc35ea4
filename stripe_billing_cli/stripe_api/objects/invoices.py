"""Invoices, their lines and payments, and invoice items (https://docs.stripe.com/api/invoices/object)."""

from stripe_billing_cli.stripe_api.objects.catalog import TaxRate
from stripe_billing_cli.stripe_api.objects.common import EmbeddedList, Metadata, Period, Reference, StripeObject
from stripe_billing_cli.stripe_api.objects.customers import Customer, PaymentMethod


class ConfirmationSecret(StripeObject):
    client_secret: str


class InvoicedSubscription(StripeObject):
    """The subscription that an invoice is for, where it was expanded."""

    id: str
    status: str
    default_payment_method: str | PaymentMethod | None
    default_source: Reference | None
    latest_invoice: Reference | None


class SubscriptionDetails(StripeObject):
    subscription: str | InvoicedSubscription


class InvoiceParent(StripeObject):
    subscription_details: SubscriptionDetails | None


class StatusTransitions(StripeObject):
    finalized_at: int | None
    marked_uncollectible_at: int | None
    paid_at: int | None
    voided_at: int | None


class DiscountAmount(StripeObject):
    amount: int
    discount: Reference


class TaxRateDetails(StripeObject):
    tax_rate: str


class Tax(StripeObject):
    amount: int
    tax_behavior: str
    tax_rate_details: TaxRateDetails | None


class SubscriptionItemLineDetails(StripeObject):
    """The details of a line by a subscription item. `invoice_item` is None for what a subscription bills by itself."""

    proration: bool
    invoice_item: str | None
    subscription: str | None


class InvoiceItemLineDetails(StripeObject):
    """The details of a line by an invoice item. `subscription` is None for what belongs to no subscription."""

    invoice_item: str
    proration: bool
    subscription: str | None


class LineParent(StripeObject):
    invoice_item_details: InvoiceItemLineDetails | None
    subscription_item_details: SubscriptionItemLineDetails | None


class PriceDetails(StripeObject):
    price: Reference


class LinePricing(StripeObject):
    price_details: PriceDetails | None


class InvoiceLine(StripeObject):
    id: str
    amount: int
    period: Period
    quantity: int | None
    description: str | None
    discount_amounts: list[DiscountAmount] | None
    parent: LineParent | None
    pricing: LinePricing | None
    taxes: list[Tax] | None


class PaidBy(StripeObject):
    type: str
    charge: Reference | None
    payment_intent: Reference | None


class PaymentTransitions(StripeObject):
    paid_at: int | None


class InvoicePayment(StripeObject):
    invoice: Reference
    payment: PaidBy
    status: str
    status_transitions: PaymentTransitions


class Invoice(StripeObject):
    """An invoice. `payments` and `confirmation_secret` are there where they were expanded."""

    id: str
    amount_due: int
    amount_overpaid: int
    amount_paid: int
    amount_remaining: int
    attempt_count: int
    auto_advance: bool
    collection_method: str
    created: int
    currency: str
    customer: str | Customer
    default_tax_rates: list[Reference]
    lines: EmbeddedList[InvoiceLine]
    period_end: int
    post_payment_credit_notes_amount: int
    pre_payment_credit_notes_amount: int
    starting_balance: int
    status_transitions: StatusTransitions
    subtotal: int
    total: int
    automatically_finalizes_at: int | None
    billing_reason: str | None
    confirmation_secret: ConfirmationSecret | None
    customer_email: str | None
    default_payment_method: str | PaymentMethod | None
    default_source: Reference | None
    due_date: int | None
    ending_balance: int | None
    hosted_invoice_url: str | None
    next_payment_attempt: int | None
    number: str | None
    parent: InvoiceParent | None
    payments: EmbeddedList[InvoicePayment] | None
    status: str | None
    total_discount_amounts: list[DiscountAmount] | None
    total_taxes: list[Tax] | None


class InvoiceItemParent(StripeObject):
    subscription_details: SubscriptionDetails | None


class InvoiceItem(StripeObject):
    id: str
    amount: int
    currency: str
    date: int
    period: Period
    proration: bool
    description: str | None
    parent: InvoiceItemParent | None
    tax_rates: list[str | TaxRate] | None


class NoteRefund(StripeObject):
    amount_refunded: int
    refund: Reference


class CreditNote(StripeObject):
    """https://docs.stripe.com/api/credit_notes/object"""

    id: str
    amount: int
    created: int
    currency: str
    customer: Reference
    invoice: Reference
    number: str
    post_payment_amount: int
    pre_payment_amount: int
    refunds: list[NoteRefund]
    status: str
    memo: str | None
    metadata: Metadata | None
    out_of_band_amount: int | None
    reason: str | None
