"""Warnings for the reviewer of prices: amounts that look like a slip, and lookup keys that an adoption renames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.entries import AnyEntry, Entry
from stripe_billing_cli.catalog.kinds.price.forms import TierValue, price_values
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
AmountChange = tuple[str, Decimal | None, Decimal | None]
"""The currency of an amount, what it was and what it becomes."""
ABOUT_A_DOLLAR = frozenset("usd eur gbp chf cad aud nzd sgd".split())


def warnings_of(entry: Entry[Price], price: StripePrice | None, fields: Mapping[str, FieldChange]) -> Iterator[str]:
    """Yield warnings about a price that is made or changed."""
    yield from _changed_much(entry, fields)
    yield from _unlike_its_siblings(entry, fields)
    lookup_key = fields.get("lookup_key")
    if price and stamp_of(price) is None and lookup_key and lookup_key.before:
        yield (
            f"adopting {price['id']} renames its lookup key {lookup_key.before} to {lookup_key.after}: programs "
            f"that ask for {lookup_key.before} find nothing; `lookup_key: {lookup_key.before}` keeps it"
        )


def _changed_much(entry: Entry[Price], fields: Mapping[str, FieldChange]) -> Iterator[str]:
    for currency, before, after in _changed_amounts(entry, fields):
        if not before or after is None:
            continue
        text = f"{format_amount(before, currency)} → {format_amount(after, currency)}"
        if after >= SLIP * before:
            yield f"{text}: {after / before:.0f} times as much; is it in minor units?"
        elif after and before >= SLIP * after:
            yield f"{text}: {before / after:.0f} times less; is it in minor units?"
        elif abs(after - before) * 2 > before:
            yield f"{text}: changed by more than half"


def _changed_amounts(entry: Entry[Price], fields: Mapping[str, FieldChange]) -> Iterator[AmountChange]:
    currency = price_values(entry.fields)["currency"]
    before = price_values({name: change.before for name, change in fields.items()})
    after = price_values({name: change.after for name, change in fields.items()})
    if "unit_amount" in fields and "currency" not in fields:
        yield currency, before["unit_amount"], after["unit_amount"]
    if "tiers" in fields and "currency" not in fields:
        yield from _changed_tiers(currency, before["tiers"] or [], after["tiers"] or [])
    if "currency_options" in fields:
        for code, option in (after["currency_options"] or {}).items():
            old = (before["currency_options"] or {}).get(code)
            if old and old["unit_amount"] != option["unit_amount"]:
                yield code, old["unit_amount"], option["unit_amount"]
            if old:
                yield from _changed_tiers(code, old["tiers"], option["tiers"])


def _changed_tiers(currency: str, before: Sequence[TierValue], after: Sequence[TierValue]) -> Iterator[AmountChange]:
    if len(before) == len(after):
        for old, new in zip(before, after, strict=True):
            if old["unit_amount"] != new["unit_amount"]:
                yield currency, old["unit_amount"], new["unit_amount"]
            if old["flat_amount"] != new["flat_amount"]:
                yield currency, old["flat_amount"], new["flat_amount"]


def _unlike_its_siblings(entry: Entry[Price], fields: Mapping[str, FieldChange]) -> Iterator[str]:
    """Yield the amounts in a currency without minor units that are fifty times what the others would be in it."""
    if not {"unit_amount", "currency", "currency_options"} & fields.keys():
        return
    siblings = [child for child in (entry.parent.children if entry.parent else ()) if child.kind == entry.kind]
    own_amounts, other_amounts = _amounts(entry), [_amounts(one) for one in siblings if one is not entry]
    bill_amounts = _bill_amounts(entry)
    for currency, amount in own_amounts.items():
        if currency not in ZERO_DECIMAL:
            continue
        sibling_amounts = _expect_amounts(currency, own_amounts, other_amounts)
        if sibling_amounts and amount >= SLIP * max(sibling_amounts):
            times = f"{amount / max(sibling_amounts):.0f} times what its siblings would be"
            text = format_amount(bill_amounts[currency] or Decimal(0), currency)
            yield f"{text}: {times}; {currency} has no minor unit"


def _expect_amounts(
    currency: str, own_amounts: Mapping[str, Decimal], other_amounts: Sequence[Mapping[str, Decimal]]
) -> list[Decimal]:
    """Return the other amounts, converted to a currency.

    Those of the same price come first, then those of other prices in other currencies: whoever took the currency for
    one with minor units did so in all its amounts.
    """
    return (
        _convert(own_amounts, currency)
        or [amount for amounts in other_amounts for amount in _convert(amounts, currency)]
        or [amounts[currency] for amounts in other_amounts if currency in amounts]
    )


def _amounts(entry: AnyEntry) -> dict[str, Decimal]:
    """Return the amounts of a price for thirty days, or for once, by currency; in minor units."""
    months = _months(entry)
    return {currency: amount / months for currency, amount in _bill_amounts(entry).items() if amount}


def _bill_amounts(entry: AnyEntry) -> dict[str, Decimal | None]:
    """Return the amounts that a price bills each time, by currency; in minor units."""
    values = price_values(entry.fields)
    others = {currency: option["unit_amount"] for currency, option in values["currency_options"].items()}
    return {values["currency"]: values["unit_amount"], **others}


def _months(entry: AnyEntry) -> Decimal:
    recurring = price_values(entry.fields)["recurring"]
    return Decimal(DAYS[recurring["interval"]] * recurring["interval_count"]) / 30 if recurring else Decimal(1)


def _convert(amounts: Mapping[str, Decimal], currency: str) -> list[Decimal]:
    """Return the amounts in other currencies as they would be in this one, through dollars where that is known."""
    units = UNITS_FOR_A_DOLLAR.get(currency)
    if units is None:
        return []
    return [
        amount.scaleb(-minor_unit_exponent(code)) * units for code, amount in amounts.items() if code in ABOUT_A_DOLLAR
    ]
