"""Amounts, dates and the like as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from stripe_billing_cli.cli.time_zone import in_time_zone, shown_zone
from stripe_billing_cli.stripe_api.money import format_amount, format_plain, minor_unit_exponent


def money(minor: int | str | Decimal | None, currency: str | None) -> str:
    """Return an amount for people: `1500, "usd"` → `$15.00`; a dash where there is none."""
    if minor is None or currency is None:
        return "-"
    return format_amount(Decimal(minor), currency)


def plain(minor: int, currency: str) -> str:
    """Return an amount as the options that take amounts read it: `1250, "usd"` → `12.50`."""
    return format_plain(minor, minor_unit_exponent(currency))


def date(timestamp: int | None) -> str:
    """Return a day with its zone: `24 Nov 2026 UTC`."""
    if timestamp is None:
        return "-"
    at = in_time_zone(timestamp, shown_zone())
    return f"{at.day} {at:%b %Y %Z}"


def moment(timestamp: int | None) -> str:
    """Return a time with its zone: `24 Nov 2026 21:05 UTC`."""
    if timestamp is None:
        return "-"
    at = in_time_zone(timestamp, shown_zone())
    return f"{at.day} {at:%b %Y %H:%M %Z}"


def clock(timestamp: float, zone: tzinfo | None) -> str:
    """Return a time of a day with its zone: `21:05:07 UTC`."""
    return f"{in_time_zone(timestamp, zone):%H:%M:%S %Z}"


def count_text(count: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun: `1 subscription`, `2 subscriptions`; `plural` where it is no `s` behind it."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def interval_text(interval: str | None, count: int | None) -> str:
    """Return the interval of a price: `month`, `3 months`; `once` without an interval."""
    if interval is None:
        return "once"
    return interval if count in (None, 1) else f"{count} {interval}s"


def price(item: Mapping[str, Any]) -> str:
    """Return an item or price record as `$15.00 / month` or `$4.00 per 5 / month`; tiers and free amounts by their
    name."""
    interval = interval_text(item["interval"], item["interval_count"])
    amount = item["unit_amount_decimal"]
    amount_text = money(amount, item["currency"]) if amount is not None else f"tiers in {item['currency']}"
    package = f" per {item['divide_by']:,}" if item["divide_by"] else ""
    return f"{amount_text}{package} / {interval}"


def item(record: Mapping[str, Any]) -> str:
    """Return the price and quantity of a subscription item: `pro.monthly ×3`."""
    return f"{record['lookup_key'] or record['price']}{times(record['quantity'])}"


def times(quantity: int | None) -> str:
    return "" if quantity in (None, 1) else f" ×{quantity:,}"


def items(subscription: Mapping[str, Any]) -> str:
    """Return the prices and quantities of a subscription: `pro.monthly ×3`; where a price has lost its lookup key to
    another, the product and the amount: `pro $15.00 / month ×3`."""
    return ", ".join(
        item(one) if one["lookup_key"] else f"{one['product']} {price(one)}{times(one['quantity'])}"
        for one in subscription["items"]
    )


def end_text(subscription: Mapping[str, Any]) -> str:
    """Return when a subscription ends or ended, or until when it is paid for."""
    if subscription["ended_at"]:
        return f"ended {date(subscription['ended_at'])}"
    if subscription["cancel_at"]:
        return f"ends {date(subscription['cancel_at'])}"
    return date(subscription["current_period_end"])


def card(method: Mapping[str, Any]) -> str:
    """Return a payment method for people: `Visa ending in 4242, valid to 12/2034`, or its type where it is no card."""
    if method["last4"] is None:
        return f"{str(method['type']).replace('_', ' ')} ({method['id']})"
    brand = str(method["brand"]).replace("_", " ").title()
    return f"{brand} ending in {method['last4']}, valid to {method['exp_month']:02}/{method['exp_year']}"


def alternatives(names: Sequence[str]) -> str:
    """Return names as alternatives: `active or trialing`."""
    return " or ".join(names)


def refund_waits(status: str | None) -> str:
    """Return a sentence, with a blank before it, on a refund that has not reached the customer yet; "" on one that
    has."""
    match status:
        case "succeeded":
            return ""
        case "requires_action":
            return " It waits for the customer, whom Stripe asks by mail for a bank account."
    return f" It is {(status or 'unknown').replace('_', ' ')}."


def status(name: str | None) -> str:
    """Return Stripe's word for a status as people write it: `past due`."""
    return "gone" if name is None else name.replace("_", " ")
