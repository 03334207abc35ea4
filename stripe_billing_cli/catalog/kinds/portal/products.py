"""The products and prices among which customers may switch in the portal: how they are written, compared and sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from pydantic_core import core_schema

from stripe_billing_cli.catalog.diff import Fields
from stripe_billing_cli.catalog.kinds.forms import Form
from stripe_billing_cli.catalog.kinds.model import Count, FileModel, Text

NOT_ADJUSTABLE: Mapping[str, Any] = {"enabled": False, "maximum": None, "minimum": None}


class AdjustableQuantity(FileModel):
    enabled: bool
    """Whether the quantity may be changed."""
    maximum: Count | None = None
    """At most so many."""
    minimum: Annotated[int | None, Field(ge=0)] = None
    """At least so many."""


class Offer(FileModel):
    product: Text
    """The key of a product of this file, or an id (prod_…)."""
    prices: list[Text] | None = None
    """The keys of its prices, or ids (price_…); without it, all active recurring prices that this file gives it."""
    adjustable_quantity: AdjustableQuantity | None = None
    """Whether customers may change the quantity."""


@dataclass(frozen=True)
class ShortOffers:
    """Takes `[pro]` and `{pro: [monthly]}` for lists of products with their prices."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self._expanded, handler(source))

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: Any) -> dict[str, Any]:
        long = handler(schema)
        names = {"type": "array", "items": {"type": "string"}}
        by_product = {"type": "object", "additionalProperties": names}
        short = [{**names, "description": "Short for [{product: …}]."}, by_product]
        return {"anyOf": [*short, *long.get("anyOf", [long])]}

    def _expanded(self, value: Any) -> Any:
        if isinstance(value, dict):
            return [{"product": product, "prices": prices} for product, prices in value.items()]
        if isinstance(value, list):
            return [{"product": one} if isinstance(one, str) else one for one in value]
        return value


class OfferedProducts(Form):
    """The form of products with their prices and quantities, of which the order says nothing."""

    def value(self, written: Sequence[Offer] | None) -> list[Fields]:
        return [
            {
                "product": offer.product,
                "prices": offer.prices or [],
                "adjustable_quantity": offer.adjustable_quantity
                and offer.adjustable_quantity.model_dump(exclude_none=True),
            }
            for offer in written or ()
        ]

    def existing(self, answer: Mapping[str, Any], name: str) -> list[Fields]:
        return in_order(
            {
                "product": offer["product"],
                "prices": list(offer["prices"]),
                "adjustable_quantity": {key: offer["adjustable_quantity"][key] for key in NOT_ADJUSTABLE},
            }
            for offer in answer[name] or []
        )

    def beside(self, wanted: Any, existing: Any) -> Any:
        """Return the offers in the order of the existing ones, with quantities that the file does not name."""
        quantities = {offer["product"]: offer["adjustable_quantity"] for offer in existing}
        return in_order(
            {
                **offer,
                "adjustable_quantity": {
                    **quantities.get(offer["product"], NOT_ADJUSTABLE),
                    **(offer["adjustable_quantity"] or {}),
                },
            }
            for offer in wanted
        )

    def params(self, name: str, value: Any) -> dict[str, Any]:
        return {name: [_written(offer) for offer in value] or ""}

    def written(self, name: str, value: Any, default: Any) -> dict[str, Any]:
        if not value:
            return {}
        if not any(offer["adjustable_quantity"]["enabled"] for offer in value):
            return {name: {offer["product"]: offer["prices"] for offer in value}}
        return {name: [_written(offer) for offer in value]}

    def show(self, value: Any, currency: str) -> str:
        return ", ".join(f"{offer['product']} ({', '.join(map(_own_key, offer['prices']))})" for offer in value)


def in_order(offers: Any) -> list[Fields]:
    return sorted(
        ({**offer, "prices": sorted(offer["prices"], key=str)} for offer in offers),
        key=lambda offer: str(offer["product"]),
    )


def price_key(product: str, price: str) -> str:
    """Return the key of a price in the file, which may be written with its product's or without."""
    return price if price.startswith(f"{product}.") else f"{product}.{price}"


def _own_key(price: Any) -> str:
    return str(price).rpartition(".")[2]


def _written(offer: Fields) -> Fields:
    quantity = {key: value for key, value in (offer["adjustable_quantity"] or {}).items() if value is not None}
    shown = {"adjustable_quantity": quantity} if quantity.get("enabled") else {}
    return {"product": offer["product"], "prices": list(offer["prices"]), **shown}
