"""Subscriptions and their schedules (https://docs.stripe.com/api/subscriptions/object)."""

from stripe_billing_cli.stripe_api.objects.catalog import Discount, Price
from stripe_billing_cli.stripe_api.objects.common import EmbeddedList, Metadata, Reference, StripeObject
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
    quantity: int | None
    tax_rates: list[Reference] | None


class CancellationDetails(StripeObject):
    comment: str | None
    feedback: str | None
    reason: str | None


class PauseCollection(StripeObject):
    behavior: str
    resumes_at: int | None


class PendingItem(StripeObject):
    id: str
    price: Price
    quantity: int | None


class PendingUpdate(StripeObject):
    expires_at: int
    subscription_items: list[PendingItem] | None


class EndBehavior(StripeObject):
    missing_payment_method: str


class TrialSettings(StripeObject):
    end_behavior: EndBehavior


class PauseState(StripeObject):
    transitioned_at: int | None


class StatusDetails(StripeObject):
    """Newer than this program's API version; read where it is there."""

    paused: PauseState | None


class PhaseDiscount(StripeObject):
    coupon: Reference | None
    discount: Reference | None
    promotion_code: Reference | None


class ItemThresholds(StripeObject):
    usage_gte: int | None


class PhaseItem(StripeObject):
    discounts: list[PhaseDiscount]
    price: str | Price
    billing_thresholds: ItemThresholds | None
    metadata: Metadata | None
    quantity: int | None
    tax_rates: list[Reference] | None


class ConnectedAccount(StripeObject):
    """The account that is liable for a tax, or issues an invoice: `self`, or another one."""

    type: str
    account: Reference | None


class AutomaticTax(StripeObject):
    enabled: bool
    liability: ConnectedAccount | None


class CustomField(StripeObject):
    name: str
    value: str


class PhaseInvoiceSettings(StripeObject):
    account_tax_ids: list[Reference] | None
    custom_fields: list[CustomField] | None
    days_until_due: int | None
    description: str | None
    footer: str | None
    issuer: ConnectedAccount | None


class Thresholds(StripeObject):
    amount_gte: int | None
    reset_billing_cycle_anchor: bool | None


class TransferData(StripeObject):
    destination: Reference
    amount_percent: float | None


class Phase(StripeObject):
    start_date: int
    end_date: int
    currency: str
    discounts: list[PhaseDiscount]
    items: list[PhaseItem]
    proration_behavior: str
    application_fee_percent: float | None
    automatic_tax: AutomaticTax | None
    billing_cycle_anchor: str | None
    billing_thresholds: Thresholds | None
    collection_method: str | None
    default_payment_method: Reference | None
    default_tax_rates: list[Reference] | None
    description: str | None
    invoice_settings: PhaseInvoiceSettings | None
    metadata: Metadata | None
    on_behalf_of: Reference | None
    transfer_data: TransferData | None
    trial_end: int | None


class CurrentPhase(StripeObject):
    start_date: int
    end_date: int


class Schedule(StripeObject):
    id: str
    phases: list[Phase]
    status: str
    current_phase: CurrentPhase | None


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
    items: EmbeddedList[SubscriptionItem]
    livemode: bool
    metadata: Metadata
    start_date: int
    status: str
    billing_thresholds: Thresholds | None
    cancel_at: int | None
    canceled_at: int | None
    cancellation_details: CancellationDetails | None
    days_until_due: int | None
    default_payment_method: str | PaymentMethod | None
    default_source: Reference | None
    default_tax_rates: list[Reference] | None
    description: str | None
    ended_at: int | None
    latest_invoice: str | Invoice | None
    pause_collection: PauseCollection | None
    pending_setup_intent: str | SetupIntent | None
    pending_update: PendingUpdate | None
    schedule: str | Schedule | None
    status_details: StatusDetails | None
    test_clock: str | TestClock | None
    trial_end: int | None
    trial_settings: TrialSettings | None
