"""Discounts within prorations, as `proration_discounts=included` has them: the amount is what they have left of it.

A debit is discounted as the item is when it is billed; a credit gives back what was paid. An amount off is shared among
the items as on the invoice of a whole period, and of the item's share the debit has as much as it is of the period:
"Stripe applies discounts proportionally to each subscription item during proration calculations"
(https://docs.stripe.com/billing/subscriptions/billing-mode/compare#credit-proration-calculations).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from stripe_billing_cli.local_stripe.billing import pricing
from stripe_billing_cli.local_stripe.billing.discounts import discount, discounting
from stripe_billing_cli.local_stripe.billing.discounts.discounting import DiscountableLine, Terms
from stripe_billing_cli.local_stripe.billing.invoicing import debits
from stripe_billing_cli.local_stripe.billing.subscriptions.billing_catalog import DiscountedAmount
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def discounted_amount(
    call: Call, discounts: Sequence[Object] | None, item: Object, amount: int, among: Sequence[Object]
) -> DiscountedAmount:
    """Return what the discounts of the item, and then of its subscription, leave of `amount`, which is a part of what
    it costs a period; `among` are all items that are billed. `discounts`: those that the subscription gets at the same
    time, None where it keeps its own."""
    subscription = call.store.get("subscription", item["subscription"])
    items_with_prices = [(one, objects.get_known(call, "price", one["price"])) for one in among if "quantity" in one]
    places = [one["id"] for one, _ in items_with_prices]
    if subscription is None or item["id"] not in places:
        return DiscountedAmount(amount)
    currency, here = subscription["currency"], places.index(item["id"])
    lines = [
        DiscountableLine(pricing.amount(price, currency, one["quantity"]), price["product"])
        for one, price in items_with_prices
    ]
    own = [discount.find(call, id) for id in subscription["discounts"]] if discounts is None else discounts
    terms = _terms(call, [one for one, _ in items_with_prices], own, currency)
    shares = discounting.compute_reductions(lines, terms)[here]
    remainder, terms_applied = amount, list[Terms]()
    for each in terms:
        if each.covers(here, lines[here]):
            off = min(remainder, _part(each, shares[each.discount], remainder, amount, lines[here].amount))
            remainder -= off
            terms_applied += [each] if off else []
    ids = tuple(each.discount for each in terms_applied)
    return DiscountedAmount(remainder, ids, describe_terms([each.percent_off for each in terms_applied]))


def describe_terms(percentages: Sequence[Decimal | None]) -> str:
    """Return how the description of a proration names its discount: " (with 10.0% off)"; nothing of an amount off,
    which has no percentage, or of several."""
    if len(percentages) != 1 or percentages[0] is None:
        return ""
    return f" (with {float(percentages[0])}% off)"


def _part(terms: Terms, share: int, remainder: int, amount: int, whole: int) -> int:
    """Return what a discount takes off: its percentage of the `remainder`, or as much of its `share` of a period as
    `amount` is of the `whole` price."""
    if terms.percent_off is not None:
        return pricing.round_amount(remainder * terms.percent_off / 100)
    return pricing.round_amount(Decimal(share) * amount / whole) if whole else 0


def _terms(call: Call, billed_items: Sequence[Object], discounts: Sequence[Object], currency: str) -> list[Terms]:
    """Return the terms of the discounts of items, each for those that name it, and then of their subscription's."""
    places: dict[str, frozenset[int]] = {}
    for at, item in enumerate(billed_items):
        for id in item["discounts"]:
            places[id] = places.get(id, frozenset()) | {at}
    of_items = [(discount.find(call, id), at_lines) for id, at_lines in places.items()]
    all_terms = []
    for each, on_lines in [*of_items, *((each, None) for each in discounts)]:
        terms = discounting.terms(each, each["_coupon_terms"], currency)
        if terms is not None and not discount.has_ended(call, each):
            all_terms.append(replace(terms, lines=on_lines))
    return all_terms


def net_debit(call: Call, item: Object, debit: Mapping[str, Any]) -> DiscountedAmount:
    """Return what a debit came to on its invoice, its discounts taken off; a proration is so already."""
    reductions: dict[str, int] = {}
    for line in debits.billed_lines(call, item, debit):
        for one in line["discount_amounts"]:
            reductions[one["discount"]] = reductions.get(one["discount"], 0) + one["amount"]
    ids = tuple(id for id, off in reductions.items() if off)
    percentages = [discount.find(call, id)["_coupon_terms"]["percent_off"] for id in ids]
    terms = describe_terms([None if one is None else Decimal(str(one)) for one in percentages])
    return DiscountedAmount(debit["amount"] - sum(reductions.values()), ids, terms)
