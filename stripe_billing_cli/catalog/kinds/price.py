"""Prices: what may change, what forces a new one, and how it is written.

Stripe changes a price only in `active`, `nickname`, `metadata`, `lookup_key`, `tax_behavior` (once, from
unspecified) and `currency_options` (`stripe/params/_price_update_params.py`). All else, and any amount, is a new
price: an amount changed in place would reprice the subscriptions that run on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from stripe_billing_cli.catalog.diff import (
    FieldChange,
    Fields,
    differences,
    metadata_changes,
    metadata_params,
)
from stripe_billing_cli.catalog.entries import CurrencyOption, CustomUnitAmount, Price, Tier
from stripe_billing_cli.catalog.ownership import Stamp, dropped_keys

IN_PLACE = ("active", "nickname", "lookup_key", "tax_behavior", "currency_options")
CANNOT_BE_UNSET = ("nickname",)
DEFAULTS: Fields = {
    "active": True,
    "billing_scheme": "per_unit",
    "tiers": [],
    "tax_behavior": "unspecified",
    "currency_options": {},
}
UNSPECIFIED = "unspecified"


def stamp(price: Price, catalog: str) -> Stamp:
    return Stamp(catalog, price.path, price.adopted_id)


def wanted_fields(price: Price) -> Fields:
    """What the file wants of a price, without its metadata."""
    recurring, package = price.recurring, price.transform_quantity
    return {
        "active": price.active,
        "nickname": price.nickname,
        "lookup_key": price.lookup_key,
        "currency": price.currency,
        "unit_amount": price.unit_amount,
        "billing_scheme": price.billing_scheme,
        "tiers_mode": price.tiers_mode,
        "tiers": _tiers(price.tiers),
        "transform_quantity": package and {"divide_by": package.divide_by, "round": package.round},
        "custom_unit_amount": _custom(price.custom_unit_amount),
        "recurring": recurring
        and {
            "interval": recurring.interval,
            "interval_count": recurring.interval_count,
            "usage_type": recurring.usage_type,
            "meter": recurring.meter,
            "trial_period_days": recurring.trial_period_days,
        },
        "tax_behavior": price.tax_behavior or UNSPECIFIED,
        "currency_options": {currency: _option(option) for currency, option in sorted(price.currency_options.items())},
    }


def held_fields(held: Mapping[str, Any]) -> Fields:
    """The same fields of a price as Stripe answers it, with `tiers` and `currency_options` expanded."""
    recurring, package, custom = held["recurring"], held["transform_quantity"], held["custom_unit_amount"]
    return {
        "active": held["active"],
        "nickname": held["nickname"],
        "lookup_key": held["lookup_key"],
        "currency": held["currency"],
        "unit_amount": _amount(held),
        "billing_scheme": held["billing_scheme"],
        "tiers_mode": held["tiers_mode"],
        "tiers": _held_tiers(held.get("tiers")),
        "transform_quantity": package and {"divide_by": package["divide_by"], "round": package["round"]},
        "custom_unit_amount": _held_custom(custom),
        "recurring": recurring
        and {
            "interval": recurring["interval"],
            "interval_count": recurring["interval_count"],
            "usage_type": recurring["usage_type"],
            "meter": recurring["meter"],
            "trial_period_days": recurring["trial_period_days"],
        },
        "tax_behavior": held["tax_behavior"] or UNSPECIFIED,
        "currency_options": {
            currency: _held_option(option)
            for currency, option in sorted((held.get("currency_options") or {}).items())
            if currency != held["currency"]
        },
    }


def changes(price: Price, catalog: str, held: Mapping[str, Any]) -> dict[str, FieldChange]:
    """What the file changes on a price that exists: in place or not, `needs_new_price` tells."""
    now = held_fields(held)
    fields = {
        name: change
        for name, change in differences(now, _with_silent_options(wanted_fields(price), now)).items()
        if not (name in CANNOT_BE_UNSET and change.after is None)
    }
    wanted = stamp(price, catalog).metadata(price.metadata)
    return fields | metadata_changes(held["metadata"], wanted, dropped_keys(held["metadata"], wanted))


def needs_new_price(fields: Mapping[str, FieldChange]) -> list[str]:
    """The changed fields that Stripe, or the care for running subscriptions, allows only in a new price."""
    return [name for name, change in fields.items() if not _in_place(name, change)]


def stuck_fields(price: Price, held: Mapping[str, Any]) -> list[str]:
    """Fields that the file leaves out and Stripe cannot unset: they stay as they are."""
    return [name for name in CANNOT_BE_UNSET if getattr(price, name) is None and held[name] is not None]


def same_terms(price: Price, held: Mapping[str, Any]) -> bool:
    """Whether `held` could be brought to what the file wants without a new price."""
    now = held_fields(held)
    return not needs_new_price(differences(now, _with_silent_options(wanted_fields(price), now)))


def create_params(price: Price, product_id: str, catalog: str) -> dict[str, Any]:
    fields = {
        name: value
        for name, value in wanted_fields(price).items()
        if value is not None and value != [] and value != DEFAULTS.get(name)
    }
    return {
        "product": product_id,
        **_params(fields),
        "metadata": stamp(price, catalog).metadata(price.metadata),
    }


def update_params(fields: Mapping[str, FieldChange]) -> list[dict[str, Any]]:
    """The updates that make these changes, in order.

    There is one, save where a currency goes: the API unsets all `currency_options` or none, so it clears them
    first and then sets those that stay.
    """
    params = _params(
        {
            name: change.after
            for name, change in fields.items()
            if not name.startswith("metadata.") and name != "currency_options"
        }
    )
    metadata = metadata_params(fields)
    if metadata:
        params["metadata"] = metadata
    options = fields.get("currency_options")
    if options is None:
        return [params]
    kept = {"currency_options": _option_params(options.after)} if options.after else {}
    if set(options.before or {}) - set(options.after):
        return [{**params, "currency_options": ""}, *([kept] if kept else [])]
    return [params | kept]


def _in_place(name: str, change: FieldChange) -> bool:
    match name:
        case "tax_behavior":
            return bool(change.before == UNSPECIFIED)
        case "currency_options":
            return all(
                _same_option(change.before[currency], option)
                for currency, option in change.after.items()
                if currency in (change.before or {})
            )
        case _:
            return name in IN_PLACE or name.startswith("metadata.")


def _same_option(before: Fields, after: Fields) -> bool:
    amounts = before["unit_amount"], before["custom_unit_amount"], before["tiers"]
    if amounts != (after["unit_amount"], after["custom_unit_amount"], after["tiers"]):
        return False
    return bool(before["tax_behavior"] in (after["tax_behavior"], UNSPECIFIED))


def _with_silent_options(wanted: Fields, held: Fields) -> Fields:
    """`wanted`, with the tax behaviour of a currency that the file says nothing about taken as it is."""
    options = {
        currency: option
        | {"tax_behavior": option["tax_behavior"] or _tax_behavior_of(held["currency_options"].get(currency))}
        for currency, option in wanted["currency_options"].items()
    }
    return wanted | {"currency_options": options}


def _tax_behavior_of(option: Fields | None) -> str:
    return option["tax_behavior"] if option else UNSPECIFIED


def _tiers(tiers: tuple[Tier, ...]) -> list[Fields]:
    return [
        {
            "up_to": tier.up_to,
            "unit_amount": tier.unit_amount or Decimal(0),
            "flat_amount": tier.flat_amount or Decimal(0),
        }
        for tier in tiers
    ]


def _held_tiers(tiers: list[Mapping[str, Any]] | None) -> list[Fields]:
    return [
        {
            "up_to": tier["up_to"],
            "unit_amount": _amount(tier) or Decimal(0),
            "flat_amount": _amount(tier, "flat_amount") or Decimal(0),
        }
        for tier in tiers or []
    ]


def _amount(held: Mapping[str, Any], name: str = "unit_amount") -> Decimal | None:
    """The exact amount in minor units; Stripe gives it as a decimal string, and as an int where it is whole."""
    exact = held.get(f"{name}_decimal")
    value = exact if exact is not None else held.get(name)
    return None if value is None else Decimal(value)


def _custom(custom: CustomUnitAmount | None) -> Fields | None:
    if custom is None:
        return None
    return {"minimum": custom.minimum, "maximum": custom.maximum, "preset": custom.preset}


def _held_custom(custom: Mapping[str, Any] | None) -> Fields | None:
    return None if custom is None else {name: custom[name] for name in ("minimum", "maximum", "preset")}


def _option(option: CurrencyOption) -> Fields:
    return {
        "unit_amount": option.unit_amount,
        "custom_unit_amount": _custom(option.custom_unit_amount),
        "tiers": _tiers(option.tiers),
        "tax_behavior": option.tax_behavior,
    }


def _held_option(option: Mapping[str, Any]) -> Fields:
    return {
        "unit_amount": _amount(option),
        "custom_unit_amount": _held_custom(option.get("custom_unit_amount")),
        "tiers": _held_tiers(option.get("tiers")),
        "tax_behavior": option["tax_behavior"] or UNSPECIFIED,
    }


def _params(fields: Fields) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for name, value in fields.items():
        match name:
            case "unit_amount":
                params |= _amount_params(name, value)
            case "tiers":
                params[name] = _tier_params(value)
            case "custom_unit_amount":
                params[name] = _custom_params(value)
            case "recurring" | "transform_quantity":
                params[name] = {key: inner for key, inner in value.items() if inner is not None}
            case "currency_options":
                params[name] = _option_params(value)
            case _:
                params[name] = value
    return params


def _amount_params(name: str, value: Decimal) -> dict[str, Any]:
    if value == value.to_integral_value():
        return {name: int(value)}
    return {f"{name}_decimal": format(value, "f")}


def _tier_params(tiers: list[Fields]) -> list[dict[str, Any]]:
    return [
        {
            "up_to": "inf" if tier["up_to"] is None else tier["up_to"],
            **_amount_params("unit_amount", tier["unit_amount"]),
            **(_amount_params("flat_amount", tier["flat_amount"]) if tier["flat_amount"] else {}),
        }
        for tier in tiers
    ]


def _custom_params(custom: Fields) -> dict[str, Any]:
    return {"enabled": True} | {name: value for name, value in custom.items() if value is not None}


def _option_params(options: Mapping[str, Fields]) -> dict[str, Any]:
    return {
        currency: {
            **(_amount_params("unit_amount", option["unit_amount"]) if option["unit_amount"] is not None else {}),
            **(
                {"custom_unit_amount": _custom_params(option["custom_unit_amount"])}
                if option["custom_unit_amount"]
                else {}
            ),
            **({"tiers": _tier_params(option["tiers"])} if option["tiers"] else {}),
            **({"tax_behavior": option["tax_behavior"]} if option["tax_behavior"] not in (None, UNSPECIFIED) else {}),
        }
        for currency, option in options.items()
    }
