"""The price sheet of a catalog, a page for colleagues: a table of prices for each product, then coupons."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import cast

from stripe_billing_cli.catalog.contents import Catalog
from stripe_billing_cli.catalog.entries import AnyEntry
from stripe_billing_cli.catalog.kinds.coupon import CouponValues, coupon_values
from stripe_billing_cli.catalog.kinds.price import price_values, show_amounts, show_period
from stripe_billing_cli.catalog.kinds.product import Product
from stripe_billing_cli.stripe_api.money import format_amount

ESCAPES = str.maketrans({"|": "\\|", "\n": " ", "<": "&lt;"})


def sheet_lines(catalog: Catalog) -> Iterator[str]:
    """Yield the lines of a price sheet in Markdown; what is archived is left out."""
    yield f"# Prices of {_text(catalog.name)}"
    for product in catalog.by_kind["product"]:
        if product.fields["active"]:
            yield from _product(product, cast(Product, product.content))
    discounts = [
        (coupon.key, values)
        for coupon in catalog.by_kind["coupon"]
        if _takes_off(values := coupon_values(coupon.fields))
    ]
    if discounts:
        yield from ("", "## Coupons", "", "| Coupon | Off | How long |", "|---|---|---|")
        yield from (_row(_text(values["name"] or key), _off(values), _how_long(values)) for key, values in discounts)


def _product(product: AnyEntry, content: Product) -> Iterator[str]:
    yield from ("", f"## {_text(content.name)}")
    if content.description:
        yield from ("", _text(content.description))
    feature_keys = [child.own_key for child in product.children if child.kind == "product_feature"]
    features = [*content.marketing_features, *feature_keys]
    if features:
        yield ""
        yield from (f"- {_text(feature)}" for feature in features)
    prices = [child for child in product.children if child.kind == "price" and child.fields["active"]]
    if prices:
        yield from ("", "| Price | Amount | Billed | Lookup key |", "|---|---|---|---|")
        for price in prices:
            default = " (default)" if content.default_price == price.own_key else ""
            key = price_values(price.fields)["lookup_key"]
            yield _row(
                f"{_text(price.own_key)}{default}", _amounts(price), _describe_billing(price), f"`{key}`" if key else ""
            )


def _amounts(price: AnyEntry) -> str:
    values = price_values(price.fields)
    amounts = [show_amounts(values, values["currency"])]
    amounts += [show_amounts(option, currency) for currency, option in values["currency_options"].items()]
    package = values["transform_quantity"]
    per = f" per {package['divide_by']:,}" if package else ""
    return _text(" · ".join(f"{amount}{per}" for amount in amounts))


def _describe_billing(price: AnyEntry) -> str:
    recurring = price_values(price.fields)["recurring"]
    return _text(f"every {show_period(recurring)}" if recurring else "once")


def _takes_off(coupon: CouponValues) -> bool:
    return bool(coupon["percent_off"] or coupon["amount_off"])


def _off(coupon: CouponValues) -> str:
    percent = coupon["percent_off"]
    if percent:
        return f"{percent.normalize():f} %"
    return format_amount(Decimal(coupon["amount_off"] or 0), coupon["currency"] or "")


def _how_long(coupon: CouponValues) -> str:
    months = coupon["duration_in_months"]
    return f"{months} months" if months else coupon["duration"]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    return text.translate(ESCAPES)
