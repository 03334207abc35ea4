"""The items of a subscription: their periods, and what was billed for them.

`_debits` is the local Stripe's own: what the current period, or parts of it, was billed at; `_use` says from where on
use is counted, and how much of it is billed by invoices of thresholds. Flexible billing mode credits what was debited,
not what the price would be now (https://docs.stripe.com/billing/subscriptions/prorations#credit-prorations).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line
from stripe_billing_cli.local_stripe.core.store import Object


def is_metered(price: Object) -> bool:
    """Return whether a price is billed afterwards by use, so that there is no quantity and nothing to prorate."""
    return bool(price["recurring"]["usage_type"] == "metered")


def new_item(
    id: str, subscription: str, price: Object, params: Mapping[str, Any], now: int, period: tuple[int, int]
) -> Object:
    """Return a subscription item for a period [start, end)."""
    item: Object = {
        "id": id,
        "object": "subscription_item",
        "billing_thresholds": params.get("billing_thresholds"),
        "created": now,
        "current_period_end": period[1],
        "current_period_start": period[0],
        "current_trial": None,
        "_debits": [],
        "_use": None,
        "discounts": list(params.get("discounts") or ()),
        "metadata": {key: value for key, value in (params.get("metadata") or {}).items() if value != ""},
        "plan": price["id"],
        "price": price["id"],
        "subscription": subscription,
        "tax_rates": list(params.get("tax_rates") or ()),
    }
    if not is_metered(price):
        item["quantity"] = params.get("quantity", 1)
    return item


def in_period(item: Object, period: tuple[int, int]) -> Object:
    """Return the item in this period [start, end), in which use is counted from its start on."""
    return {**item, "_use": None, "current_period_start": period[0], "current_period_end": period[1]}


def counting_anew(item: Object, last_report: int, start: int | None = None) -> Object:
    """Return the item, of which only use is billed that comes after this report of use: "billed at the price in effect
    when it was reported" (flexible billing mode). `start`: and that was at this time at the earliest, in Unix
    seconds."""
    return {**item, "_use": {"after": last_report, "start": item["current_period_start"] if start is None else start}}


def with_billed_use(item: Object, units: Decimal, net: int) -> Object:
    """Return the item, of which so much use is billed of what is counted, for so much net of discounts."""
    use = item["_use"] or {"after": 0, "start": item["current_period_start"]}
    return {**item, "_use": {**use, "billed": str(units), "billed_net": net}}


def with_debit(item: Object, lines: Sequence[Line]) -> Object:
    """Return the item, billed by these lines, which are of one period, for what it is from its start on; by none of
    none."""
    return {**item, "_debits": [debit(item, lines)] if lines else []}


def debit(item: Object, lines: Sequence[Line]) -> Object:
    """Return what was billed for an item by these lines of one period; several are of a tiered price."""
    first = lines[0]
    return {
        "amount": sum(line.amount for line in lines),
        "end": first.end,
        "keys": [line.key for line in lines],
        "price": first.price and first.price["id"],
        "quantity": item["quantity"],
        "start": first.start,
        "tax_rates": list(first.tax_rates),
    }


def with_items(subscription: Object, data: list[Object]) -> Object:
    """Return the `items` of a subscription, as a list object."""
    return {**subscription["items"], "data": data}


def first_start(data: list[Object]) -> int:
    """Return when the first of the items' periods began."""
    return int(min(item["current_period_start"] for item in data))


def first_end(data: list[Object]) -> int:
    """Return when the first of the items' periods ends."""
    return int(min(item["current_period_end"] for item in data))
