"""What a catalog file may say: its keys and the types of their values.

Limits are those of Stripe's parameters (`stripe/params/_product_create_params.py`, `_price_create_params.py` and
https://docs.stripe.com/api). What depends on more than one value is in `rules.py`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

LATER = ("features", "meters", "coupons", "promotion_codes", "portal", "webhook_endpoints")
"""Kinds that the file format has room for and this version does not apply."""

Interval = Literal["day", "week", "month", "year"]
TaxBehavior = Literal["exclusive", "inclusive", "unspecified"]


class NotExact(ValueError):
    """An amount that is no exact decimal."""


def _exact(value: Any) -> Decimal:
    """A decimal, from a whole number, a decimal in the file, or its digits in quotes; never through a float."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and len(value) <= 60:
        whole, _, part = value.removeprefix("-").partition(".")
        if whole.isascii() and whole.isdigit() and (not part or (part.isascii() and part.isdigit())):
            return Decimal(value)
    raise NotExact("expected an amount in digits, such as 0.15")


def _up_to(value: Any) -> int | None:
    if value == "inf":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise NotExact("expected a whole number, or inf in the last tier")


Exact = Annotated[
    Decimal,
    BeforeValidator(_exact),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,12})?$"}, {"type": "number", "minimum": 0}]}
    ),
]
UpTo = Annotated[
    int | None,
    BeforeValidator(_up_to),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "inf"}]}),
]
Text = Annotated[str, Field(min_length=1, max_length=5000)]
Count = Annotated[int, Field(ge=1)]
Amount = Annotated[int, Field(ge=0)]
Metadata = Annotated[dict[str, str], Field(default_factory=dict)]


class Entry(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)


class PackageDimensions(Entry):
    height: Exact
    """Inches, to two places."""
    length: Exact
    """Inches, to two places."""
    weight: Exact
    """Ounces, to two places."""
    width: Exact
    """Inches, to two places."""


class TaxDetails(Entry):
    performance_location: Text | None = None
    """A tax location id: where the service is performed."""
    tax_code: Text | None = None
    """A tax code, txcd_…"""


class Recurring(Entry):
    interval: Interval
    """How often the price is billed."""
    interval_count: Count = 1
    """So many intervals between two billings; three years at most."""
    usage_type: Literal["licensed", "metered"] = "licensed"
    """licensed bills the quantity of the subscription, metered the usage reported to a meter."""
    meter: Text | None = None
    """The id of the meter that counts the usage (mtr_…); metered prices need one."""
    trial_period_days: Count | None = None
    """Days of trial where the subscription does not set its own."""


class Tier(Entry):
    up_to: UpTo
    """The last unit of the tier; inf in the last one."""
    unit_amount: Amount | None = None
    """For each unit in the tier, in minor units (cents)."""
    unit_amount_decimal: Exact | None = None
    """The same with up to 12 decimal places; in quotes, so that no reader rounds it."""
    flat_amount: Amount | None = None
    """For the tier as a whole, in minor units (cents)."""
    flat_amount_decimal: Exact | None = None
    """The same as a decimal; a whole number of minor units."""


class TransformQuantity(Entry):
    divide_by: Count
    """So many units are one package."""
    round: Literal["up", "down"]
    """Whether a package begun counts."""


class CustomUnitAmount(Entry):
    enabled: Literal[True]
    """true: the customer chooses the amount."""
    minimum: Amount | None = None
    """The least that the customer may choose, in minor units."""
    maximum: Amount | None = None
    """The most that the customer may choose, in minor units."""
    preset: Amount | None = None
    """The amount offered at first, in minor units."""


class CurrencyOption(Entry):
    unit_amount: Amount | None = None
    """In this currency's minor units."""
    unit_amount_decimal: Exact | None = None
    """The same with up to 12 decimal places."""
    custom_unit_amount: CustomUnitAmount | None = None
    """The customer chooses the amount."""
    tiers: list[Tier] = []
    """The tiers in this currency."""
    tax_behavior: TaxBehavior | None = None
    """Whether tax is on top of this currency's amount, or in it."""


class Price(Entry):
    id: Text | None = None
    """Adopts this existing price (price_…)."""
    lookup_key: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """The name by which programs find the price; product.price unless given."""
    active: bool = True
    """false archives the price: running subscriptions keep it, new ones cannot have it."""
    nickname: Text | None = None
    """A description for your own eyes."""
    currency: str | None = None
    """Three letters, lower case; the catalog's currency unless given."""
    unit_amount: Amount | None = None
    """In minor units: 1500 is $15.00, and ¥1,500."""
    unit_amount_decimal: Exact | None = None
    """The same with up to 12 decimal places, for amounts below a cent; in quotes, so that no reader rounds it."""
    custom_unit_amount: CustomUnitAmount | None = None
    """The customer chooses the amount; one-time prices only."""
    billing_scheme: Literal["per_unit", "tiered"] | None = None
    """per_unit, or tiered with tiers and tiers_mode."""
    tiers_mode: Literal["graduated", "volume"] | None = None
    """graduated: each unit at the price of its own tier. volume: all units at the price of the tier reached."""
    tiers: list[Tier] = []
    """The tiers, the last one up to inf."""
    transform_quantity: TransformQuantity | None = None
    """Sell in packages."""
    recurring: Recurring | None = None
    """How often it is billed: month, or {interval: month, …}. Without it, the price is one-time."""
    tax_behavior: TaxBehavior | None = None
    """Whether tax is on top of the amount (exclusive) or in it (inclusive); the catalog's unless given."""
    currency_options: dict[str, CurrencyOption] = {}
    """The price in further currencies."""
    metadata: Metadata
    """Your own keys and values."""


class Product(Entry):
    id: Text | None = None
    """Adopts this existing product; without it, the product's key is its id."""
    name: Text
    """What customers see."""
    active: bool = True
    """false archives the product."""
    description: Text | None = None
    """What customers read about it."""
    images: list[Annotated[str, Field(min_length=1, max_length=2048)]] = []
    """Up to 8 URLs of pictures."""
    marketing_features: list[Annotated[str, Field(min_length=1, max_length=80)]] = []
    """Up to 15 selling points for pricing tables."""
    metadata: Metadata
    """Your own keys and values."""
    package_dimensions: PackageDimensions | None = None
    """The size and weight of the goods."""
    shippable: bool | None = None
    """Whether it is goods that are shipped."""
    statement_descriptor: Annotated[str, Field(min_length=1, max_length=22)] | None = None
    """What stands on the customer's card statement."""
    tax_code: Annotated[str, Field(pattern=r"^txcd_[0-9]+$")] | None = None
    """What it is to the tax authorities: txcd_…"""
    tax_details: TaxDetails | None = None
    """Further details for taxes."""
    unit_label: Annotated[str, Field(min_length=1, max_length=12)] | None = None
    """What one unit is called on invoices and in Checkout: seat."""
    url: Annotated[str, Field(min_length=1, max_length=2048)] | None = None
    """A page about it."""
    default_price: str | None = None
    """The key of the price that is offered first."""
    prices: dict[str, Price] = {}
    """Its prices by key."""


class CatalogFile(Entry):
    version: Literal[1]
    """The version of this file format: 1."""
    catalog: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100)]
    """The name that marks in Stripe what this file owns."""
    account: Annotated[str, Field(pattern=r"^acct_[A-Za-z0-9_]+$")] | None = None
    """Refuse every account but this one (acct_…)."""
    currency: str | None = None
    """The currency of prices that name none."""
    tax_behavior: TaxBehavior | None = None
    """The tax behaviour of prices that name none."""
    products: dict[str, Product] = {}
    """Products by key; the key is the product's id in Stripe."""
