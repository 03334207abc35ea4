"""Lines of invoices: an amount for a price over a period. Fields after `stripe/_invoice_line_item.py`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from stripe_billing_cli.local_stripe.billing import pricing
from stripe_billing_cli.local_stripe.core import amounts, identifiers
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


@dataclass(frozen=True)
class Line:
    """A line to be billed: `amount` in minor units for [start, end) in Unix seconds; negative for a credit.

    `item` is the subscription item, `invoice_item` the pending item that the line was, or becomes. Of a proration the
    amount is what its `discounts` have left, so that no others apply; where `discountable` says nothing else. Other
    lines are discounted by their own `discounts`, then by the invoice's, and taxed at their own `tax_rates`, or at the
    invoice's. `used` is the quantity of metered use, which need not be whole; `billed_amount` what was billed of it
    before. `unit_amount` is shown only. `credited_items` is, of a credit, what was debited, as
    `proration_details.credited_items` of an invoice item has it. By the `key`, which Stripe does not show, a debit
    finds its line, whether that was a pending item before or not.
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
    billed_amount: int = 0
    discounts: tuple[str, ...] = ()
    discountable: bool | None = None
    unit_amount: str | None = None
    credited_items: Object | None = None
    tax_rates: tuple[str, ...] = ()
    key: str = field(default_factory=lambda: secrets.token_hex(8), compare=False)


@dataclass(frozen=True)
class ProductName:
    """A product as lines name it: `unit` is its unit label."""

    name: str
    unit: str | None = None

    def many(self, quantity: int | Decimal) -> str:
        """Return a quantity with the name of what is sold: `10 × Standard`, or `10 seat × Standard` with a unit label
        (recorded: "1 user × …")."""
        unit = f" {self.unit}" if self.unit else ""
        return f"{amounts.plain(Decimal(quantity))}{unit} × {self.name}"


def check_period(period: Mapping[str, Any] | None, param: str = "period") -> None:
    """Raise for a period that ends before it starts: its end "must be greater than or equal to the start"
    (`stripe/params/_invoice_item_create_params.py`)."""
    if period is not None and period["end"] < period["start"]:
        raise invalid("The end of a period must not be before its start.", f"{param}[end]")


def for_period(
    item: Object,
    price: Object,
    product: ProductName,
    currency: str,
    start: int,
    end: int,
    whole_length: int | None = None,
) -> list[Line]:
    """Return the line of a subscription item, which is not metered, for a whole period, or the lines of its tiers; for
    as much of one as the time is of `whole_length`, in seconds, where that is given."""
    period_lines = []
    for part in pricing.parts(price, currency, item["quantity"]):
        description, unit_amount = _of_part(part, price, product, currency)
        quantity = int(part.units or 0)
        amount = part.amount if whole_length is None else pricing.part_of(part.exact, end - start, whole_length)
        line = Line(amount, description, start, end, price, quantity, item["id"], unit_amount=unit_amount)
        period_lines.append(_as_item(line, item))
    return period_lines


def _as_item(line: Line, item: Object) -> Line:
    """Return the line with the discounts and the tax rates of its subscription item."""
    return replace(line, discounts=tuple(item["discounts"]), tax_rates=tuple(item["tax_rates"]))


def for_usage(
    item: Object, price: Object, product: ProductName, currency: str, use: Decimal, start: int, end: int
) -> list[Line]:
    """Return the lines that bill what was used of a metered item."""
    usage_lines = []
    for part in pricing.parts(price, currency, use):
        description, unit_amount = _of_part(part, price, product, currency)
        units = Decimal(part.units or 0)
        line = Line(part.amount, description, start, end, price, int(units), item["id"], used=units)
        usage_lines.append(_as_item(replace(line, unit_amount=unit_amount), item))
    return usage_lines


def less_billed(
    usage_lines: Sequence[Line], item: Object, price: Object, currency: str, units: Decimal, net: int
) -> list[Line]:
    """Return lines of use that count from the period's start, and credits of the units among them that are billed, for
    `net` after discounts: "Amount previously billed (at 0.50 USD per unit)"
    (https://docs.stripe.com/billing/subscriptions/usage-based/thresholds)."""
    if not usage_lines or not units:
        return list(usage_lines)
    parts = [part for part in pricing.parts(price, currency, units) if part.amount]
    gross = sum(part.amount for part in parts)
    remainder = gross
    lines = []
    for line in usage_lines:
        billed_amount = max(0, min(line.amount, remainder))
        remainder -= billed_amount
        lines.append(replace(line, billed_amount=billed_amount))
    return [*lines, *_credits(usage_lines[0], item, price, currency, parts, _discounts_of(remainder, gross, net))]


def _discounts_of(part: int, gross: int, net: int) -> int:
    """Return how much discounts took off a part of what was billed: nobody gets back more than was paid where volume
    tiers make use cheaper than what is billed of it."""
    return pricing.round_amount(Decimal(gross - net) * part / gross) if part else 0


def _credits(
    use: Line, item: Object, price: Object, currency: str, parts: Sequence[pricing.Part], discounts: int
) -> list[Line]:
    """Return credits of what was billed for these parts, less the discounts that came off it."""
    credits = []
    for part in parts:
        less = min(discounts, part.amount)
        discounts -= less
        description = f"Amount previously billed ({rate(price, currency, part)})"
        credit = Line(less - part.amount, description, use.start, use.end, price, 0, item["id"], discountable=False)
        credits.append(replace(credit, tax_rates=use.tax_rates))
    return credits


def _of_part(part: pricing.Part, price: Object, product: ProductName, currency: str) -> tuple[str, str | None]:
    """Return the description of a line, and the unit amount that it shows: none for a tier's flat fee."""
    words = rate(price, currency, part)
    if part.units is None:
        return f"{product.name} ({words})", None
    return f"{product.many(part.units)} ({words})", amounts.plain(part.unit_amount)


def for_trial(item: Object, price: Object, product: ProductName, start: int, end: int) -> Line:
    """Return the line of a time that costs nothing, in the words of flexible billing mode
    (https://docs.stripe.com/billing/subscriptions/billing-mode/compare#trials)."""
    quantity = item.get("quantity") or 0
    description = f"Free trial for {product.many(quantity)}"
    return _as_item(Line(0, description, start, end, price, quantity, item["id"], unit_amount="0"), item)


def rate(price: Object, currency: str, part: pricing.Part) -> str:
    """Return a rate as Stripe describes a line: `at $15.00 / month`, and `Tier 1 at $15.00 / month` within a tier."""
    recurring = price["recurring"]
    every = (
        recurring["interval"]
        if recurring["interval_count"] == 1
        else (f"every {recurring['interval_count']} {recurring['interval']}s")
    )
    divisor = price["transform_quantity"]
    per = f" per {divisor['divide_by']}" if divisor else ""
    tier = f"Tier {part.tier} " if part.tier is not None else ""
    return f"{tier}at {amounts.format_amount(part.unit_amount, currency)}{per} / {every}"


def day(moment: int) -> str:
    """Return a day as `24 Nov 2026`."""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at.day:02} {at:%b %Y}"


def show_pricing(price: Object | None, unit_amount: str | None) -> Object | None:
    if price is None:
        return None
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": unit_amount,
    }


def as_answered(call: Call, line: Line, currency: str, invoice: str | None, subscription: str | None) -> Object:
    """Return the line as an object of an invoice."""
    details = {
        "invoice_item": line.invoice_item,
        "proration": line.proration,
        "proration_details": {"credited_items": credited_lines(line.credited_items)},
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
        "_billed": line.billed_amount,
        "_key": line.key,
        "_tax_rates": list(line.tax_rates),
        "amount": line.amount,
        "currency": currency,
        "description": line.description or None,
        "discount_amounts": [{"amount": 0, "discount": id} for id in line.discounts],
        "discountable": not line.proration if line.discountable is None else line.discountable,
        "discounts": list(line.discounts),
        "invoice": invoice,
        "metadata": {},
        "parent": parent,
        "period": {"end": line.end, "start": line.start},
        "pretax_credit_amounts": [],
        "pricing": show_pricing(line.price, line.unit_amount),
        "quantity": line.quantity,
        "quantity_decimal": amounts.plain(Decimal(line.quantity) if line.used is None else line.used),
        "subscription": subscription,
        "subtotal": line.amount,
        "taxes": [],
    }


def credited_lines(credited_items: Object | None) -> Object | None:
    """Return what a credit gives back as a line of an invoice says it: the lines that were debited, on their
    invoice."""
    details: Object | None = credited_items and credited_items.get("invoice_line_item_details")
    return details


def item_of(line: Object) -> str | None:
    """Return the invoice item that a line of an invoice was."""
    details = line["parent"]["invoice_item_details"] or line["parent"]["subscription_item_details"] or {}
    id: str | None = details.get("invoice_item")
    return id
