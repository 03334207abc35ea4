"""The fields of a customer portal configuration in the file, after
`stripe/params/billing_portal/_configuration_{create,update}_params.py`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from stripe_billing_cli.catalog.kinds.forms import Form, PartForm, PartsForm
from stripe_billing_cli.catalog.kinds.groups import Choices
from stripe_billing_cli.catalog.kinds.model import (
    Count,
    FileModel,
    LongForm,
    Metadata,
    NullIsNone,
    ShortList,
    Text,
    Url,
)
from stripe_billing_cli.catalog.kinds.portal.products import Offer, OfferedProducts, ShortOffers
from stripe_billing_cli.stripe_api.feedback import Feedback
from stripe_billing_cli.stripe_api.objects.portal import Condition


class Conditions(Form[list[str]]):
    """The form of conditions, which Stripe answers as `{type: …}`."""

    def value(self, file_value: list[str] | None) -> list[str]:
        return sorted(file_value or [])

    def read(self, stripe_value: list[Condition] | None) -> list[str]:
        return sorted(condition["type"] for condition in stripe_value or [])

    def params(self, name: str, value: list[str]) -> dict[str, Any]:
        return {name: [{"type": condition} for condition in value] or ""}


class PauseOptionValue(TypedDict):
    """The canonical value of a length of a pause."""

    interval: str
    interval_count: int


class PauseOptions(PartsForm[PauseOptionValue]):
    def show(self, value: list[PauseOptionValue], currency: str) -> str:
        return ", ".join(f"{option['interval_count']} {option['interval']}" for option in value)


Proration = Literal["always_invoice", "create_prorations", "none"]
OptionalUrl = Annotated[Url | None, NullIsNone()]


class BusinessProfile(FileModel):
    headline: Annotated[Text | None, NullIsNone()] = None
    """What stands at the top of the portal; null for nothing."""
    privacy_policy_url: OptionalUrl = None
    """Where the privacy policy is; null for none."""
    terms_of_service_url: OptionalUrl = None
    """Where the terms of service are; null for none."""


class CustomerUpdate(FileModel):
    enabled: bool | None = None
    """Whether customers may change their details."""
    allowed_updates: Annotated[
        list[Literal["address", "email", "name", "phone", "shipping", "tax_id"]] | None, Choices()
    ] = None
    """What they may change."""


class InvoiceHistory(FileModel):
    enabled: bool | None = None
    """Whether customers see their invoices."""


class PaymentMethodUpdate(FileModel):
    enabled: bool | None = None
    """Whether customers may change how they pay."""
    payment_method_configuration: Annotated[Text | None, NullIsNone()] = None
    """The payment methods to choose among: pmc_…; null for the account's."""


class CancellationReason(FileModel):
    enabled: bool | None = None
    """Whether customers are asked why they cancel."""
    feedback_options: Annotated[list[Text] | None, Choices()] = None
    """Ids of answers of your own."""
    options: Annotated[list[Feedback] | None, Choices()] = None
    """The answers among which they choose."""


class SubscriptionCancel(FileModel):
    enabled: bool | None = None
    """Whether customers may cancel."""
    cancellation_reason: CancellationReason | None = None
    """Whether they are asked why."""
    mode: Literal["at_period_end", "immediately"] | None = None
    """When it takes effect."""
    proration_behavior: Proration | None = None
    """Whether unused time is credited: create_prorations only with mode: immediately."""


class PauseOption(FileModel):
    interval: Literal["day", "month", "week", "year"]
    """day, week, month or year."""
    interval_count: Count = 1
    """So many of them."""


class PauseDuration(FileModel):
    type: Literal["indefinite", "interval_options"] | None = None
    """Whether a pause has an end: interval_options."""
    interval_options: Annotated[list[PauseOption] | None, PauseOptions(PartForm(PauseOption))] = None
    """The lengths among which customers choose."""


class SubscriptionPause(FileModel):
    enabled: bool | None = None
    """Whether customers may pause."""
    duration: PauseDuration | None = None
    """For how long."""


class ScheduleAtPeriodEnd(FileModel):
    conditions: Annotated[
        list[Annotated[Literal["decreasing_item_amount", "shortening_interval"], LongForm("type")]] | None, Conditions()
    ] = None
    """Which changes wait for the period's end: [decreasing_item_amount, shortening_interval]."""


class SubscriptionUpdate(FileModel):
    enabled: bool | None = None
    """Whether customers may switch."""
    billing_cycle_anchor: Literal["now", "unchanged"] | None = None
    """Whether a switch begins a new period."""
    default_allowed_updates: Annotated[list[Literal["price", "promotion_code", "quantity"]] | None, Choices()] = None
    """What they may change."""
    products: Annotated[list[Offer] | None, ShortOffers(), OfferedProducts()] = None
    """The products and prices among which they switch, ten products at most: {pro: [monthly, yearly]}."""
    proration_behavior: Proration | None = None
    """What becomes of the time that is paid for."""
    schedule_at_period_end: Annotated[ScheduleAtPeriodEnd | None, ShortList("conditions")] = None
    """Which changes take effect at the period's end."""
    trial_update_behavior: Literal["continue_trial", "end_trial"] | None = None
    """What becomes of a trial."""


class PortalFeatures(FileModel):
    customer_update: CustomerUpdate | None = None
    """Changing one's details."""
    invoice_history: InvoiceHistory | None = None
    """Seeing one's invoices."""
    payment_method_update: PaymentMethodUpdate | None = None
    """Changing how one pays."""
    subscription_cancel: SubscriptionCancel | None = None
    """Canceling."""
    subscription_pause: SubscriptionPause | None = None
    """Pausing."""
    subscription_update: SubscriptionUpdate | None = None
    """Switching to another price, or changing the quantity."""


class LoginPage(FileModel):
    enabled: bool
    """Whether there is a page where customers log in by email."""


class PortalConfiguration(FileModel):
    id: Text | None = None
    """Adopts this existing configuration (bpc_…), or the account's default: default."""
    active: bool = True
    """false: no portal opens with it."""
    name: Annotated[Text | None, NullIsNone()] = None
    """What it is called, for your own eyes."""
    business_profile: BusinessProfile | None = None
    """What the portal says of the business."""
    default_return_url: OptionalUrl = None
    """Where the link back leads; null for nowhere."""
    features: PortalFeatures | None = None
    """What customers may do. What is not named is left as it is."""
    login_page: LoginPage | None = None
    """A page where customers log in by email."""
    metadata: Metadata
    """Your own keys and values."""
