"""Payment links and what they sell (https://docs.stripe.com/api/payment-link/object)."""

from stripe_billing_cli.stripe_api.objects.catalog import Price
from stripe_billing_cli.stripe_api.objects.common import EmbeddedList, IdentifiedObject, Metadata, StripeObject


class AdjustableQuantity(StripeObject):
    enabled: bool
    maximum: int | None
    minimum: int | None


class LineItem(StripeObject):
    id: str
    adjustable_quantity: AdjustableQuantity | None
    price: Price | None
    quantity: int | None


class OptionalItem(StripeObject):
    price: str
    quantity: int
    adjustable_quantity: AdjustableQuantity | None


class HostedConfirmation(StripeObject):
    custom_message: str | None


class Redirect(StripeObject):
    url: str


class AfterCompletion(StripeObject):
    type: str
    hosted_confirmation: HostedConfirmation | None
    redirect: Redirect | None


class Switch(StripeObject):
    enabled: bool


class ReuseAgreement(StripeObject):
    position: str


class ConsentCollection(StripeObject):
    payment_method_reuse_agreement: ReuseAgreement | None
    promotions: str | None
    terms_of_service: str | None


class DropdownOption(StripeObject):
    label: str
    value: str


class Dropdown(StripeObject):
    options: list[DropdownOption]
    default_value: str | None


class FieldLabel(StripeObject):
    type: str
    custom: str | None


class FieldLength(StripeObject):
    default_value: str | None
    maximum_length: int | None
    minimum_length: int | None


class CustomField(StripeObject):
    key: str
    label: FieldLabel
    optional: bool
    type: str
    dropdown: Dropdown | None
    numeric: FieldLength | None
    text: FieldLength | None


class Message(StripeObject):
    message: str


class CustomText(StripeObject):
    after_submit: Message | None
    shipping_address: Message | None
    submit: Message | None
    terms_of_service_acceptance: Message | None


class InvoiceField(StripeObject):
    name: str
    value: str


class RenderingOptions(StripeObject):
    amount_tax_display: str | None
    template: str | None


class InvoiceData(StripeObject):
    account_tax_ids: list[str | IdentifiedObject] | None
    custom_fields: list[InvoiceField] | None
    description: str | None
    footer: str | None
    metadata: Metadata | None
    rendering_options: RenderingOptions | None


class InvoiceCreation(StripeObject):
    enabled: bool
    invoice_data: InvoiceData | None


class CollectedName(StripeObject):
    enabled: bool
    optional: bool


class NameCollection(StripeObject):
    business: CollectedName | None
    individual: CollectedName | None


class PaymentIntentData(StripeObject):
    metadata: Metadata
    capture_method: str | None
    description: str | None
    setup_future_usage: str | None
    statement_descriptor: str | None
    statement_descriptor_suffix: str | None


class CardRestrictions(StripeObject):
    brands_blocked: list[str]


class CardOptions(StripeObject):
    restrictions: CardRestrictions | None


class PaymentMethodOptions(StripeObject):
    card: CardOptions | None


class CompletedSessions(StripeObject):
    count: int
    limit: int


class Restrictions(StripeObject):
    completed_sessions: CompletedSessions


class ShippingAddressCollection(StripeObject):
    allowed_countries: list[str]


class ShippingOption(StripeObject):
    shipping_rate: str | IdentifiedObject


class SubscriptionInvoices(StripeObject):
    """Newer than the OpenAPI document that the others are taken from: `stripe/_payment_link.py`."""

    account_tax_ids: list[str | IdentifiedObject] | None
    custom_fields: list[InvoiceField] | None
    description: str | None
    footer: str | None


class TrialEnd(StripeObject):
    missing_payment_method: str


class TrialSettings(StripeObject):
    end_behavior: TrialEnd


class SubscriptionData(StripeObject):
    invoice_settings: SubscriptionInvoices
    metadata: Metadata
    description: str | None
    trial_period_days: int | None
    trial_settings: TrialSettings | None


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
    consent_collection: ConsentCollection | None
    inactive_message: str | None
    invoice_creation: InvoiceCreation | None
    line_items: EmbeddedList[LineItem] | None
    managed_payments: ManagedPayments | None
    name_collection: NameCollection | None
    optional_items: list[OptionalItem] | None
    payment_intent_data: PaymentIntentData | None
    payment_method_options: PaymentMethodOptions | None
    payment_method_types: list[str] | None
    restrictions: Restrictions | None
    shipping_address_collection: ShippingAddressCollection | None
    subscription_data: SubscriptionData | None
