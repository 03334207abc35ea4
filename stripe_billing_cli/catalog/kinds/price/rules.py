"""Stripe's rules about prices that can be known beforehand.

Each rule is here so that a mistake is an error with a line, before anything is written, and not a refusal halfway.
Sources: the parameter texts in `stripe/params/_price_create_params.py`,
https://docs.stripe.com/api/prices/create, https://docs.stripe.com/currencies.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise

from stripe_billing_cli.catalog.kinds.price.model import CurrencyOption, CustomUnitAmount, Price, Recurring, Tier
from stripe_billing_cli.catalog.kinds.rules import Path, Report, check_currency, check_metadata
from stripe_billing_cli.stripe_api.money import (
    SMALLEST_CHARGES,
    THREE_DECIMAL,
    WHOLE_IN_TWO_DECIMALS,
    format_amount,
    smallest_charge,
)

MOST_DIGITS = 12
"""What a card can be charged (https://docs.stripe.com/currencies, "Minimum and maximum charge amounts")."""
CHARGED_BY_ALL = {"idr": 12, "cop": 10, "inr": 9}
USUALLY_CHARGED_BY_ALL = 8
"""The digits of what other payment methods can be charged, by currency and usually (ibid.)."""
SMALLEST_IS_USUAL = frozenset("usd aud brl cad chf eur inr nzd sgd".split())
"""The currencies whose least charge is documented and is the usual one (ibid.)."""
DECIMAL_PLACES = 12
OTHER_ID = re.compile(r"(prod|sub|si|cus|coupon|promo|mtr)_[A-Za-z0-9]+$")
"""What is another object's id. Prices that were plans once may have any (https://docs.stripe.com/api/plans/create)."""
LONGEST = {"day": 1095, "week": 156, "month": 36, "year": 3}
"""Three years at most (`recurring.interval_count`)."""
KEY = re.compile(r"[A-Za-z0-9_.\-]{1,100}$")


def check_price(key: str, price: Price, currency: str | None, report: Report) -> None:
    """Check one price by itself; `currency` is its own or the catalog's."""
    if not KEY.match(key):
        report((), f"{key} cannot be a price's key", "letters, digits, - _ and . only")
    if price.id and OTHER_ID.match(price.id):
        report(("id",), f"{price.id} is no price's id", "it begins with price_, unless it was a plan")
    if currency is None:
        report((), f"price {key} has no currency", "give it one, or the whole catalog: `currency: usd`")
    elif price.currency is not None:
        check_currency(("currency",), currency, report)
    _check_amount_form(price, report)
    if price.recurring:
        _check_recurring(price.recurring, report)
    if price.custom_unit_amount:
        _check_custom(price, report)
    if price.transform_quantity and _is_tiered(price):
        report(
            ("transform_quantity",), "tiers cannot be combined with packages", "remove transform_quantity, or the tiers"
        )
    _check_amounts((), price, currency, report)
    _check_currency_options(price, currency, report)
    check_metadata(price.metadata, report)


def _is_tiered(price: Price) -> bool:
    return price.billing_scheme == "tiered" or bool(price.tiers)


def _check_amount_form(price: Price, report: Report) -> None:
    names = [
        name
        for name in ("unit_amount", "unit_amount_decimal", "custom_unit_amount")
        if getattr(price, name) is not None
    ]
    if _is_tiered(price):
        if price.billing_scheme != "tiered":
            report(("tiers",), "tiers without their scheme", "add `billing_scheme: tiered`")
        if not price.tiers:
            report(("billing_scheme",), "a tiered price without tiers", "add `tiers:`")
        if price.tiers_mode is None:
            report(
                ("tiers",) if price.tiers else ("billing_scheme",),
                "tiers without their mode",
                "add `tiers_mode: graduated`, or volume",
            )
        for name in names:
            report((name,), f"a tiered price cannot have {name} as well", "amounts stand in the tiers")
        if price.tiers:
            _check_tiers(("tiers",), price.tiers, report)
        return
    if price.tiers_mode is not None:
        report(("tiers_mode",), "tiers_mode without tiers", "add tiers and `billing_scheme: tiered`, or remove it")
    if len(names) > 1:
        report((names[1],), f"{' and '.join(names)} exclude each other", "keep the one that you mean")
    elif not names:
        report(
            (), "the price has no amount", "add unit_amount (cents), unit_amount_decimal, custom_unit_amount, or tiers"
        )


def _check_tiers(path: Path, tiers: list[Tier], report: Report) -> None:
    last = len(tiers) - 1
    before = 0
    for number, tier in enumerate(tiers):
        tier_path = (*path, number)
        if (tier.up_to is None) != (number == last):
            report(
                (*tier_path, "up_to"), "inf stands in the last tier, and only there", "end the tiers with `up_to: inf`"
            )
        if tier.up_to is not None and tier.up_to <= before:
            report((*tier_path, "up_to"), f"{tier.up_to} does not come after {before}", "order the tiers upwards")
        before = tier.up_to or before
        for name in ("unit_amount", "flat_amount"):
            if getattr(tier, name) is not None and getattr(tier, f"{name}_decimal") is not None:
                report((*tier_path, f"{name}_decimal"), f"{name} and {name}_decimal exclude each other", "keep one")
        if all(
            getattr(tier, name) is None
            for name in ("unit_amount", "unit_amount_decimal", "flat_amount", "flat_amount_decimal")
        ):
            report(tier_path, "a tier without an amount", "add unit_amount, flat_amount, or both")
        flat = tier.flat_amount_decimal
        if flat is not None and flat != flat.to_integral_value():
            report(
                (*tier_path, "flat_amount_decimal"),
                f"{flat} is no whole number of minor units",
                "flat amounts are not divided",
            )


def _check_recurring(recurring: Recurring, report: Report) -> None:
    longest = LONGEST[recurring.interval]
    if recurring.interval_count > longest:
        report(
            ("recurring", "interval_count"),
            f"{recurring.interval_count} {recurring.interval}s is longer than three years",
            f"at most {longest}",
        )
    is_metered = recurring.usage_type == "metered"
    if is_metered and recurring.meter is None:
        report(
            ("recurring",),
            "a metered price needs a meter",
            "add `meter:`, its key or id (mtr_…)",
        )
    if not is_metered and recurring.meter is not None:
        report(("recurring", "meter"), "a meter on a price that is not metered", "add `usage_type: metered`")
    if recurring.trial_period_days is not None and recurring.trial_period_days > 730:
        report(("recurring", "trial_period_days"), "a trial of more than two years", "at most 730 days")


def _check_custom(price: Price, report: Report) -> None:
    custom = price.custom_unit_amount
    path: Path = ("custom_unit_amount",)
    if price.recurring:
        report(
            path,
            "only a one-time price can let the customer choose the amount",
            "remove `recurring`, or fix the amount",
        )
    if price.transform_quantity:
        report(path, "packages of an amount that the customer chooses", "remove transform_quantity")
    bounds = [
        (name, amount) for name in ("minimum", "preset", "maximum") if (amount := getattr(custom, name)) is not None
    ]
    for (lower, lower_amount), (upper, upper_amount) in pairwise(bounds):
        if lower_amount > upper_amount:
            report(
                (*path, upper), f"{upper} {upper_amount} is below {lower} {lower_amount}", "minimum ≤ preset ≤ maximum"
            )


def _check_least(path: Path, custom: CustomUnitAmount | None, currency: str, report: Report) -> None:
    """Check against what Stripe charges at least: `custom_unit_amount.minimum` of the SDK's parameters says so."""
    if custom is None or not (currency in SMALLEST_CHARGES or currency in SMALLEST_IS_USUAL):
        return
    smallest = smallest_charge(currency)
    for name in ("minimum", "preset", "maximum"):
        amount = getattr(custom, name)
        if amount is not None and amount < smallest:
            text = format_amount(smallest, currency)
            report((*path, name), f"{name} {amount}: Stripe charges {text} at least", f"write {smallest}, or more")


def _check_amounts(path: Path, price: Price | CurrencyOption, currency: str | None, report: Report) -> None:
    for name in ("unit_amount", "unit_amount_decimal"):
        _check_amount((*path, name), getattr(price, name), currency, report)
    for number, tier in enumerate(price.tiers):
        for name in ("unit_amount", "unit_amount_decimal", "flat_amount", "flat_amount_decimal"):
            _check_amount((*path, "tiers", number, name), getattr(tier, name), currency, report)
    custom = price.custom_unit_amount
    for name in ("minimum", "preset", "maximum"):
        _check_amount((*path, "custom_unit_amount", name), getattr(custom, name) if custom else None, currency, report)
    _check_least((*path, "custom_unit_amount"), custom, currency or "", report)


def _check_amount(path: Path, amount: Decimal | int | None, currency: str | None, report: Report) -> None:
    if amount is None:
        return
    name = path[-1]
    value = Decimal(amount)
    exponent = value.as_tuple().exponent
    if value < 0:
        report(path, f"{name}: {value} is negative", "amounts are 0 or more; a discount is a coupon")
    elif value >= 10**MOST_DIGITS:
        report(path, f"{name}: {value} has more than twelve digits", "Stripe charges no more, in minor units")
    elif isinstance(exponent, int) and -exponent > DECIMAL_PLACES:
        report(path, f"{name}: {-exponent} decimal places", f"Stripe keeps {DECIMAL_PLACES}")
    elif value >= 10 ** CHARGED_BY_ALL.get(currency or "", USUALLY_CHARGED_BY_ALL):
        digits = CHARGED_BY_ALL.get(currency or "", USUALLY_CHARGED_BY_ALL)
        report(
            path,
            f"{name}: {value} has more than {digits} digits",
            "only cards are charged as much; is it in minor units?",
            warning=True,
        )
    elif value != value.to_integral_value():
        return
    elif currency in THREE_DECIMAL and value % 10:
        report(path, f"{name}: {value} in {currency}", f"the last of {currency}'s three decimals must be 0")
    elif currency in WHOLE_IN_TWO_DECIMALS and value % 100:
        report(
            path,
            f"{name}: {value} in {currency}",
            f"{currency} has no minor unit, and is written with two zeros: {value}00",
        )


def _check_currency_options(price: Price, currency: str | None, report: Report) -> None:
    for code, option in price.currency_options.items():
        path: Path = ("currency_options", code)
        check_currency(path, code, report, at_key=True)
        if code == currency:
            report(path, f"{code} is the price's own currency", "its amount stands in the price itself", at_key=True)
        _check_option_form(path, price, option, report)
        _check_amounts(path, option, code, report)


def _check_option_form(path: Path, price: Price, option: CurrencyOption, report: Report) -> None:
    if option.unit_amount is not None and option.unit_amount_decimal is not None:
        report((*path, "unit_amount_decimal"), "unit_amount and unit_amount_decimal exclude each other", "keep one")
    amount = option.unit_amount is not None or option.unit_amount_decimal is not None
    if _is_tiered(price):
        if amount or option.custom_unit_amount:
            report(path, "the price is tiered, and this currency is not", "give this currency `tiers:`")
        elif [tier.up_to for tier in option.tiers] != [tier.up_to for tier in price.tiers]:
            report(path, "its tiers are not those of the price", "the same up_to in the same order")
        if option.tiers:
            _check_tiers((*path, "tiers"), option.tiers, report)
    elif option.tiers:
        report((*path, "tiers"), "the price has no tiers, and this currency has", "give this currency a unit_amount")
    elif price.custom_unit_amount and not option.custom_unit_amount:
        report(path, "the customer chooses the amount, but not in this currency", "give it a custom_unit_amount")
    elif not price.custom_unit_amount and not amount:
        report(path, "this currency has no amount", "add unit_amount")
