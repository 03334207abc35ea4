"""The forms of a price's fields that are not those of every kind: what may change in place, and how they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypedDict, cast

from stripe_billing_cli.catalog.entries import Fields, Reference
from stripe_billing_cli.catalog.kinds.forms import AmountForm, Form, PartForm, PartsByKeyForm, PartsForm
from stripe_billing_cli.stripe_api.money import format_amount
from stripe_billing_cli.stripe_api.objects.catalog import Price as StripePrice

UNSPECIFIED = "unspecified"


class RecurringValue(TypedDict):
    """The canonical value of how often a price is billed. `meter` is a `Reference` to one that is still to be made."""

    interval: str
    interval_count: int
    usage_type: str
    meter: str | Reference | None
    trial_period_days: int | None


class TierValue(TypedDict):
    """The canonical value of a tier. `up_to` is None for the last one."""

    up_to: int | None
    unit_amount: Decimal
    flat_amount: Decimal


class PackageValue(TypedDict):
    """The canonical value of packages."""

    divide_by: int
    round: str


class AmountsValue(TypedDict):
    """The canonical amounts of a price, in its own currency or in another."""

    unit_amount: Decimal | None
    custom_unit_amount: Mapping[str, int | None] | None
    tiers: list[TierValue]


class OptionValue(AmountsValue):
    """The canonical value of a price in a further currency."""

    tax_behavior: str | None


class PriceValues(AmountsValue):
    """The canonical fields of a price that are read by name."""

    currency: str
    currency_options: dict[str, OptionValue]
    lookup_key: str | None
    recurring: RecurringValue | None
    transform_quantity: PackageValue | None


def price_values(fields: Fields) -> PriceValues:
    """Return the fields of a price as the types that their forms give them."""
    return cast(PriceValues, fields)


class TaxBehaviorForm(Form[str]):
    """Tax behaviour, which can be set once."""

    def changes_in_place(self, before: str, after: str) -> bool:
        return before == UNSPECIFIED


class UpTo(Form[int | None]):
    """The last unit of a tier; None is `inf`."""

    def part_params(self, name: str, value: int | None) -> dict[str, Any]:
        return {name: "inf" if value is None else value}

    def write_keys(self, name: str, value: int | None, default: int | None) -> dict[str, Any]:
        return {name: "inf" if value is None else value}


class FlatAmount(AmountForm):
    """The amount for a tier as a whole, of which nothing is said where there is none."""

    def part_params(self, name: str, value: Decimal | None) -> dict[str, Any]:
        return self.params(name, value) if value else {}


class TierForm(PartForm[TierValue]):
    """A tier, of which an amount is written also where it is nothing."""

    def written_parts(self, value: TierValue) -> dict[str, Any]:
        params = super().written_parts(value)
        return params if len(params) > 1 else {**params, "unit_amount": 0}


class Tiers(PartsForm[TierValue]):
    def show(self, value: list[TierValue], currency: str) -> str:
        return show_tiers(value, currency)


class CustomAmount(PartForm[Mapping[str, int | None]]):
    """An amount that the customer chooses."""

    def write(self, value: Mapping[str, int | None]) -> dict[str, Any]:
        return {"enabled": True, **super().write(value)}

    def written_parts(self, value: Mapping[str, int | None]) -> dict[str, Any]:
        return {"enabled": True, **super().written_parts(value)}

    def show_part(self, value: Mapping[str, int | None], currency: str) -> str:
        return show_custom(value, currency)


class Package(PartForm[PackageValue]):
    def show_part(self, value: PackageValue, currency: str) -> str:
        return f"per {value['divide_by']:,}, rounded {value['round']}"


class RecurringForm(PartForm[RecurringValue]):
    def show_part(self, value: RecurringValue, currency: str) -> str:
        return show_period(value)


class OptionTaxBehavior(Form[str | None]):
    """Tax behaviour in one currency; the file may be silent about it."""

    def read(self, stripe_value: str | None) -> str:
        return stripe_value or UNSPECIFIED

    def write_keys(self, name: str, value: str | None, default: str | None) -> dict[str, Any]:
        return {} if value == UNSPECIFIED else super().write_keys(name, value, default)

    def part_params(self, name: str, value: str | None) -> dict[str, Any]:
        return {} if value in (None, UNSPECIFIED) else {name: value}


class CurrencyOptions(PartsByKeyForm[OptionValue]):
    """Amounts in further currencies: they come in place and go all together; one that goes or changes is another price.

    Stripe documents `currency_options: ''`, which clears all (`stripe/params/_price_update_params.py`), and no way to
    clear one.
    """

    def existing_value(self, answer: StripePrice, name: str) -> dict[str, OptionValue]:
        options = answer["currency_options"] or {}
        return self.read({code: option for code, option in options.items() if code != answer["currency"]})

    def fill_from(self, value: dict[str, OptionValue], current: dict[str, OptionValue]) -> dict[str, OptionValue]:
        """Return `value`, with the tax behaviour of a currency that the file is silent about taken from `current`."""
        return {
            code: {**option, "tax_behavior": option["tax_behavior"] or _tax_behavior(current.get(code))}
            for code, option in value.items()
        }

    def changes_in_place(self, before: dict[str, OptionValue] | None, after: dict[str, OptionValue]) -> bool:
        before = before or {}
        if before.keys() - after.keys():
            return not after
        return all(_same_amounts(before[code], option) for code, option in after.items() if code in before)

    def show(self, value: dict[str, OptionValue], currency: str) -> str:
        return ", ".join(_show_option(option, code) for code, option in value.items())


def _tax_behavior(option: OptionValue | None) -> str | None:
    return option["tax_behavior"] if option else UNSPECIFIED


def _same_amounts(before: OptionValue, after: OptionValue) -> bool:
    return before["tax_behavior"] in (after["tax_behavior"], UNSPECIFIED) and before == {
        **after,
        "tax_behavior": before["tax_behavior"],
    }


def show_period(recurring: RecurringValue) -> str:
    """Return `month`, or `3 months`, and how it is metered, where it is."""
    count, interval = recurring["interval_count"], recurring["interval"]
    interval_text = interval if count == 1 else f"{count} {interval}s"
    trial = recurring["trial_period_days"]
    meter_text = f", metered by {recurring['meter']}" if recurring["meter"] else ""
    return (
        f"{interval_text}{meter_text}{f', {trial} days of trial with sub create --trial-from-price' if trial else ''}"
    )


def show_tiers(tiers: Sequence[TierValue], currency: str) -> str:
    texts, first = [], 1
    for tier in tiers:
        until = "∞" if tier["up_to"] is None else f"{tier['up_to']:,}"
        parts = [f"{format_amount(tier['flat_amount'], currency)} flat"] if tier["flat_amount"] else []
        if tier["unit_amount"] or not parts:
            parts.append(f"{format_amount(tier['unit_amount'], currency)} each")
        texts.append(f"{first:,}–{until}: {' + '.join(parts)}")
        first = (tier["up_to"] or 0) + 1
    return "; ".join(texts)


def show_custom(custom: Mapping[str, int | None], currency: str) -> str:
    bounds = [
        f"{name} {format_amount(Decimal(amount), currency)}" for name, amount in custom.items() if amount is not None
    ]
    return f"the customer chooses ({', '.join(bounds)})" if bounds else "the customer chooses"


def _show_option(option: OptionValue, currency: str) -> str:
    tax = option["tax_behavior"]
    return f"{currency} {show_amounts(option, currency)}{f', tax {tax}' if tax not in (None, UNSPECIFIED) else ''}"


def show_amounts(amounts: AmountsValue, currency: str) -> str:
    """Return the amount of a price, its tiers, or the amounts among which the customer chooses."""
    if amounts["unit_amount"] is not None:
        return format_amount(amounts["unit_amount"], currency)
    if amounts["tiers"]:
        return show_tiers(amounts["tiers"], currency)
    return show_custom(amounts["custom_unit_amount"] or {}, currency)
