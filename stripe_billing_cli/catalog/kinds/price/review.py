"""What a reviewer of prices may miss: amounts that look like a slip, and lookup keys that an adoption renames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.entries import Entry
from stripe_billing_cli.catalog.kinds.price.model import Price
from stripe_billing_cli.catalog.ownership import stamp_of
from stripe_billing_cli.stripe_api.money import ZERO_DECIMAL, format_amount, minor_unit_exponent
from stripe_billing_cli.stripe_api.objects.catalog import Price as StripePrice

SLIP = 50
"""Times what was expected: one of two decimals that were written too much, or left out."""
DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
UNITS_FOR_A_DOLLAR = {
    "bif": 2900,
    "clp": 950,
    "djf": 178,
    "gnf": 8600,
    "jpy": 150,
    "kmf": 450,
    "krw": 1380,
    "mga": 4500,
    "pyg": 7500,
    "rwf": 1350,
    "vnd": 25000,
    "vuv": 120,
    "xaf": 600,
    "xof": 600,
    "xpf": 110,
}
"""Roughly, in 2025: only a factor of fifty is looked for. Where none is known, only prices in one currency compare."""
ABOUT_A_DOLLAR = frozenset("usd eur gbp chf cad aud nzd sgd".split())


def warnings_of(entry: Entry[Price], existing: StripePrice | None, fields: Mapping[str, FieldChange]) -> Iterator[str]:
    """Yield what to look at twice in a price that is made or changed."""
    yield from _changed_much(entry, fields)
    yield from _unlike_its_siblings(entry, fields)
    lookup_key = fields.get("lookup_key")
    if existing and stamp_of(existing) is None and lookup_key and lookup_key.before:
        yield (
            f"adopting {existing['id']} renames its lookup key {lookup_key.before} to {lookup_key.after}: programs "
            f"that ask for {lookup_key.before} find nothing; `lookup_key: {lookup_key.before}` keeps it"
        )


def _changed_much(entry: Entry[Price], fields: Mapping[str, FieldChange]) -> Iterator[str]:
    for currency, change in _changed_amounts(entry, fields):
        before, after = change.before, change.after
        if not before or after is None:
            continue
        shown = f"{format_amount(before, currency)} → {format_amount(after, currency)}"
        if after >= SLIP * before:
            yield f"{shown}: {after / before:.0f} times as much; is it in minor units?"
        elif after and before >= SLIP * after:
            yield f"{shown}: {before / after:.0f} times less; is it in minor units?"
        elif abs(after - before) * 2 > before:
            yield f"{shown}: changed by more than half"


def _changed_amounts(entry: Entry[Price], fields: Mapping[str, FieldChange]) -> Iterator[tuple[str, FieldChange]]:
    """Yield the amounts that change, each with its currency."""
    currency = entry.fields["currency"]
    if "unit_amount" in fields and "currency" not in fields:
        yield currency, fields["unit_amount"]
    if "tiers" in fields and "currency" not in fields:
        yield from _changed_tiers(currency, fields["tiers"].before or [], fields["tiers"].after or [])
    options = fields.get("currency_options")
    if options:
        for code, option in (options.after or {}).items():
            old = (options.before or {}).get(code)
            if old and old["unit_amount"] != option["unit_amount"]:
                yield code, FieldChange(old["unit_amount"], option["unit_amount"])
            if old:
                yield from _changed_tiers(code, old["tiers"] or [], option["tiers"] or [])


def _changed_tiers(
    currency: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, FieldChange]]:
    if len(before) == len(after):
        for old, new in zip(before, after, strict=True):
            for name in ("unit_amount", "flat_amount"):
                if old[name] != new[name]:
                    yield currency, FieldChange(old[name], new[name])


def _unlike_its_siblings(entry: Entry[Price], fields: Mapping[str, FieldChange]) -> Iterator[str]:
    """Yield the amounts in a currency without minor units that are fifty times what the others would be in it."""
    if not {"unit_amount", "currency", "currency_options"} & fields.keys():
        return
    siblings = [child for child in (entry.parent.children if entry.parent else ()) if child.kind == entry.kind]
    own, others = _amounts(entry), [_amounts(one) for one in siblings if one is not entry]
    for currency, amount in own.items():
        if currency not in ZERO_DECIMAL:
            continue
        expected = _expected(currency, own, others)
        if expected and amount >= SLIP * max(expected):
            times = f"{amount / max(expected):.0f} times what its siblings would be"
            yield f"{format_amount(_billed(entry, currency), currency)}: {times}; {currency} has no minor unit"


def _expected(currency: str, own: Mapping[str, Decimal], others: Sequence[Mapping[str, Decimal]]) -> list[Decimal]:
    """Return what the other amounts would be in a currency.

    Those of the same price come first, then those of other prices in other currencies: whoever took the currency for
    one with minor units did so in all its amounts.
    """
    return (
        _converted(own, currency)
        or [amount for amounts in others for amount in _converted(amounts, currency)]
        or [amounts[currency] for amounts in others if currency in amounts]
    )


def _amounts(entry: Entry[Price]) -> dict[str, Decimal]:
    """Return what a price comes to in thirty days, or once, by currency; in minor units."""
    return {
        currency: _billed(entry, currency) / _months(entry)
        for currency in (entry.fields["currency"], *entry.fields["currency_options"])
        if _billed(entry, currency)
    }


def _billed(entry: Entry[Price], currency: str) -> Any:
    if currency == entry.fields["currency"]:
        return entry.fields["unit_amount"]
    return entry.fields["currency_options"][currency]["unit_amount"]


def _months(entry: Entry[Price]) -> Decimal:
    recurring = entry.fields["recurring"]
    return Decimal(DAYS[recurring["interval"]] * recurring["interval_count"]) / 30 if recurring else Decimal(1)


def _converted(amounts: Mapping[str, Decimal], currency: str) -> list[Decimal]:
    """Return the amounts in other currencies as they would be in this one, through dollars where that is known."""
    units = UNITS_FOR_A_DOLLAR.get(currency)
    if units is None:
        return []
    return [
        amount.scaleb(-minor_unit_exponent(code)) * units for code, amount in amounts.items() if code in ABOUT_A_DOLLAR
    ]
