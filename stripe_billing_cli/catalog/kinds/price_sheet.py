"""What a catalog sells, as a page for colleagues: a table of prices for each product, then coupons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from stripe_billing_cli.catalog.entries import Entry
from stripe_billing_cli.catalog.kinds.price.forms import show_custom, show_period, show_tiers
from stripe_billing_cli.stripe_api.money import format_amount

ESCAPED = str.maketrans({"|": "\\|", "\n": " ", "<": "&lt;"})


def price_sheet(name: str, products: Iterable[Entry[Any]], coupons: Iterable[Entry[Any]]) -> Iterator[str]:
    """Yield the lines of a price sheet in Markdown; what is archived is left out."""
    yield f"# Prices of {_text(name)}"
    for product in products:
        if product.content.active:
            yield from _product(product)
    off = [coupon for coupon in coupons if coupon.fields["percent_off"] or coupon.fields["amount_off"]]
    if off:
        yield from ("", "## Coupons", "", "| Coupon | Off | How long |", "|---|---|---|")
        yield from (_row(_text(coupon.fields["name"] or coupon.key), _off(coupon), _how_long(coupon)) for coupon in off)


def _product(product: Entry[Any]) -> Iterator[str]:
    yield from ("", f"## {_text(product.content.name)}")
    if product.content.description:
        yield from ("", _text(product.content.description))
    included = [child.own_key for child in product.children if child.kind == "product_feature"]
    features = [*product.content.marketing_features, *included]
    if features:
        yield ""
        yield from (f"- {_text(feature)}" for feature in features)
    prices = [child for child in product.children if child.kind == "price" and child.content.active]
    if prices:
        yield from ("", "| Price | Amount | Billed | Lookup key |", "|---|---|---|---|")
        for price in prices:
            default = " (default)" if product.content.default_price == price.own_key else ""
            key = price.fields["lookup_key"]
            yield _row(f"{_text(price.own_key)}{default}", _amounts(price), _billed(price), f"`{key}`" if key else "")


def _amounts(price: Entry[Any]) -> str:
    fields = price.fields
    amounts = [_amount(fields, fields["currency"])]
    amounts += [_amount(option, currency) for currency, option in fields["currency_options"].items()]
    package = fields["transform_quantity"]
    per = f" per {package['divide_by']:,}" if package else ""
    return _text(" · ".join(f"{amount}{per}" for amount in amounts))


def _amount(fields: Any, currency: str) -> str:
    if fields["unit_amount"] is not None:
        return format_amount(fields["unit_amount"], currency)
    if fields["tiers"]:
        return show_tiers(fields["tiers"], currency)
    return show_custom(fields["custom_unit_amount"] or {}, currency)


def _billed(price: Entry[Any]) -> str:
    recurring = price.fields["recurring"]
    return _text(f"every {show_period(recurring)}" if recurring else "once")


def _off(coupon: Entry[Any]) -> str:
    percent, amount = coupon.fields["percent_off"], coupon.fields["amount_off"]
    return f"{percent.normalize():f} %" if percent else format_amount(Decimal(amount), coupon.fields["currency"])


def _how_long(coupon: Entry[Any]) -> str:
    months = coupon.fields["duration_in_months"]
    return f"{months} months" if months else str(coupon.fields["duration"])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    return text.translate(ESCAPED)
