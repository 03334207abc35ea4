"""The fields of a payment link in the file, after `stripe/params/_payment_link_{create,update}_params.py`.

Without Connect's parameters, and without prices made within a link (`price_data`): those stand under products.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from stripe_billing_cli.catalog.kinds.forms import PartForm
from stripe_billing_cli.catalog.kinds.groups import Choices, Group, OwnKeys
from stripe_billing_cli.catalog.kinds.model import (
    Count,
    Currency,
    FileModel,
    LongForm,
    Metadata,
    NullIsNone,
    PatternText,
    ShortForm,
    Text,
    Url,
)
from stripe_billing_cli.catalog.kinds.payment_link.forms import (
    AfterCompletionForm,
    Countries,
    CustomFields,
    Limit,
    Message,
    ShippingRates,
)
from stripe_billing_cli.catalog.kinds.payment_link.items import Item, Items

OnOff = Literal["auto", "required"]
ClearableText = Annotated[
    Annotated[str, Field(min_length=1, max_length=1200), LongForm("message")] | None, NullIsNone()
]


class Redirect(FileModel):
    url: Url
    """Where they are sent; {CHECKOUT_SESSION_ID} in it becomes the session's id."""


class HostedConfirmation(FileModel):
    custom_message: Annotated[str | None, Field(max_length=500)] = None
    """What Stripe's page says."""


class AfterCompletion(FileModel):
    type: Literal["hosted_confirmation", "redirect"] | None = None
    """Whether Stripe's page follows, or another."""
    hosted_confirmation: HostedConfirmation | None = None
    """Of Stripe's page."""
    redirect: Redirect | None = None
    """Of another page."""


class Enabled(FileModel):
    enabled: bool
    """Whether it is so."""


class ReuseAgreement(FileModel):
    position: Literal["auto", "hidden"]
    """Whether the text about reuse of the payment method is shown."""


class ConsentCollection(FileModel):
    payment_method_reuse_agreement: ReuseAgreement | None = None
    """The text about reuse of the payment method."""
    promotions: Literal["auto", "none"] | None = None
    """Whether consent to promotions is asked for."""
    terms_of_service: Literal["none", "required"] | None = None
    """Whether the terms of service have to be agreed to."""


class DropdownOption(FileModel):
    label: Annotated[str, Field(min_length=1, max_length=100)]
    """What the customer sees."""
    value: Annotated[str, Field(min_length=1, max_length=100)]
    """What it is to you."""


class Dropdown(FileModel):
    default_value: Text | None = None
    """The value that is chosen at first."""
    options: list[DropdownOption]
    """What can be chosen."""


class FieldLabel(FileModel):
    type: Literal["custom"] = "custom"
    """Whose text it is."""
    custom: Annotated[str, Field(min_length=1, max_length=50)]
    """The text."""


class FieldLength(FileModel):
    default_value: Text | None = None
    """What stands there at first."""
    maximum_length: Count | None = None
    """At most so many characters."""
    minimum_length: Count | None = None
    """At least so many characters."""


class CustomField(FileModel):
    key: Annotated[str, Field(min_length=1, max_length=200)]
    """What it is called in your code."""
    label: Annotated[FieldLabel, ShortForm("custom", {"type": "string"})]
    """What the customer sees."""
    type: Literal["dropdown", "numeric", "text"]
    """dropdown, numeric or text."""
    optional: bool = False
    """Whether it may stay empty."""
    dropdown: Dropdown | None = None
    """Of a dropdown."""
    numeric: FieldLength | None = None
    """Of a number."""
    text: FieldLength | None = None
    """Of a text."""


class CustomText(FileModel):
    after_submit: Annotated[ClearableText, Message()] = None
    """Beside the button to pay; null for nothing."""
    shipping_address: Annotated[ClearableText, Message()] = None
    """Beside the address; null for nothing."""
    submit: Annotated[ClearableText, Message()] = None
    """Above the button; null for nothing."""
    terms_of_service_acceptance: Annotated[ClearableText, Message()] = None
    """In place of Stripe's text about the terms; null for that."""


class InvoiceField(FileModel):
    name: Annotated[str, Field(min_length=1, max_length=40)]
    """Its name."""
    value: Annotated[str, Field(min_length=1, max_length=140)]
    """What it says."""


class RenderingOptions(FileModel):
    amount_tax_display: Literal["exclude_tax", "include_inclusive_tax"] | None = None
    """How line items are shown."""
    template: Text | None = None
    """The id of a template."""


class InvoiceData(FileModel):
    account_tax_ids: Annotated[list[Text] | None, Choices()] = None
    """Ids of the account's tax ids."""
    custom_fields: list[InvoiceField] | None = None
    """Up to 4 fields."""
    description: Text | None = None
    """A description."""
    footer: Text | None = None
    """What stands at the foot."""
    metadata: Annotated[dict[str, str] | None, OwnKeys()] = None
    """The invoice's keys and values."""
    rendering_options: RenderingOptions | None = None
    """How it is shown."""


class InvoiceCreation(FileModel):
    enabled: bool
    """Whether a payment makes an invoice."""
    invoice_data: InvoiceData | None = None
    """What the invoice says."""


class CollectedName(FileModel):
    enabled: bool
    """Whether it is asked for."""
    optional: bool | None = None
    """Whether it may be left out."""


class NameCollection(FileModel):
    business: Annotated[CollectedName | None, Group(CollectedName, {"optional": False})] = None
    """The name of a business."""
    individual: Annotated[CollectedName | None, Group(CollectedName, {"optional": False})] = None
    """The name of a person."""


class PaymentIntentData(FileModel):
    capture_method: Literal["automatic", "automatic_async", "manual"] | None = None
    """When the money is captured; another one makes a new link."""
    description: Annotated[Text | None, NullIsNone()] = None
    """The payment's description."""
    metadata: Annotated[dict[str, str] | None, OwnKeys()] = None
    """The payment's keys and values."""
    setup_future_usage: Annotated[Literal["off_session", "on_session"] | None, NullIsNone()] = None
    """Whether the payment method is kept."""
    statement_descriptor: Annotated[Annotated[str, Field(max_length=22)] | None, NullIsNone()] = None
    """What stands on the statement, of what is no card."""
    statement_descriptor_suffix: Annotated[Annotated[str, Field(max_length=22)] | None, NullIsNone()] = None
    """What is added to the account's descriptor."""


class CardRestrictions(FileModel):
    brands_blocked: Annotated[
        list[Literal["american_express", "discover_global_network", "mastercard", "visa"]] | None, Choices()
    ] = None
    """The brands that are not taken."""


class CardOptions(FileModel):
    restrictions: CardRestrictions | None = None
    """What is not taken."""


class PaymentMethodOptions(FileModel):
    card: CardOptions | None = None
    """Of cards."""


class CompletedSessions(FileModel):
    limit: Count
    """So many payments."""


class Restrictions(FileModel):
    completed_sessions: CompletedSessions
    """How often it can be paid by."""


class ShippingAddressCollection(FileModel):
    allowed_countries: list[Annotated[str, Field(pattern=r"^[A-Z]{2}$"), PatternText("two capital letters", "DE")]]
    """Countries by two letters: [DE, FR]."""


class SubscriptionInvoices(FileModel):
    account_tax_ids: Annotated[list[Text] | None, Choices()] = None
    """Ids of the account's tax ids."""
    custom_fields: list[InvoiceField] | None = None
    """Up to 4 fields."""
    description: Text | None = None
    """A description."""
    footer: Text | None = None
    """What stands at the foot."""


class TrialEnd(FileModel):
    missing_payment_method: Literal["cancel", "create_invoice", "pause"] | None = None
    """What becomes of a subscription without a payment method."""


class TrialSettings(FileModel):
    end_behavior: TrialEnd
    """What happens at the end."""


class SubscriptionData(FileModel):
    description: Text | None = None
    """The subscription's description; another one makes a new link."""
    invoice_settings: SubscriptionInvoices | None = None
    """What the subscription's invoices say."""
    metadata: Annotated[dict[str, str] | None, OwnKeys()] = None
    """The subscription's keys and values."""
    trial_period_days: Annotated[Count | None, NullIsNone()] = None
    """Days of trial; null for none."""
    trial_settings: TrialSettings | None = None
    """The trial's end."""


class TaxIdCollection(FileModel):
    enabled: bool
    """Whether tax ids are asked for."""
    required: Literal["if_supported", "never"] | None = None
    """Whether one has to be given."""


class PaymentLink(FileModel):
    id: Text | None = None
    """Adopts this existing link (plink_…)."""
    active: bool = True
    """false: its page says that it is closed."""
    line_items: Annotated[list[Item], Items()]
    """What it sells, up to 20: [pro.monthly], or {price, quantity, …}. Other prices make a new link."""
    after_completion: Annotated[AfterCompletion | None, AfterCompletionForm()] = None
    """What follows the payment: {redirect: {url: https://…}}."""
    allow_promotion_codes: bool | None = None
    """Whether customers may enter promotion codes."""
    automatic_tax: Enabled | None = None
    """Whether Stripe computes taxes."""
    billing_address_collection: OnOff | None = None
    """Whether the billing address is asked for."""
    consent_collection: Annotated[ConsentCollection | None, Group(ConsentCollection)] = None
    """What customers agree to."""
    currency: Currency | None = None
    """The currency, of those that the prices have; another one makes a new link."""
    custom_fields: Annotated[list[CustomField] | None, CustomFields(PartForm(CustomField))] = None
    """Up to 3 questions of your own."""
    custom_text: CustomText | None = None
    """Texts of your own: {submit: …}."""
    customer_creation: Literal["always", "if_required"] | None = None
    """Whether a payment makes a customer."""
    inactive_message: Annotated[Annotated[str, Field(max_length=500)] | None, NullIsNone()] = None
    """What the page says once it is closed; null for Stripe's text."""
    invoice_creation: Annotated[InvoiceCreation | None, Group(InvoiceCreation)] = None
    """Whether a single payment makes an invoice."""
    managed_payments: Enabled | None = None
    """Whether Stripe is the merchant of record; another choice makes a new link."""
    name_collection: NameCollection | None = None
    """Which names are asked for."""
    optional_items: Annotated[list[Item] | None, Items()] = None
    """What may be added to the purchase, up to 10."""
    payment_intent_data: PaymentIntentData | None = None
    """What single payments say."""
    payment_method_collection: Literal["always", "if_required"] | None = None
    """Whether a payment method is asked for where nothing is due."""
    payment_method_options: PaymentMethodOptions | None = None
    """Which cards are taken."""
    payment_method_types: Annotated[list[Text] | None, Choices(), NullIsNone()] = None
    """The payment methods; null for those of the account's settings."""
    phone_number_collection: Enabled | None = None
    """Whether a phone number is asked for."""
    restrictions: Annotated[Restrictions | None, Limit(), NullIsNone()] = None
    """How often it can be paid by; null for any number."""
    shipping_address_collection: Annotated[ShippingAddressCollection | None, Countries(), NullIsNone()] = None
    """Where goods are shipped to; null: no address is asked for."""
    shipping_options: Annotated[
        list[Annotated[Text, LongForm("shipping_rate")]] | None, ShippingRates(), NullIsNone()
    ] = None
    """Keys of the shipping rates to choose among, or ids (shr_…); null for none."""
    submit_type: Literal["auto", "book", "donate", "pay", "subscribe"] | None = None
    """What the button says."""
    subscription_data: SubscriptionData | None = None
    """What subscriptions say."""
    tax_id_collection: Annotated[TaxIdCollection | None, Group(TaxIdCollection, {"required": "never"})] = None
    """Whether tax ids are asked for."""
    metadata: Metadata
    """Your own keys and values."""
