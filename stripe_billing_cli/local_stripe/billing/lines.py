"""Lines of invoices: an amount for a price over a period. Fields after `stripe/_invoice_line_item.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from stripe_billing_cli.local_stripe import amounts, identifiers
from stripe_billing_cli.local_stripe.billing import pricing
from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.store import Object


@dataclass(frozen=True)
class Line:
    """What is billed: `amount` in minor units for [start, end) in Unix seconds; negative for a credit.

    `item` is the subscription item, `invoice_item` the pending item that the line was, if it was one. An amount that
    someone named has no `price`. Of a proration the amount is what its `discounts` have left, so that no others apply;
    where `discountable` says nothing else. `used` is the quantity of metered use, which need not be whole.
    """

    amount: int
    description: str
    start: int
    end: int
    price: Object | None
    quantity: int
    item: str | None
    proration: bool = False
    invoice_item: str | None = None
    used: Decimal | None = None
    discounts: tuple[str, ...] = ()
    discountable: bool | None = None


def for_period(item: Object, price: Object, product: str, currency: str, start: int, end: int) -> Line:
    """A subscription item, which is not metered, for a whole period."""
    quantity = item["quantity"]
    description = f"{quantity} × {product} ({rate(price, currency)})"
    return Line(pricing.amount(price, currency, quantity), description, start, end, price, quantity, item["id"])


def for_usage(item: Object, price: Object, product: str, currency: str, used: Decimal, start: int, end: int) -> Line:
    """A metered item for what was used of it in a period that is over; nothing for less than nothing."""
    billed = max(used, Decimal(0))
    description = f"{amounts.plain(billed)} × {product} ({rate(price, currency)})"
    amount = pricing.amount(price, currency, billed)
    return Line(amount, description, start, end, price, int(billed), item["id"], used=billed)


def for_trial(item: Object, price: Object, product: str, start: int, end: int) -> Line:
    """A time that costs nothing. In the words of flexible billing mode
    (https://docs.stripe.com/billing/subscriptions/billing-mode/compare#trials)."""
    quantity = item.get("quantity") or 0
    return Line(0, f"Free trial for {quantity} × {product}", start, end, price, quantity, item["id"])


def rate(price: Object, currency: str) -> str:
    """`at $15.00 / month`, as Stripe describes a line."""
    recurring = price["recurring"]
    every = (
        recurring["interval"]
        if recurring["interval_count"] == 1
        else (f"every {recurring['interval_count']} {recurring['interval']}s")
    )
    unit = pricing.unit_amount_decimal(price, currency)
    if unit is None:
        return f"Tier 1 / {every}"
    divisor = price["transform_quantity"]
    per = f" per {divisor['divide_by']}" if divisor else ""
    return f"at {amounts.told(Decimal(unit), currency)}{per} / {every}"


def day(moment: int) -> str:
    """`24 Nov 2026`"""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at.day:02} {at:%b %Y}"


def priced(price: Object | None, currency: str) -> Object | None:
    if price is None:
        return None
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": pricing.unit_amount_decimal(price, currency),
    }


def shown(call: Call, line: Line, currency: str, invoice: str | None, subscription: str | None) -> Object:
    """The line as an object of an invoice."""
    details = {
        "invoice_item": line.invoice_item,
        "proration": line.proration,
        "proration_details": {"credited_items": None} if line.proration else None,
        "subscription": subscription,
    }
    if line.item is not None:
        parent = {
            "invoice_item_details": None,
            "subscription_item_details": {**details, "subscription_item": line.item},
            "type": "subscription_item_details",
        }
    else:
        parent = {
            "invoice_item_details": details,
            "subscription_item_details": None,
            "type": "invoice_item_details",
        }
    return {
        "id": identifiers.long_id(call, "il"),
        "object": "line_item",
        "amount": line.amount,
        "currency": currency,
        "description": line.description,
        "discount_amounts": [{"amount": 0, "discount": id} for id in line.discounts],
        "discountable": not line.proration if line.discountable is None else line.discountable,
        "discounts": list(line.discounts),
        "invoice": invoice,
        "livemode": False,
        "metadata": {},
        "parent": parent,
        "period": {"end": line.end, "start": line.start},
        "pretax_credit_amounts": [],
        "pricing": priced(line.price, currency),
        "quantity": line.quantity,
        "quantity_decimal": amounts.plain(Decimal(line.quantity) if line.used is None else line.used),
        "subscription": subscription,
        "subtotal": line.amount,
        "taxes": [],
    }
