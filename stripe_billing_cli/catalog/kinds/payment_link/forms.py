"""The forms of a payment link's fields that Stripe holds otherwise than their canonical values have them."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from stripe_billing_cli.catalog.kinds.forms import NOTHING, Form, PartsForm
from stripe_billing_cli.catalog.kinds.groups import Choices
from stripe_billing_cli.stripe_api.objects.payment_links import (
    AfterCompletion,
    Restrictions,
    ShippingAddressCollection,
    ShippingOption,
)
from stripe_billing_cli.stripe_api.objects.payment_links import Message as StripeMessage
from stripe_billing_cli.stripe_api.references import id_of


class AfterPayment(TypedDict):
    """The canonical value of what follows a payment: a page, or a message, which is None where it is Stripe's own."""

    type: str
    url: NotRequired[str]
    custom_message: NotRequired[str | None]


class AfterCompletionForm(Form[AfterPayment | None]):
    """The form of what follows a payment: a message of Stripe's page, or another page."""

    def value(self, file_value: Any) -> AfterPayment | None:
        if file_value is None:
            return None
        if file_value.redirect:
            return {"type": "redirect", "url": file_value.redirect.url}
        confirmation = file_value.hosted_confirmation
        return {
            "type": file_value.type or "hosted_confirmation",
            "custom_message": confirmation and confirmation.custom_message,
        }

    def read(self, stripe_value: AfterCompletion) -> AfterPayment:
        if stripe_value["type"] == "redirect" and stripe_value["redirect"]:
            return {"type": "redirect", "url": stripe_value["redirect"]["url"]}
        confirmation = stripe_value["hosted_confirmation"]
        return {"type": stripe_value["type"], "custom_message": confirmation and confirmation["custom_message"]}

    def params(self, name: str, value: AfterPayment | None) -> dict[str, Any]:
        if value is None:
            return {name: ""}
        if "url" in value:
            return {name: {"type": "redirect", "redirect": {"url": value["url"]}}}
        message = value["custom_message"]
        confirmation = {"hosted_confirmation": {"custom_message": message}} if message else {}
        return {name: {"type": value["type"], **confirmation}}

    def write_keys(self, name: str, value: AfterPayment | None, default: AfterPayment | None) -> dict[str, Any]:
        is_plain = value == {"type": "hosted_confirmation", "custom_message": None}
        if is_plain:
            return {}
        params = self.params(name, value)[name]
        return {name: {part: inner for part, inner in params.items() if part != "type"}}

    def show(self, value: AfterPayment | None, currency: str) -> str:
        return (value.get("url") or value.get("custom_message") or value["type"]) if value else NOTHING


class CustomFieldValue(TypedDict):
    """The canonical value of a field that customers fill in, as far as it is shown."""

    key: str
    type: str
    optional: bool


class CustomFields(PartsForm[CustomFieldValue]):
    def show(self, value: list[CustomFieldValue], currency: str) -> str:
        return ", ".join(f"{one['key']} ({one['type']}{', optional' if one['optional'] else ''})" for one in value)


class Message(Form[str | None]):
    """A text, which Stripe holds as `{message: …}`."""

    def read(self, stripe_value: StripeMessage | None) -> str | None:
        return stripe_value and stripe_value["message"]

    def params(self, name: str, value: str | None) -> dict[str, Any]:
        return {name: {"message": value} if value else ""}


class Limit(Form[int | None]):
    """The number of times that a link can be paid by; Stripe counts beside it how often it was."""

    def value(self, file_value: Any) -> int | None:
        return int(file_value.completed_sessions.limit) if file_value else None

    def read(self, stripe_value: Restrictions | None) -> int | None:
        return stripe_value and stripe_value["completed_sessions"]["limit"]

    def params(self, name: str, value: int | None) -> dict[str, Any]:
        return {name: {"completed_sessions": {"limit": value}} if value else ""}

    def write_keys(self, name: str, value: int | None, default: int | None) -> dict[str, Any]:
        return self.params(name, value) if value else {}


class Countries(Choices):
    """The countries that goods are shipped to; none where no address is asked for."""

    def value(self, file_value: Any) -> list[str]:
        return sorted(file_value.allowed_countries) if file_value else []

    def read(self, stripe_value: ShippingAddressCollection | None) -> list[str]:
        return sorted(stripe_value["allowed_countries"]) if stripe_value else []

    def params(self, name: str, value: list[str]) -> dict[str, Any]:
        return {name: {"allowed_countries": value} if value else ""}

    def write_keys(self, name: str, value: list[str], default: list[str] | None) -> dict[str, Any]:
        return self.params(name, value) if value else {}


class ShippingRates(Form[list[str]]):
    """The shipping rates to choose among, by id."""

    def value(self, file_value: list[str] | None) -> list[str]:
        return list(file_value or [])

    def read(self, stripe_value: list[ShippingOption] | None) -> list[str]:
        return [id_of(option["shipping_rate"]) for option in stripe_value or []]

    def params(self, name: str, value: list[str]) -> dict[str, Any]:
        return {name: [{"shipping_rate": rate} for rate in value] or ""}
