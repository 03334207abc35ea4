"""Customer portal configurations (https://docs.stripe.com/api/customer_portal/configurations/object)."""

from stripe_billing_cli.stripe_api.objects.common import Metadata, StripeObject


class BusinessProfile(StripeObject):
    headline: str | None
    privacy_policy_url: str | None
    terms_of_service_url: str | None


class CustomerUpdate(StripeObject):
    allowed_updates: list[str]
    enabled: bool


class InvoiceHistory(StripeObject):
    enabled: bool


class PaymentMethodUpdate(StripeObject):
    enabled: bool
    payment_method_configuration: str | None


class CancellationReason(StripeObject):
    enabled: bool
    options: list[str]
    feedback_options: list[str] | None


class SubscriptionCancel(StripeObject):
    cancellation_reason: CancellationReason
    enabled: bool
    mode: str
    proration_behavior: str


class PauseOption(StripeObject):
    interval: str
    interval_count: int


class PauseDuration(StripeObject):
    type: str
    interval_options: list[PauseOption] | None


class SubscriptionPause(StripeObject):
    """Newer than the OpenAPI document that the others are taken from: `stripe/billing_portal/_configuration.py`."""

    enabled: bool
    duration: PauseDuration | None


class AdjustableQuantity(StripeObject):
    enabled: bool
    minimum: int
    maximum: int | None


class OfferedProduct(StripeObject):
    product: str
    prices: list[str]
    adjustable_quantity: AdjustableQuantity


class Condition(StripeObject):
    type: str


class ScheduleAtPeriodEnd(StripeObject):
    conditions: list[Condition]


class SubscriptionUpdate(StripeObject):
    """The updates that a portal allows. `products` and `schedule_at_period_end` are there where they were expanded."""

    default_allowed_updates: list[str]
    enabled: bool
    proration_behavior: str
    trial_update_behavior: str
    billing_cycle_anchor: str | None
    products: list[OfferedProduct] | None
    schedule_at_period_end: ScheduleAtPeriodEnd | None


class PortalFeatures(StripeObject):
    customer_update: CustomerUpdate
    invoice_history: InvoiceHistory
    payment_method_update: PaymentMethodUpdate
    subscription_cancel: SubscriptionCancel
    subscription_update: SubscriptionUpdate
    subscription_pause: SubscriptionPause | None


class LoginPage(StripeObject):
    enabled: bool


class PortalConfiguration(StripeObject):
    id: str
    active: bool
    business_profile: BusinessProfile
    created: int
    features: PortalFeatures
    is_default: bool
    login_page: LoginPage
    default_return_url: str | None
    metadata: Metadata | None
    name: str | None
