"""The amounts of a Checkout session: its items, less its discount, with tax and shipping. In minor units.

A recurring price costs what its subscription's first invoice will ask for: nothing in a trial, and a part of its period
before `billing_cycle_anchor`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

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
    amounts = _line_amounts(call, session, items)
    discount = call.store.get("discount", session["_discount"]) if session["_discount"] else None
    reductions = _compute_reductions(call, items, amounts, discount)
    discount_amount = sum(map(sum, reductions))
    is_taxed = (session["customer_details"] or {}).get("tax_exempt") not in taxes.UNTAXED_REASONS
    default_rates = session["_subscription_data"].get("default_tax_rates", [])
    data = [
        _item(call, item, own_amounts, off, discount, (item["_tax_rates"] or default_rates) if is_taxed else [])
        for item, own_amounts, off in zip(items, amounts, reductions, strict=True)
    ]
    cost = session["shipping_cost"]
    shipping = cost["amount_total"] if cost else 0
    return {
        **session,
        "amount_subtotal": sum(map(sum, amounts)),
        "amount_total": sum(item["amount_total"] for item in data) + shipping,
        "line_items": {**session["line_items"], "data": data},
        "total_details": {
            "amount_discount": discount_amount,
            "amount_shipping": shipping,
            "amount_tax": sum(item["amount_tax"] for item in data),
            "breakdown": {
                "discounts": [{"amount": discount_amount, "discount": discount["id"]}] if discount else [],
                "taxes": _sum_taxes([tax for item in data for tax in item["taxes"]]),
            },
        },
    }


def _line_amounts(call: Call, session: Object, items: Sequence[Object]) -> list[list[int]]:
    """Return, for each item, the amounts of the invoice lines that it becomes: one for each tier, which is discounted
    and taxed by itself."""
    prices = [objects.get_known(call, "price", item["price"]) for item in items]
    recurring_prices = [price for price in prices if price["recurring"]]
    return [
        _amounts_of(call, session, item, price, recurring_prices) for item, price in zip(items, prices, strict=True)
    ]


def _amounts_of(
    call: Call, session: Object, item: Object, price: Object, recurring_prices: Sequence[Object]
) -> list[int]:
    currency = item["currency"]
    if line_items.is_metered(price):
        return [0]
    custom = price["currency_options"][currency]["custom_unit_amount"]
    if custom is not None:
        amount = item.get("_chosen_amount") or custom["preset"] or custom["minimum"] or 0
        return [int(amount) * int(item["quantity"])]
    parts = pricing.parts(price, currency, item["quantity"])
    if price["recurring"] is None:
        return [part.amount for part in parts]
    return _of_first_period(call, session, price, parts, recurring_prices)


def _of_first_period(
    call: Call, session: Object, price: Object, parts: Sequence[pricing.Part], recurring_prices: Sequence[Object]
) -> list[int]:
    data = session["_subscription_data"]
    if is_trial(data):
        return [0]
    anchor = anchors.first_anchor(data, recurring_prices, None, call.now)
    start, end = billing_intervals.period_at(price, anchor, call.now)
    if start == call.now:
        return [part.amount for part in parts]
    if data.get("proration_behavior") == "none":
        return [0]
    return [pricing.part_of(part.exact, end - call.now, end - start) for part in parts]


def is_trial(data: Object) -> bool:
    """Return whether `subscription_data` begins with a trial."""
    return "trial_end" in data or "trial_period_days" in data


def _compute_reductions(
    call: Call, items: Sequence[Object], amounts: Sequence[Sequence[int]], discount: Object | None
) -> list[list[int]]:
    """Return what the discount takes off each amount of each item."""
    if discount is None:
        return [[0] * len(own_amounts) for own_amounts in amounts]
    terms = discounting.terms(discount, discount["_coupon_terms"], items[0]["currency"])
    products = [objects.get_known(call, "price", item["price"])["product"] for item in items]
    discountable = [
        discounting.DiscountableLine(amount, product)
        for own_amounts, product in zip(amounts, products, strict=True)
        for amount in own_amounts
    ]
    reductions = (sum(each.values()) for each in discounting.compute_reductions(discountable, [terms] if terms else []))
    return [list(islice(reductions, len(own_amounts))) for own_amounts in amounts]


def _item(
    call: Call,
    item: Object,
    amounts: Sequence[int],
    reductions: Sequence[int],
    discount: Object | None,
    rates: Sequence[str],
) -> Object:
    found_rates = taxes.find_rates(call, rates)
    line_taxes = [
        tax
        for amount, reduction in zip(amounts, reductions, strict=True)
        for tax in taxes.taxes_of(amount - reduction, found_rates)
    ]
    tax_on_top = sum(tax.amount for tax in line_taxes if not tax.rate.inclusive)
    subtotal, discount_amount = sum(amounts), sum(reductions)
    return {
        **item,
        "amount_discount": discount_amount,
        "amount_subtotal": subtotal,
        "amount_tax": sum(tax.amount for tax in line_taxes),
        "amount_total": subtotal - discount_amount + tax_on_top,
        "discounts": [{"amount": discount_amount, "discount": discount["id"]}] if discount else [],
        "taxes": _sum_taxes(
            [
                {"amount": tax.amount, "rate": tax.rate.id, "taxability_reason": None, "taxable_amount": tax.taxable}
                for tax in line_taxes
            ]
        ),
    }


def _sum_taxes(item_taxes: Sequence[Object]) -> list[Object]:
    """Return taxes, of several lines or items, as one for each rate."""
    sums: dict[str, Object] = {}
    for tax in item_taxes:
        before = sums.get(tax["rate"], {**tax, "amount": 0, "taxable_amount": 0})
        sums[tax["rate"]] = {**before, **{name: before[name] + tax[name] for name in ("amount", "taxable_amount")}}
    return list(sums.values())
