"""The fields of a price in the file, each once.

Stripe changes a price only in `active`, `nickname`, `metadata`, `lookup_key`, `tax_behavior` (once, from
unspecified) and `currency_options` (`stripe/params/_price_update_params.py`). All else, and any amount, is a new
price: an amount changed in place would reprice the subscriptions that run on it. Limits are those of
`stripe/params/_price_create_params.py`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from stripe_billing_cli.catalog.kinds.forms import AmountForm, Apart, PartForm, Plain
from stripe_billing_cli.catalog.kinds.model import (
    Amount,
    ByCurrency,
    Count,
    Currency,
    Exact,
    FileModel,
    Interval,
    Metadata,
    NotExactError,
    NullIsNone,
    ShortForm,
    TaxBehavior,
    Text,
)
from stripe_billing_cli.catalog.kinds.price.forms import (
    UNSPECIFIED,
    CurrencyOptions,
    CustomAmount,
    FlatAmount,
    OptionTaxBehavior,
    Package,
    RecurringForm,
    TaxBehaviorForm,
    TierForm,
    Tiers,
    UpTo,
)

ZERO = Decimal(0)
RECURRING = ShortForm("interval", {"enum": ["day", "week", "month", "year"], "description": "Short for {interval: …}."})


def _last_unit(value: Any) -> int | None:
    if value == "inf":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    endless = value in (-1, "-1") or str(value).lower().lstrip("+.") in ("inf", "infinity", "unlimited", "∞")
    raise NotExactError("a whole number from 1, or inf in the last tier", "write inf" if endless else "")


LastUnit = Annotated[
    int | None,
    BeforeValidator(_last_unit),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "inf"}]}),
    UpTo(),
]
LookupKey = Annotated[str, Field(min_length=1, max_length=200)]


class Recurring(FileModel):
    interval: Interval
    """How often the price is billed."""
    interval_count: Count = 1
    """So many intervals between two billings; three years at most."""
    usage_type: Literal["licensed", "metered"] = "licensed"
    """licensed bills the quantity of the subscription, metered the usage reported to a meter."""
    meter: Text | None = None
    """The meter that counts the usage: its key, or its id (mtr_…); metered prices need one."""
    trial_period_days: Count | None = None
    """Days of trial where the subscription does not set its own."""


class Tier(FileModel):
    up_to: LastUnit
    """The last unit of the tier; inf in the last one."""
    unit_amount: Annotated[Amount | None, AmountForm(absent=ZERO)] = None
    """For each unit in the tier, in minor units (cents)."""
    unit_amount_decimal: Annotated[Exact | None, Apart()] = None
    """The same with up to 12 decimal places; in quotes, so that no reader rounds it."""
    flat_amount: Annotated[Amount | None, FlatAmount(absent=ZERO)] = None
    """For the tier as a whole, in minor units (cents)."""
    flat_amount_decimal: Annotated[Exact | None, Apart()] = None
    """The same as a decimal; a whole number of minor units."""


class TransformQuantity(FileModel):
    divide_by: Count
    """So many units are one package."""
    round: Literal["up", "down"]
    """Whether a package begun counts."""


class CustomUnitAmount(FileModel):
    enabled: Annotated[Literal[True], Apart()]
    """true: the customer chooses the amount."""
    minimum: Amount | None = None
    """The least that the customer may choose, in minor units."""
    maximum: Amount | None = None
    """The most that the customer may choose, in minor units."""
    preset: Amount | None = None
    """The amount offered at first, in minor units."""


TIERS = Tiers(TierForm(Tier))


class CurrencyOption(FileModel):
    unit_amount: Annotated[Amount | None, AmountForm()] = None
    """In this currency's minor units."""
    unit_amount_decimal: Annotated[Exact | None, Apart()] = None
    """The same with up to 12 decimal places."""
    custom_unit_amount: Annotated[CustomUnitAmount | None, CustomAmount(CustomUnitAmount)] = None
    """The customer chooses the amount."""
    tiers: Annotated[list[Tier], TIERS] = []
    """The tiers in this currency."""
    tax_behavior: Annotated[TaxBehavior | None, OptionTaxBehavior()] = None
    """Whether tax is on top of this currency's amount, or in it."""


OPTIONS = CurrencyOptions(PartForm(CurrencyOption), in_place=True)


class Price(FileModel):
    id: Text | None = None
    """Adopts this existing price (price_…)."""
    active: Annotated[bool, Plain(in_place=True)] = True
    """false archives the price: running subscriptions keep it, new ones cannot have it."""
    nickname: Annotated[Text | None, Plain(in_place=True, unset=False)] = None
    """A description for your own eyes."""
    lookup_key: Annotated[LookupKey | None, Plain(in_place=True), NullIsNone()] = None
    """The name by which programs find the price; product.price unless given, none where it is null."""
    currency: Currency | None = None
    """Three letters, lower case; the catalog's currency unless given."""
    unit_amount: Annotated[Amount | None, AmountForm()] = None
    """In minor units: 1500 is $15.00, and ¥1,500."""
    unit_amount_decimal: Annotated[Exact | None, Apart()] = None
    """The same with up to 12 decimal places, for amounts below a cent; in quotes, so that no reader rounds it."""
    billing_scheme: Annotated[Literal["per_unit", "tiered"] | None, Plain(absent="per_unit")] = None
    """per_unit, or tiered with tiers and tiers_mode."""
    tiers_mode: Literal["graduated", "volume"] | None = None
    """graduated: each unit at the price of its own tier. volume: all units at the price of the tier reached."""
    tiers: Annotated[list[Tier], TIERS] = []
    """The tiers, the last one up to inf."""
    transform_quantity: Annotated[TransformQuantity | None, Package(TransformQuantity)] = None
    """Sell in packages."""
    custom_unit_amount: Annotated[CustomUnitAmount | None, CustomAmount(CustomUnitAmount)] = None
    """The customer chooses the amount; one-time prices only."""
    recurring: Annotated[Recurring | None, RECURRING, RecurringForm(Recurring)] = None
    """How often it is billed: month, or {interval: month, …}. Without it, the price is one-time."""
    tax_behavior: Annotated[TaxBehavior | None, TaxBehaviorForm(absent=UNSPECIFIED)] = None
    """Whether tax is on top of the amount (exclusive) or in it (inclusive); the catalog's unless given."""
    currency_options: Annotated[dict[str, CurrencyOption], ByCurrency(), OPTIONS] = {}
    """The price in further currencies."""
    metadata: Metadata
    """Your own keys and values."""
