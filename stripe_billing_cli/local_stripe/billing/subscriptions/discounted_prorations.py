"""Discounts within prorations, as `proration_discounts=included` has them: the amount is what they have left of it.

A debit is discounted as the item is when it is billed; a credit gives back what was paid. How Stripe spreads an amount
off over prorations is not documented; here the item's share of a whole period takes that share of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from stripe_billing_cli.local_stripe.billing import pricing
from stripe_billing_cli.local_stripe.billing.discounts import discount, discounting
from stripe_billing_cli.local_stripe.billing.discounts.discounting import DiscountableLine, Terms
from stripe_billing_cli.local_stripe.billing.invoicing import debits
from stripe_billing_cli.local_stripe.billing.subscriptions.billing_catalog import DiscountedAmount
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def discounted_amount(call: Call, item: Object, amount: int, whole: int) -> DiscountedAmount:
    """Return what the discounts of the item, and then of its subscription, leave of `amount`, which is a part of the
    `whole` price."""
    subscription = call.store.get("subscription", item["subscription"])
    price = call.store.get("price", item["price"])
    if subscription is None or price is None:
        return DiscountedAmount(amount)
    terms = []
    for id in (*item["discounts"], *subscription["discounts"]):
        for own_discount in discount.not_ended(call, [id]):
            own_terms = discounting.terms(own_discount, own_discount["_coupon_terms"], subscription["currency"])
            if own_terms is not None:
                costs = whole if id in item["discounts"] else max(whole, _costs(call, subscription))
                terms.append(_share(own_terms, amount, costs))
    [taken] = discounting.taken_off([DiscountableLine(amount, price["product"])], terms)
    return DiscountedAmount(amount - sum(taken.values()), tuple(id for id, off in taken.items() if off))


def _share(terms: Terms, amount: int, costs: int) -> Terms:
    """Return an amount off, as much of it as `amount` is of what a period `costs`."""
    if terms.amount_off is None:
        return terms
    off = pricing.rounded(Decimal(terms.amount_off) * amount / costs) if costs else 0
    return Terms(terms.discount, amount_off=off, products=terms.products)


def _costs(call: Call, subscription: Object) -> int:
    priced = ((item, call.store.get("price", item["price"])) for item in subscription["items"]["data"])
    return sum(
        pricing.amount(price, subscription["currency"], item["quantity"])
        for item, price in priced
        if price and "quantity" in item
    )


def net_debit(call: Call, item: Object, debit: Mapping[str, Any]) -> DiscountedAmount:
    """Return what a debit came to on its invoice, its discounts taken off; a proration is so already."""
    taken: dict[str, int] = {}
    for line in debits.billed_lines(call, item, debit):
        for one in line["discount_amounts"]:
            taken[one["discount"]] = taken.get(one["discount"], 0) + one["amount"]
    return DiscountedAmount(debit["amount"] - sum(taken.values()), tuple(id for id, off in taken.items() if off))
