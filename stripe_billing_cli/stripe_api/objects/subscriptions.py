"""Subscriptions and their schedules (https://docs.stripe.com/api/subscriptions/object)."""

from __future__ import annotations

from stripe_billing_cli.stripe_api.objects.catalog import Discount, Price
from stripe_billing_cli.stripe_api.objects.common import Embedded, Metadata, Reference, StripeObject
from stripe_billing_cli.stripe_api.objects.customers import Customer, PaymentMethod
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.payments import SetupIntent
from stripe_billing_cli.stripe_api.objects.various import TestClock


class SubscriptionItem(StripeObject):
    """An item of a subscription. `quantity` is None where the price is metered."""

    id: str
    created: int
    current_period_end: int
    current_period_start: int
    price: Price
    quantity: int | None = None
    tax_rates: list[Reference] | None = None


class CancellationDetails(StripeObject):
    comment: str | None = None
    feedback: str | None = None
    reason: str | None = None


class PauseCollection(StripeObject):
    behavior: str
    resumes_at: int | None = None


class PendingItem(StripeObject):
    price: Price
    quantity: int | None = None


class PendingUpdate(StripeObject):
    expires_at: int
    subscription_items: list[PendingItem] | None = None


class EndBehavior(StripeObject):
    missing_payment_method: str


class TrialSettings(StripeObject):
    end_behavior: EndBehavior


class Paused(StripeObject):
    transitioned_at: int | None = None


class StatusDetails(StripeObject):
    """Newer than this program's API version; read where it is there."""

    paused: Paused | None = None


class PhaseDiscount(StripeObject):
    coupon: Reference | None = None
    discount: Reference | None = None
    promotion_code: Reference | None = None


class PhaseItem(StripeObject):
    discounts: list[PhaseDiscount]
    price: str | Price
    metadata: Metadata | None = None
    quantity: int | None = None
    tax_rates: list[Reference] | None = None


class AutomaticTax(StripeObject):
    enabled: bool


class PhaseInvoiceSettings(StripeObject):
    days_until_due: int | None = None


class Phase(StripeObject):
    start_date: int
    end_date: int
    currency: str
    discounts: list[PhaseDiscount]
    items: list[PhaseItem]
    proration_behavior: str
    application_fee_percent: float | None = None
    automatic_tax: AutomaticTax | None = None
    billing_cycle_anchor: str | None = None
    collection_method: str | None = None
    default_payment_method: Reference | None = None
    default_tax_rates: list[Reference] | None = None
    description: str | None = None
    invoice_settings: PhaseInvoiceSettings | None = None
    metadata: Metadata | None = None
    on_behalf_of: Reference | None = None
    trial_end: int | None = None


class CurrentPhase(StripeObject):
    start_date: int
    end_date: int


class Schedule(StripeObject):
    id: str
    phases: list[Phase]
    status: str
    current_phase: CurrentPhase | None = None


class BillingMode(StripeObject):
    type: str


class Subscription(StripeObject):
    id: str
    billing_cycle_anchor: int
    billing_mode: BillingMode
    cancel_at_period_end: bool
    collection_method: str
    created: int
    currency: str
    customer: str | Customer
    discounts: list[str | Discount]
    items: Embedded[SubscriptionItem]
    livemode: bool
    metadata: Metadata
    start_date: int
    status: str
    cancel_at: int | None = None
    canceled_at: int | None = None
    cancellation_details: CancellationDetails | None = None
    default_payment_method: str | PaymentMethod | None = None
    default_tax_rates: list[Reference] | None = None
    description: str | None = None
    ended_at: int | None = None
    latest_invoice: str | Invoice | None = None
    pause_collection: PauseCollection | None = None
    pending_setup_intent: str | SetupIntent | None = None
    pending_update: PendingUpdate | None = None
    schedule: str | Schedule | None = None
    status_details: StatusDetails | None = None
    test_clock: str | TestClock | None = None
    trial_end: int | None = None
    trial_settings: TrialSettings | None = None
