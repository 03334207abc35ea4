"""What a catalog file wants, as plain values: the form in which the rest of the program knows a catalog.

Amounts are `Decimal` in the currency's minor unit (1500 is $15.00, 0.15 is $0.0015), so that
`unit_amount` and `unit_amount_decimal` are one field here. `None` means "Stripe's default".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Location:
    """Where something stands in the file; both counted from 1."""

    line: int
    column: int


NOWHERE = Location(0, 0)


@dataclass(frozen=True)
class PackageDimensions:
    """Inches and ounces, to two places, as Stripe keeps them."""

    height: Decimal
    length: Decimal
    weight: Decimal
    width: Decimal


@dataclass(frozen=True)
class TaxDetails:
    performance_location: str | None = None
    tax_code: str | None = None


@dataclass(frozen=True)
class Recurring:
    interval: str
    interval_count: int = 1
    usage_type: str = "licensed"
    meter: str | None = None
    trial_period_days: int | None = None


@dataclass(frozen=True)
class Tier:
    """`up_to` is the last unit of the tier; None is `inf`."""

    up_to: int | None
    unit_amount: Decimal | None = None
    flat_amount: Decimal | None = None


@dataclass(frozen=True)
class TransformQuantity:
    divide_by: int
    round: str


@dataclass(frozen=True)
class CustomUnitAmount:
    minimum: int | None = None
    maximum: int | None = None
    preset: int | None = None


@dataclass(frozen=True)
class CurrencyOption:
    unit_amount: Decimal | None = None
    custom_unit_amount: CustomUnitAmount | None = None
    tiers: tuple[Tier, ...] = ()
    tax_behavior: str | None = None


@dataclass(frozen=True)
class Price:
    key: str
    """The local key, `monthly`; `path` is how the price is spoken of everywhere else."""
    product: str
    """The key of its product."""
    lookup_key: str
    currency: str
    adopted_id: str | None = None
    active: bool = True
    nickname: str | None = None
    billing_scheme: str = "per_unit"
    unit_amount: Decimal | None = None
    custom_unit_amount: CustomUnitAmount | None = None
    tiers_mode: str | None = None
    tiers: tuple[Tier, ...] = ()
    transform_quantity: TransformQuantity | None = None
    recurring: Recurring | None = None
    tax_behavior: str | None = None
    currency_options: Mapping[str, CurrencyOption] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    where: Location = NOWHERE

    @property
    def path(self) -> str:
        return f"{self.product}.{self.key}"


@dataclass(frozen=True)
class Product:
    key: str
    id: str
    """Its id in Stripe: the key, unless the file adopts an existing product by `id:`."""
    name: str
    adopted: bool = False
    active: bool = True
    description: str | None = None
    images: tuple[str, ...] = ()
    marketing_features: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    package_dimensions: PackageDimensions | None = None
    shippable: bool | None = None
    statement_descriptor: str | None = None
    tax_code: str | None = None
    tax_details: TaxDetails | None = None
    unit_label: str | None = None
    url: str | None = None
    default_price: str | None = None
    """The local key of one of `prices`."""
    prices: tuple[Price, ...] = ()
    where: Location = NOWHERE


@dataclass(frozen=True)
class Catalog:
    name: str
    """The stamp, `billing_catalog` in the metadata of everything it owns."""
    products: tuple[Product, ...] = ()
    account: str | None = None
    source: str = "catalog.yaml"
