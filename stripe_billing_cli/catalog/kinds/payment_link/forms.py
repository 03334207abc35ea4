"""How parts of a payment link are compared with Stripe's and sent, which Stripe holds otherwise than a value says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.catalog.kinds.forms import Form, PartsForm
from stripe_billing_cli.catalog.kinds.groups import Choices


class AfterCompletionForm(Form):
    """The form of what follows a payment: a message of Stripe's page, or another page."""

    def value(self, written: Any) -> Any:
        if written is None:
            return None
        if written.redirect:
            return {"type": "redirect", "url": written.redirect.url}
        confirmation = written.hosted_confirmation
        return {
            "type": written.type or "hosted_confirmation",
            "custom_message": confirmation and confirmation.custom_message,
        }

    def existing(self, answer: Mapping[str, Any], name: str) -> Any:
        after = answer[name]
        if after["type"] == "redirect":
            return {"type": "redirect", "url": after["redirect"]["url"]}
        confirmation = after["hosted_confirmation"]
        return {"type": after["type"], "custom_message": confirmation and confirmation["custom_message"]}

    def params(self, name: str, value: Any) -> dict[str, Any]:
        if value["type"] == "redirect":
            return {name: {"type": "redirect", "redirect": {"url": value["url"]}}}
        message = value["custom_message"]
        confirmation = {"hosted_confirmation": {"custom_message": message}} if message else {}
        return {name: {"type": value["type"], **confirmation}}

    def written(self, name: str, value: Any, default: Any) -> dict[str, Any]:
        is_plain = value == {"type": "hosted_confirmation", "custom_message": None}
        if is_plain:
            return {}
        said = self.params(name, value)[name]
        return {name: {part: inner for part, inner in said.items() if part != "type"}}

    def show(self, value: Any, currency: str) -> str:
        return str(value.get("url") or value.get("custom_message") or value["type"])


class CustomFields(PartsForm):
    def show(self, value: Any, currency: str) -> str:
        return ", ".join(f"{one['key']} ({one['type']}{', optional' if one['optional'] else ''})" for one in value)


class Message(Form):
    """A text, which Stripe holds as `{message: …}`."""

    def existing(self, answer: Mapping[str, Any], name: str) -> str | None:
        text = answer[name]
        return text and str(text["message"])

    def params(self, name: str, value: Any) -> dict[str, Any]:
        return {name: {"message": value} if value else ""}


class Limit(Form):
    """The number of times that a link can be paid by; Stripe counts beside it how often it was."""

    def value(self, written: Any) -> int | None:
        return int(written.completed_sessions.limit) if written else None

    def existing(self, answer: Mapping[str, Any], name: str) -> int | None:
        restrictions = answer[name]
        return restrictions and int(restrictions["completed_sessions"]["limit"])

    def params(self, name: str, value: Any) -> dict[str, Any]:
        return {name: {"completed_sessions": {"limit": value}} if value else ""}

    def written(self, name: str, value: Any, default: Any) -> dict[str, Any]:
        return self.params(name, value) if value else {}


class Countries(Choices):
    """The countries that goods are shipped to; none where no address is asked for."""

    def value(self, written: Any) -> list[str]:
        return sorted(written.allowed_countries) if written else []

    def existing(self, answer: Mapping[str, Any], name: str) -> list[str]:
        collection = answer[name]
        return sorted(collection["allowed_countries"]) if collection else []

    def params(self, name: str, value: Any) -> dict[str, Any]:
        return {name: {"allowed_countries": value} if value else ""}

    def written(self, name: str, value: Any, default: Any) -> dict[str, Any]:
        return self.params(name, value) if value else {}


class ShippingRates(Form):
    """The shipping rates to choose among, by id."""

    def value(self, written: Any) -> list[str]:
        return list(written or [])

    def existing(self, answer: Mapping[str, Any], name: str) -> list[str]:
        rates = (option["shipping_rate"] for option in answer[name] or [])
        return [str(rate["id"]) if isinstance(rate, Mapping) else rate for rate in rates]

    def params(self, name: str, value: Any) -> dict[str, Any]:
        return {name: [{"shipping_rate": rate} for rate in value] or ""}
