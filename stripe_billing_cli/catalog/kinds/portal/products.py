"""The products and prices among which customers may switch in the portal: how they are written, compared and sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict, cast

from pydantic import Field
from pydantic_core import core_schema

from stripe_billing_cli.catalog.entries import FieldValue, Reference
from stripe_billing_cli.catalog.kinds.forms import Form
from stripe_billing_cli.catalog.kinds.model import Count, FileModel, Text
from stripe_billing_cli.stripe_api.objects.portal import AdjustableQuantity as StripeAdjustableQuantity
from stripe_billing_cli.stripe_api.objects.portal import OfferedProduct

NOT_ADJUSTABLE: Mapping[str, bool | int | None] = {"enabled": False, "maximum": None, "minimum": None}


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
    """The mark of products that may be written as `[pro]`, or with their prices as `{pro: [monthly]}`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self._expand, handler(source))

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: Any) -> dict[str, Any]:
        long = handler(schema)
        names = {"type": "array", "items": {"type": "string"}}
        by_product = {"type": "object", "additionalProperties": names}
        short = [{**names, "description": "Short for [{product: …}]."}, by_product]
        return {"anyOf": [*short, *long.get("anyOf", [long])]}

    def _expand(self, value: Any) -> Any:
        if isinstance(value, dict):
            return [{"product": product, "prices": prices} for product, prices in value.items()]
        if isinstance(value, list):
            return [{"product": one} if isinstance(one, str) else one for one in value]
        return value


class OfferValue(TypedDict):
    """The canonical value of an offered product. Its prices are ids, or the `Reference`s of the file's prices.

    `adjustable_quantity` has what the file names of it, of an existing offer all there is.
    """

    product: str
    prices: Sequence[str | Reference]
    adjustable_quantity: Mapping[str, bool | int | None] | None


class OfferedProducts(Form[list[OfferValue]]):
    """The form of products with their prices and quantities, of which the order says nothing."""

    def value(self, file_value: Sequence[Offer] | None) -> list[OfferValue]:
        return [
            {
                "product": offer.product,
                "prices": offer.prices or [],
                "adjustable_quantity": offer.adjustable_quantity.model_dump(exclude_none=True)
                if offer.adjustable_quantity
                else None,
            }
            for offer in file_value or ()
        ]

    def read(self, stripe_value: list[OfferedProduct] | None) -> list[OfferValue]:
        return in_order(
            {
                "product": offer["product"],
                "prices": list(offer["prices"]),
                "adjustable_quantity": _quantity(offer["adjustable_quantity"]),
            }
            for offer in stripe_value or []
        )

    def fill_from(self, value: list[OfferValue], current: list[OfferValue]) -> list[OfferValue]:
        """Return the offers in the order of Stripe's, with quantities that the file does not name."""
        quantities = {offer["product"]: offer["adjustable_quantity"] or {} for offer in current}
        return in_order(
            {
                **offer,
                "adjustable_quantity": {
                    **quantities.get(offer["product"], NOT_ADJUSTABLE),
                    **(offer["adjustable_quantity"] or {}),
                },
            }
            for offer in value
        )

    def params(self, name: str, value: list[OfferValue]) -> dict[str, Any]:
        return {name: [_write_offer(offer) for offer in value] or ""}

    def write_keys(self, name: str, value: list[OfferValue], default: list[OfferValue] | None) -> dict[str, Any]:
        if not value:
            return {}
        if not any((offer["adjustable_quantity"] or NOT_ADJUSTABLE)["enabled"] for offer in value):
            return {name: {offer["product"]: offer["prices"] for offer in value}}
        return {name: [_write_offer(offer) for offer in value]}

    def show(self, value: list[OfferValue], currency: str) -> str:
        return ", ".join(f"{offer['product']} ({', '.join(map(_own_key, offer['prices']))})" for offer in value)


def in_order(offers: Iterable[OfferValue]) -> list[OfferValue]:
    with_sorted_prices: Iterator[OfferValue] = (
        {**offer, "prices": sorted(offer["prices"], key=str)} for offer in offers
    )
    return sorted(with_sorted_prices, key=lambda offer: offer["product"])


def offers_of(value: FieldValue) -> list[OfferValue]:
    """Return the value of a field of offered products, none where it is None."""
    return cast(list[OfferValue], value or [])


def price_key(product: str, price: str) -> str:
    """Return the key of a price in the file, which may be written with its product's or without."""
    return price if price.startswith(f"{product}.") else f"{product}.{price}"


def _own_key(price: str | Reference) -> str:
    return str(price).rpartition(".")[2]


def _quantity(adjustable: StripeAdjustableQuantity) -> Mapping[str, bool | int | None]:
    return {name: adjustable[name] for name in ("enabled", "maximum", "minimum")}


def _write_offer(offer: OfferValue) -> dict[str, Any]:
    quantity = {key: value for key, value in (offer["adjustable_quantity"] or {}).items() if value is not None}
    adjustable_params = {"adjustable_quantity": quantity} if quantity.get("enabled") else {}
    return {"product": offer["product"], "prices": list(offer["prices"]), **adjustable_params}
