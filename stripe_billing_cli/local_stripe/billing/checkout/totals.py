"""The amounts of a Checkout session: its items, less its discount, with tax and shipping. In minor units.

A recurring price costs what its subscription's first invoice will ask for: nothing in a trial, and a part of its period
before `billing_cycle_anchor`.
"""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.local_stripe.billing import billing_intervals, pricing
from stripe_billing_cli.local_stripe.billing.checkout import line_items
from stripe_billing_cli.local_stripe.billing.discounts import discounting
from stripe_billing_cli.local_stripe.billing.invoicing import taxes
from stripe_billing_cli.local_stripe.billing.subscriptions import anchors
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def add_amounts(call: Call, session: Object) -> Object:
    """Return the session with the amounts of its items, of its shipping, and of all together."""
    items = session["line_items"]["data"]
    subtotals = [_subtotal(call, session, item) for item in items]
    discount = call.store.get("discount", session["_discount"]) if session["_discount"] else None
    discount_amounts = _taken_off(call, items, subtotals, discount)
    is_taxed = (session["customer_details"] or {}).get("tax_exempt") not in taxes.UNTAXED_REASONS
    default_rates = session["_subscription_data"].get("default_tax_rates", [])
    data = [
        _item(call, item, subtotal, off, discount, (item["_tax_rates"] or default_rates) if is_taxed else [])
        for item, subtotal, off in zip(items, subtotals, discount_amounts, strict=True)
    ]
    cost = session["shipping_cost"]
    shipping = cost["amount_total"] if cost else 0
    return {
        **session,
        "amount_subtotal": sum(subtotals),
        "amount_total": sum(item["amount_total"] for item in data) + shipping,
        "line_items": {**session["line_items"], "data": data},
        "total_details": {
            "amount_discount": sum(discount_amounts),
            "amount_shipping": shipping,
            "amount_tax": sum(item["amount_tax"] for item in data),
            "breakdown": {
                "discounts": [{"amount": sum(discount_amounts), "discount": discount["id"]}] if discount else [],
                "taxes": _sum_taxes([tax for item in data for tax in item["taxes"]]),
            },
        },
    }


def _subtotal(call: Call, session: Object, item: Object) -> int:
    price, currency = objects.get_known(call, "price", item["price"]), item["currency"]
    if line_items.is_metered(price):
        return 0
    option = price["currency_options"][currency]
    custom = option["custom_unit_amount"]
    if custom is not None:
        return int(item.get("_chosen_amount") or custom["preset"] or custom["minimum"] or 0) * int(item["quantity"])
    parts = pricing.parts(price, currency, item["quantity"])
    if price["recurring"] is None:
        return sum(part.amount for part in parts)
    return _of_first_period(call, session, price, parts)


def _of_first_period(call: Call, session: Object, price: Object, parts: Sequence[pricing.Part]) -> int:
    whole = sum(part.amount for part in parts)
    data = session["_subscription_data"]
    if is_trial(data):
        return 0
    anchor = anchors.wanted_anchor(data, [price], None, call.now)
    if anchor == call.now:
        return whole
    start, end = billing_intervals.period_at(price, anchor, call.now)
    if data.get("proration_behavior") == "none" and start != call.now:
        return 0
    return sum(pricing.part_of(part.exact, end - call.now, end - start) for part in parts)


def is_trial(data: Object) -> bool:
    """Return whether `subscription_data` begins with a trial."""
    return "trial_end" in data or "trial_period_days" in data


def _taken_off(call: Call, items: Sequence[Object], subtotals: Sequence[int], discount: Object | None) -> list[int]:
    if discount is None:
        return [0] * len(items)
    terms = discounting.terms(discount, discount["_coupon_terms"], items[0]["currency"])
    discountable = [
        discounting.DiscountableLine(subtotal, objects.get_known(call, "price", item["price"])["product"])
        for item, subtotal in zip(items, subtotals, strict=True)
    ]
    amounts = discounting.taken_off(discountable, [terms] if terms else [])
    return [sum(each.values()) for each in amounts]


def _item(
    call: Call, item: Object, subtotal: int, discount_amount: int, discount: Object | None, rates: Sequence[str]
) -> Object:
    item_taxes = taxes.taxes_of(subtotal - discount_amount, taxes.find_rates(call, rates))
    tax_on_top = sum(tax.amount for tax in item_taxes if not tax.rate.inclusive)
    return {
        **item,
        "amount_discount": discount_amount,
        "amount_subtotal": subtotal,
        "amount_tax": sum(tax.amount for tax in item_taxes),
        "amount_total": subtotal - discount_amount + tax_on_top,
        "discounts": [{"amount": discount_amount, "discount": discount["id"]}] if discount else [],
        "taxes": [
            {"amount": tax.amount, "rate": tax.rate.id, "taxability_reason": None, "taxable_amount": tax.taxable}
            for tax in item_taxes
        ],
    }


def _sum_taxes(item_taxes: Sequence[Object]) -> list[Object]:
    """Return the taxes of all items, one for each rate."""
    sums: dict[str, Object] = {}
    for tax in item_taxes:
        before = sums.get(tax["rate"], {**tax, "amount": 0, "taxable_amount": 0})
        sums[tax["rate"]] = {**before, **{name: before[name] + tax[name] for name in ("amount", "taxable_amount")}}
    return list(sums.values())
