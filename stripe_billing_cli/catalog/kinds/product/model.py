"""The fields of a product in the file, each once.

Everything but the id may change (`stripe/params/_product_update_params.py`). A parameter that the SDK types
without `Literal['']` cannot be unset: `name`, `statement_descriptor`; `default_price` can, by the empty string, though
it is typed so (a Stripe engineer in https://github.com/stripe/stripe-python/issues/658). Limits are those of
`stripe/params/_product_create_params.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, TypedDict

from pydantic import Field, StringConstraints

from stripe_billing_cli.catalog.diff import plain
from stripe_billing_cli.catalog.kinds.forms import Apart, Form, PartForm, Plain
from stripe_billing_cli.catalog.kinds.model import (
    Exact,
    FileModel,
    LongForm,
    LongText,
    Metadata,
    PatternText,
    Text,
    Url,
)
from stripe_billing_cli.stripe_api.objects.catalog import MarketingFeature as StripeMarketingFeature
from stripe_billing_cli.stripe_api.objects.catalog import Product as StripeProduct
from stripe_billing_cli.stripe_api.references import id_of


class MarketingFeatures(Form[list[str | None]]):
    """The form of names, which Stripe answers as `{name: …}`."""

    def read(self, stripe_value: list[StripeMarketingFeature]) -> list[str | None]:
        return [feature["name"] for feature in stripe_value]

    def params(self, name: str, value: list[str | None]) -> dict[str, Any]:
        return {name: [{"name": feature} for feature in value] or ""}


class Shippable(Form[bool | None]):
    """A truth of which false is as much as nothing; Stripe takes no empty value for it."""

    def value(self, file_value: bool | None) -> bool | None:
        return file_value or None

    def read(self, stripe_value: bool | None) -> bool | None:
        return stripe_value or None

    def params(self, name: str, value: bool | None) -> dict[str, Any]:
        return {name: bool(value)}


class TaxCode(Form[str | None]):
    """The tax code, which Stripe answers twice: by itself, and in `tax_details`."""

    def wanted_value(self, content: Product, name: str) -> str | None:
        return (content.tax_details.tax_code if content.tax_details else None) or content.tax_code

    def existing_value(self, answer: StripeProduct, name: str) -> str | None:
        details = answer["tax_details"]
        return id_of((details and details["tax_code"]) or answer["tax_code"])


class DetailsValue(TypedDict):
    """The canonical value of tax details that name a place."""

    performance_location: str
    tax_code: str | None


class PlaceOfPerformance(Form[DetailsValue | None]):
    """Tax details, which without a place say no more than the tax code."""

    def wanted_value(self, content: Product, name: str) -> DetailsValue | None:
        details = content.tax_details
        return _details(details.performance_location if details else None, TaxCode().wanted_value(content, "tax_code"))

    def existing_value(self, answer: StripeProduct, name: str) -> DetailsValue | None:
        details = answer["tax_details"]
        return _details(details and details["performance_location"], TaxCode().existing_value(answer, "tax_code"))

    def write_keys(self, name: str, value: DetailsValue | None, default: DetailsValue | None) -> dict[str, Any]:
        return {} if value is None else {name: {"performance_location": value["performance_location"]}}

    def params(self, name: str, value: DetailsValue | None) -> dict[str, Any]:
        if value is None:
            return {name: ""}
        return {name: {key: inner or "" for key, inner in value.items() if inner or key == "tax_code"}}


def _details(place: str | None, tax_code: str | None) -> DetailsValue | None:
    return {"performance_location": place, "tax_code": tax_code} if place else None


class Box(PartForm[Mapping[str, Decimal]]):
    def show_part(self, value: Mapping[str, Decimal], currency: str) -> str:
        return " × ".join(f"{side} {plain(size)}" for side, size in value.items())


class PackageDimensions(FileModel):
    height: Exact
    """Inches, to two places."""
    length: Exact
    """Inches, to two places."""
    weight: Exact
    """Ounces, to two places."""
    width: Exact
    """Inches, to two places."""


class TaxDetails(FileModel):
    performance_location: Text | None = None
    """A tax location id: where the service is performed."""
    tax_code: Text | None = None
    """A tax code, txcd_…"""


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]
"""A name, of which Stripe keeps nothing blank at its ends."""
MarketingFeature = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), LongForm("name")
]
Descriptor = Annotated[str, Field(min_length=1, max_length=22)]
TaxCodeId = Annotated[
    str,
    Field(pattern=r"^txcd_[0-9]+$"),
    PatternText("a tax code", "txcd_10103001 (https://docs.stripe.com/tax/tax-codes)"),
]
Unit = Annotated[str, Field(min_length=1, max_length=12)]


class Product(FileModel):
    id: Text | None = None
    """Adopts this existing product; without it, the product's key is its id."""
    name: Annotated[Name, Plain(in_place=True)]
    """What customers see."""
    active: Annotated[bool, Plain(in_place=True)] = True
    """false archives the product."""
    description: Annotated[LongText | None, Plain(in_place=True)] = None
    """What customers read about it."""
    images: Annotated[list[Url], Plain(in_place=True)] = []
    """Up to 8 URLs of pictures."""
    marketing_features: Annotated[list[MarketingFeature], MarketingFeatures(in_place=True)] = []
    """Up to 15 selling points for pricing tables."""
    metadata: Metadata
    """Your own keys and values."""
    package_dimensions: Annotated[PackageDimensions | None, Box(PackageDimensions, in_place=True)] = None
    """The size and weight of the goods."""
    shippable: Annotated[bool | None, Shippable(in_place=True)] = None
    """Whether it is goods that are shipped."""
    statement_descriptor: Annotated[Descriptor | None, Plain(in_place=True, unset=False)] = None
    """What stands on the customer's card statement."""
    tax_code: Annotated[TaxCodeId | None, TaxCode(in_place=True)] = None
    """What it is to the tax authorities: txcd_…"""
    tax_details: Annotated[TaxDetails | None, PlaceOfPerformance(in_place=True)] = None
    """Further details for taxes."""
    unit_label: Annotated[Unit | None, Plain(in_place=True)] = None
    """What one unit is called on invoices and in Checkout: seat."""
    url: Annotated[Url | None, Plain(in_place=True)] = None
    """A page about it."""
    default_price: Annotated[str | None, Apart()] = None
    """The key of the price that is offered first."""
