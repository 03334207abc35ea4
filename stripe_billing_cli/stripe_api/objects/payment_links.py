"""Payment links and what they sell (https://docs.stripe.com/api/payment-link/object)."""

from __future__ import annotations

from stripe_billing_cli.stripe_api.objects.catalog import Price
from stripe_billing_cli.stripe_api.objects.common import Embedded, Identified, Metadata, StripeObject


class AdjustableQuantity(StripeObject):
    enabled: bool
    maximum: int | None = None
    minimum: int | None = None


class LineItem(StripeObject):
    id: str
    adjustable_quantity: AdjustableQuantity | None = None
    price: Price | None = None
    quantity: int | None = None


class OptionalItem(StripeObject):
    price: str
    quantity: int
    adjustable_quantity: AdjustableQuantity | None = None


class HostedConfirmation(StripeObject):
    custom_message: str | None = None


class Redirect(StripeObject):
    url: str


class AfterCompletion(StripeObject):
    type: str
    hosted_confirmation: HostedConfirmation | None = None
    redirect: Redirect | None = None


class Switch(StripeObject):
    enabled: bool


class ReuseAgreement(StripeObject):
    position: str


class ConsentCollection(StripeObject):
    payment_method_reuse_agreement: ReuseAgreement | None = None
    promotions: str | None = None
    terms_of_service: str | None = None


class DropdownOption(StripeObject):
    label: str
    value: str


class Dropdown(StripeObject):
    options: list[DropdownOption]
    default_value: str | None = None


class FieldLabel(StripeObject):
    type: str
    custom: str | None = None


class FieldLength(StripeObject):
    default_value: str | None = None
    maximum_length: int | None = None
    minimum_length: int | None = None


class CustomField(StripeObject):
    key: str
    label: FieldLabel
    optional: bool
    type: str
    dropdown: Dropdown | None = None
    numeric: FieldLength | None = None
    text: FieldLength | None = None


class Message(StripeObject):
    message: str


class CustomText(StripeObject):
    after_submit: Message | None = None
    shipping_address: Message | None = None
    submit: Message | None = None
    terms_of_service_acceptance: Message | None = None


class InvoiceField(StripeObject):
    name: str
    value: str


class RenderingOptions(StripeObject):
    amount_tax_display: str | None = None
    template: str | None = None


class InvoiceData(StripeObject):
    account_tax_ids: list[str | Identified] | None = None
    custom_fields: list[InvoiceField] | None = None
    description: str | None = None
    footer: str | None = None
    metadata: Metadata | None = None
    rendering_options: RenderingOptions | None = None


class InvoiceCreation(StripeObject):
    enabled: bool
    invoice_data: InvoiceData | None = None


class CollectedName(StripeObject):
    enabled: bool
    optional: bool


class NameCollection(StripeObject):
    business: CollectedName | None = None
    individual: CollectedName | None = None


class PaymentIntentData(StripeObject):
    metadata: Metadata
    capture_method: str | None = None
    description: str | None = None
    setup_future_usage: str | None = None
    statement_descriptor: str | None = None
    statement_descriptor_suffix: str | None = None


class CardRestrictions(StripeObject):
    brands_blocked: list[str]


class CardOptions(StripeObject):
    restrictions: CardRestrictions | None = None


class PaymentMethodOptions(StripeObject):
    card: CardOptions | None = None


class CompletedSessions(StripeObject):
    count: int
    limit: int


class Restrictions(StripeObject):
    completed_sessions: CompletedSessions


class ShippingAddressCollection(StripeObject):
    allowed_countries: list[str]


class ShippingOption(StripeObject):
    shipping_rate: str | Identified


class SubscriptionInvoices(StripeObject):
    """Newer than the OpenAPI document that the others are taken from: `stripe/_payment_link.py`."""

    account_tax_ids: list[str | Identified] | None = None
    custom_fields: list[InvoiceField] | None = None
    description: str | None = None
    footer: str | None = None


class TrialEnd(StripeObject):
    missing_payment_method: str


class TrialSettings(StripeObject):
    end_behavior: TrialEnd


class SubscriptionData(StripeObject):
    invoice_settings: SubscriptionInvoices
    metadata: Metadata
    description: str | None = None
    trial_period_days: int | None = None
    trial_settings: TrialSettings | None = None


class TaxIdCollection(StripeObject):
    enabled: bool
    required: str


class ManagedPayments(StripeObject):
    enabled: bool


class PaymentLink(StripeObject):
    """A payment link. `line_items` is there where it was expanded."""

    id: str
    active: bool
    after_completion: AfterCompletion
    allow_promotion_codes: bool
    automatic_tax: Switch
    billing_address_collection: str
    currency: str
    custom_fields: list[CustomField]
    custom_text: CustomText
    customer_creation: str
    livemode: bool
    metadata: Metadata
    payment_method_collection: str
    phone_number_collection: Switch
    shipping_options: list[ShippingOption]
    submit_type: str
    tax_id_collection: TaxIdCollection
    url: str
    consent_collection: ConsentCollection | None = None
    inactive_message: str | None = None
    invoice_creation: InvoiceCreation | None = None
    line_items: Embedded[LineItem] | None = None
    managed_payments: ManagedPayments | None = None
    name_collection: NameCollection | None = None
    optional_items: list[OptionalItem] | None = None
    payment_intent_data: PaymentIntentData | None = None
    payment_method_options: PaymentMethodOptions | None = None
    payment_method_types: list[str] | None = None
    restrictions: Restrictions | None = None
    shipping_address_collection: ShippingAddressCollection | None = None
    subscription_data: SubscriptionData | None = None
