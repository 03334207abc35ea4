"""Stripe's rules about products and prices that can be known beforehand.

Each rule is here so that a mistake is an error with a line, before anything is written, and not a refusal halfway.
Sources: the parameter texts in `stripe/params/_product_create_params.py` and `_price_create_params.py`,
https://docs.stripe.com/api/prices/create, https://docs.stripe.com/currencies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Protocol

from stripe_billing_cli.catalog import ownership
from stripe_billing_cli.catalog.file import model
from stripe_billing_cli.catalog.file.messages import nearest
from stripe_billing_cli.catalog.file.values import Path
from stripe_billing_cli.stripe_api.money import CURRENCIES, THREE_DECIMAL, WHOLE_IN_TWO_DECIMALS


class Report(Protocol):
    """Takes a problem: its path below the entry that is checked, what it is, the way out.

    `at_key`: it stands at the key of that path and not at its value.
    """

    def __call__(self, path: Path, message: str, hint: str, *, at_key: bool = False) -> None: ...


LARGEST_AMOUNT = 99_999_999
"""Eight digits, in any currency (https://docs.stripe.com/currencies, "Minimum and maximum charge amounts")."""
DECIMAL_PLACES = 12
LONGEST = {"day": 1095, "week": 156, "month": 36, "year": 3}
"""Three years at most (`recurring.interval_count`)."""
MOST_IMAGES, MOST_FEATURES, MOST_CURRENCIES = 8, 15, 80
MOST_METADATA, LONGEST_KEY, LONGEST_VALUE = 50, 40, 500
FORBIDDEN_IN_DESCRIPTOR = set("<>\\'\"*")
PRODUCT_KEY = re.compile(r"[A-Za-z0-9_.\-]{1,255}$")
PRICE_KEY = re.compile(r"[A-Za-z0-9_.\-]{1,100}$")


def check_product(key: str, product: model.Product, report: Report) -> None:
    """Rules about one product by itself; `report` takes paths below the product."""
    if not PRODUCT_KEY.match(key):
        report((), f"{key} cannot be a product's id", "letters, digits, - _ and . only")
    if len(product.images) > MOST_IMAGES:
        report(("images",), f"{len(product.images)} images", f"Stripe keeps {MOST_IMAGES}")
    for number, image in enumerate(product.images):
        _check_url(("images", number), image, report)
    if product.url:
        _check_url(("url",), product.url, report)
    if len(product.marketing_features) > MOST_FEATURES:
        report(("marketing_features",), f"{len(product.marketing_features)} features", f"Stripe keeps {MOST_FEATURES}")
    if product.statement_descriptor:
        _check_descriptor(product.statement_descriptor, report)
    if product.package_dimensions:
        _check_dimensions(product.package_dimensions, report)
    check_metadata(product.metadata, report)


def check_default_price(product: model.Product, prices: Mapping[str, model.Price | None], report: Report) -> None:
    """`prices` are the product's prices by key, None for those that are wrong themselves."""
    default = product.default_price
    if default is None:
        return
    if default not in prices:
        hint = nearest(default, list(prices)) if prices else "this product has no prices"
        report(("default_price",), f"this product has no price {default}", hint)
        return
    price = prices[default]
    if price and not price.active:
        report(("default_price",), f"price {default} is not active", "Stripe takes only an active price as the default")


def check_metadata(metadata: Mapping[str, str], report: Report) -> None:
    room = MOST_METADATA - len(ownership.RESERVED)
    if len(metadata) > room:
        report(
            ("metadata",),
            f"{len(metadata)} keys",
            f"Stripe keeps {MOST_METADATA}, and {len(ownership.RESERVED)} are billing's",
        )
    if len(",".join(metadata)) > LONGEST_VALUE:
        report(("metadata",), "the keys together are longer than 500 characters", "use fewer keys, or shorter ones")
    for key, value in metadata.items():
        if key in ownership.RESERVED:
            report(("metadata", key), f"{key} is billing's own mark", "choose another key", at_key=True)
        elif not key or len(key) > LONGEST_KEY or set(key) & set("[],"):
            report(
                ("metadata", key), f"{key} cannot be a metadata key", "1 to 40 characters, without brackets and commas"
            )
        if len(value) > LONGEST_VALUE:
            report(("metadata", key), f"a value of {len(value)} characters", f"Stripe keeps {LONGEST_VALUE}")
        elif not value:
            report(
                ("metadata", key), "an empty value", "Stripe takes it for the wish to remove the key: leave the key out"
            )


def check_price(key: str, price: model.Price, currency: str | None, report: Report) -> None:
    """Rules about one price by itself; `currency` is its own or the catalog's."""
    if not PRICE_KEY.match(key):
        report((), f"{key} cannot be a price's key", "letters, digits, - _ and . only")
    if price.id and not price.id.startswith("price_") and not price.id.startswith("plan_"):
        report(("id",), f"{price.id} is no price's id", "it begins with price_")
    if currency is None:
        report((), f"price {key} has no currency", "give it one, or the whole catalog: `currency: usd`")
    elif price.currency is not None:
        check_currency(("currency",), currency, report)
    _check_amount_form(price, report)
    if price.recurring:
        _check_recurring(price.recurring, report)
    if price.custom_unit_amount:
        _check_custom(price, report)
    if price.transform_quantity and _tiered(price):
        report(
            ("transform_quantity",), "tiers cannot be combined with packages", "remove transform_quantity, or the tiers"
        )
    _check_amounts((), price, currency, report)
    _check_currency_options(price, currency, report)
    check_metadata(price.metadata, report)


def check_currency(path: Path, currency: str, report: Report, *, at_key: bool = False) -> None:
    if currency in CURRENCIES:
        return
    lower = currency.lower()
    hint = f"write {lower}" if lower in CURRENCIES else _like_currency(lower)
    report(path, f"{currency} is no currency of Stripe's", hint, at_key=at_key)


def _like_currency(currency: str) -> str:
    """The currencies of the same country, for a slip in the third letter."""
    alike = sorted(code for code in CURRENCIES if len(code) == 3 and code[:2] == currency[:2])
    return f"did you mean {' or '.join(alike)}?" if alike else "see https://docs.stripe.com/currencies"


def _tiered(price: model.Price) -> bool:
    return price.billing_scheme == "tiered" or bool(price.tiers)


def _check_amount_form(price: model.Price, report: Report) -> None:
    given = [
        name
        for name in ("unit_amount", "unit_amount_decimal", "custom_unit_amount")
        if getattr(price, name) is not None
    ]
    if _tiered(price):
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
        for name in given:
            report((name,), f"a tiered price cannot have {name} as well", "amounts stand in the tiers")
        if price.tiers:
            _check_tiers(("tiers",), price.tiers, report)
        return
    if price.tiers_mode is not None:
        report(("tiers_mode",), "tiers_mode without tiers", "add tiers and `billing_scheme: tiered`, or remove it")
    if len(given) > 1:
        report((given[1],), f"{' and '.join(given)} exclude each other", "keep the one that you mean")
    elif not given:
        report(
            (), "the price has no amount", "add unit_amount (cents), unit_amount_decimal, custom_unit_amount, or tiers"
        )


def _check_tiers(path: Path, tiers: list[model.Tier], report: Report) -> None:
    last = len(tiers) - 1
    before = 0
    for number, tier in enumerate(tiers):
        here = (*path, number)
        if (tier.up_to is None) != (number == last):
            report((*here, "up_to"), "inf stands in the last tier, and only there", "end the tiers with `up_to: inf`")
        if tier.up_to is not None and tier.up_to <= before:
            report((*here, "up_to"), f"{tier.up_to} does not come after {before}", "order the tiers upwards")
        before = tier.up_to or before
        for name in ("unit_amount", "flat_amount"):
            if getattr(tier, name) is not None and getattr(tier, f"{name}_decimal") is not None:
                report((*here, f"{name}_decimal"), f"{name} and {name}_decimal exclude each other", "keep one")
        if all(
            getattr(tier, name) is None
            for name in ("unit_amount", "unit_amount_decimal", "flat_amount", "flat_amount_decimal")
        ):
            report(here, "a tier without an amount", "add unit_amount, flat_amount, or both")
        flat = tier.flat_amount_decimal
        if flat is not None and flat != flat.to_integral_value():
            report(
                (*here, "flat_amount_decimal"),
                f"{flat} is no whole number of minor units",
                "flat amounts are not divided",
            )


def _check_recurring(recurring: model.Recurring, report: Report) -> None:
    most = LONGEST[recurring.interval]
    if recurring.interval_count > most:
        report(
            ("recurring", "interval_count"),
            f"{recurring.interval_count} {recurring.interval}s is longer than three years",
            f"at most {most}",
        )
    metered = recurring.usage_type == "metered"
    if metered and recurring.meter is None:
        report(("recurring",), "a metered price needs a meter", "add `meter: mtr_…`, the id of a meter in Stripe")
    if not metered and recurring.meter is not None:
        report(("recurring", "meter"), "a meter on a price that is not metered", "add `usage_type: metered`")
    if recurring.meter is not None and not recurring.meter.startswith("mtr_"):
        report(
            ("recurring", "meter"),
            f"{recurring.meter} is no meter's id; this version does not apply meters yet",
            "make the meter in Stripe, and write its id here: mtr_…",
        )
    if recurring.trial_period_days is not None and recurring.trial_period_days > 730:
        report(("recurring", "trial_period_days"), "a trial of more than two years", "at most 730 days")


def _check_custom(price: model.Price, report: Report) -> None:
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
    for (lower, less), (upper, more) in pairwise(bounds):
        if less > more:
            report((*path, upper), f"{upper} {more} is below {lower} {less}", "minimum ≤ preset ≤ maximum")


def _check_amounts(
    path: Path, priced: model.Price | model.CurrencyOption, currency: str | None, report: Report
) -> None:
    for name in ("unit_amount", "unit_amount_decimal"):
        _check_amount((*path, name), getattr(priced, name), currency, report)
    for number, tier in enumerate(priced.tiers):
        for name in ("unit_amount", "unit_amount_decimal", "flat_amount", "flat_amount_decimal"):
            _check_amount((*path, "tiers", number, name), getattr(tier, name), currency, report)
    for name in ("minimum", "preset", "maximum"):
        custom = priced.custom_unit_amount
        _check_amount((*path, "custom_unit_amount", name), getattr(custom, name) if custom else None, currency, report)


def _check_amount(path: Path, amount: Decimal | int | None, currency: str | None, report: Report) -> None:
    if amount is None:
        return
    name = path[-1]
    value = Decimal(amount)
    exponent = value.as_tuple().exponent
    if value < 0:
        report(path, f"{name}: {value} is negative", "amounts are 0 or more; a discount is a coupon")
    elif value > LARGEST_AMOUNT:
        report(path, f"{name}: {value} is above {LARGEST_AMOUNT:,}", "that is Stripe's largest amount, in minor units")
    elif isinstance(exponent, int) and -exponent > DECIMAL_PLACES:
        report(path, f"{name}: {-exponent} decimal places", f"Stripe keeps {DECIMAL_PLACES}")
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


def _check_currency_options(price: model.Price, currency: str | None, report: Report) -> None:
    for code, option in price.currency_options.items():
        path: Path = ("currency_options", code)
        check_currency(path, code, report, at_key=True)
        if code == currency:
            report(path, f"{code} is the price's own currency", "its amount stands in the price itself", at_key=True)
        _check_option_form(path, price, option, report)
        _check_amounts(path, option, code, report)


def _check_option_form(path: Path, price: model.Price, option: model.CurrencyOption, report: Report) -> None:
    if option.unit_amount is not None and option.unit_amount_decimal is not None:
        report((*path, "unit_amount_decimal"), "unit_amount and unit_amount_decimal exclude each other", "keep one")
    amount = option.unit_amount is not None or option.unit_amount_decimal is not None
    if _tiered(price):
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


def _check_url(path: Path, url: str, report: Report) -> None:
    if not re.match(r"https?://[^\s/]+", url) or re.search(r"\s", url):
        report(path, f"{url[:80]} is no URL", "it begins with https://")


def _check_descriptor(descriptor: str, report: Report) -> None:
    path: Path = ("statement_descriptor",)
    bad = sorted(set(descriptor) & FORBIDDEN_IN_DESCRIPTOR)
    if bad:
        report(path, f"{' '.join(bad)} cannot stand on a statement", "use other characters")
    if not any(letter.isalpha() and letter.isascii() for letter in descriptor):
        report(path, "a statement descriptor has at least one letter", "use a name that customers recognise")


def _check_dimensions(box: model.PackageDimensions, report: Report) -> None:
    for side in ("height", "length", "weight", "width"):
        size = getattr(box, side)
        if size <= 0:
            report(("package_dimensions", side), f"{side} {size}", "a size is more than 0")
        elif size != round(size, 2):
            report(("package_dimensions", side), f"{side} {size}", "Stripe keeps two decimal places")
