"""The forms of a price's fields that are not those of every kind: what may change in place, and how they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from stripe_billing_cli.catalog.diff import FieldChange, Fields
from stripe_billing_cli.catalog.kinds.forms import AmountForm, Form, PartForm, PartsByKeyForm, PartsForm
from stripe_billing_cli.stripe_api.money import format_amount

UNSPECIFIED = "unspecified"


class TaxBehaviorForm(Form):
    """Tax behaviour, which can be set once."""

    def changes_in_place(self, change: FieldChange) -> bool:
        return bool(change.before == UNSPECIFIED)


class UpTo(Form):
    """The last unit of a tier; None is `inf`."""

    def part_params(self, name: str, value: Any) -> dict[str, Any]:
        return {name: "inf" if value is None else value}

    def written(self, name: str, value: Any, default: Any) -> dict[str, Any]:
        return {name: "inf" if value is None else value}


class FlatAmount(AmountForm):
    """The amount for a tier as a whole, of which nothing is said where there is none."""

    def part_params(self, name: str, value: Any) -> dict[str, Any]:
        return self.params(name, value) if value else {}


class TierForm(PartForm):
    """A tier, of which an amount is written also where it is nothing."""

    def written_parts(self, value: Fields) -> dict[str, Any]:
        params = super().written_parts(value)
        return params if len(params) > 1 else {**params, "unit_amount": 0}


class Tiers(PartsForm):
    def show(self, value: Any, currency: str) -> str:
        return show_tiers(value, currency)


class CustomAmount(PartForm):
    """An amount that the customer chooses."""

    def write(self, value: Fields) -> dict[str, Any]:
        return {"enabled": True, **super().write(value)}

    def written_parts(self, value: Fields) -> dict[str, Any]:
        return {"enabled": True, **super().written_parts(value)}

    def show(self, value: Any, currency: str) -> str:
        return show_custom(value, currency)


class Package(PartForm):
    def show(self, value: Any, currency: str) -> str:
        return f"per {value['divide_by']:,}, rounded {value['round']}"


class RecurringForm(PartForm):
    def show(self, value: Any, currency: str) -> str:
        return show_period(value)


class OptionTaxBehavior(Form):
    """Tax behaviour in one currency; the file may be silent about it."""

    def existing(self, answer: Mapping[str, Any], name: str) -> Any:
        return answer[name] or UNSPECIFIED

    def written(self, name: str, value: Any, default: Any) -> dict[str, Any]:
        return {} if value == UNSPECIFIED else super().written(name, value, default)

    def part_params(self, name: str, value: Any) -> dict[str, Any]:
        return {} if value in (None, UNSPECIFIED) else {name: value}


class CurrencyOptions(PartsByKeyForm):
    """Amounts in further currencies: they come in place and go all together; one that goes or changes is another price.

    Stripe documents `currency_options: ''`, which clears all (`stripe/params/_price_update_params.py`), and no way to
    clear one.
    """

    def existing(self, answer: Mapping[str, Any], name: str) -> Any:
        others = {code: option for code, option in (answer.get(name) or {}).items() if code != answer["currency"]}
        return super().existing({name: others}, name)

    def beside(self, wanted: Any, existing: Any) -> Any:
        """Return `wanted`, with the tax behaviour of a currency that the file says nothing about taken as it is."""
        return {
            code: option | {"tax_behavior": option["tax_behavior"] or _tax_behavior(existing.get(code))}
            for code, option in wanted.items()
        }

    def changes_in_place(self, change: FieldChange) -> bool:
        before = change.before or {}
        if before.keys() - change.after.keys():
            return not change.after
        return all(_same_amounts(before[code], option) for code, option in change.after.items() if code in before)

    def show(self, value: Any, currency: str) -> str:
        return ", ".join(_show_option(option, code) for code, option in value.items())


def _tax_behavior(option: Fields | None) -> str:
    return option["tax_behavior"] if option else UNSPECIFIED


def _same_amounts(before: Fields, after: Fields) -> bool:
    if any(before[name] != after[name] for name in before if name != "tax_behavior"):
        return False
    return bool(before["tax_behavior"] in (after["tax_behavior"], UNSPECIFIED))


def show_period(recurring: Mapping[str, Any]) -> str:
    """Return `month`, or `3 months`, and how it is metered, where it is."""
    count, interval = recurring["interval_count"], recurring["interval"]
    every = interval if count == 1 else f"{count} {interval}s"
    trial = recurring.get("trial_period_days")
    metered = f", metered by {recurring['meter']}" if recurring.get("meter") else ""
    return f"{every}{metered}{f', {trial} days of trial with sub create --trial-from-price' if trial else ''}"


def show_tiers(tiers: list[Mapping[str, Any]], currency: str) -> str:
    shown, first = [], 1
    for tier in tiers:
        until = "∞" if tier["up_to"] is None else f"{tier['up_to']:,}"
        parts = [f"{format_amount(tier['flat_amount'], currency)} flat"] if tier["flat_amount"] else []
        if tier["unit_amount"] or not parts:
            parts.append(f"{format_amount(tier['unit_amount'], currency)} each")
        shown.append(f"{first:,}–{until}: {' + '.join(parts)}")
        first = (tier["up_to"] or 0) + 1
    return "; ".join(shown)


def show_custom(custom: Mapping[str, Any], currency: str) -> str:
    named = [
        f"{name} {format_amount(Decimal(amount), currency)}" for name, amount in custom.items() if amount is not None
    ]
    return f"the customer chooses ({', '.join(named)})" if named else "the customer chooses"


def _show_option(option: Mapping[str, Any], currency: str) -> str:
    tax = option["tax_behavior"]
    return f"{_option_amount(option, currency)}{f', tax {tax}' if tax not in (None, UNSPECIFIED) else ''}"


def _option_amount(option: Mapping[str, Any], currency: str) -> str:
    if option["unit_amount"] is not None:
        return f"{currency} {format_amount(option['unit_amount'], currency)}"
    if option["tiers"]:
        return f"{currency} {show_tiers(option['tiers'], currency)}"
    return f"{currency} {show_custom(option['custom_unit_amount'] or {}, currency)}"
