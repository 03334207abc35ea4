"""The discounts of a subscription on its invoices: what they take off each line, and the coupons used up by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stripe_billing_cli.local_stripe.billing.discounts import discount, discounting
from stripe_billing_cli.local_stripe.billing.discounts.discounting import DiscountableLine, Terms
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def discounted_draft(call: Call, invoice: Object, discounts: Sequence[Object]) -> Object:
    """Return a draft whose lines, totals and `discounts` show what these discounts take off, and those of its lines.

    "Line item discounts are applied before invoice discounts" (`discounts` in `stripe/_invoice_line_item.py`), and are
    taken off the `subtotal` already (`stripe/_invoice.py`).
    """
    lines = [_without_ended(call, line) for line in invoice["lines"]["data"]]
    own = _terms_of_lines(call, lines, invoice["currency"])
    in_currency = (discounting.terms(each, each["_coupon_terms"], invoice["currency"]) for each in discounts)
    terms = [*own, *(each for each in in_currency if each is not None)]
    discountable_lines = [DiscountableLine(_discountable_amount(line), _product(line)) for line in lines]
    reductions = discounting.compute_reductions(discountable_lines, terms)
    own_ids = {each.discount for each in own}
    new_lines = [
        _line(line, {id: amount for id, amount in amounts.items() if id not in own_ids or id in line["discounts"]})
        for line, amounts in zip(lines, reductions, strict=True)
    ]
    totals = {each.discount: sum(amounts.get(each.discount, 0) for amounts in reductions) for each in terms}
    own_total = sum(amount for id, amount in totals.items() if id in own_ids)
    subtotal = sum(line["amount"] for line in lines) - own_total
    total = subtotal + own_total - sum(totals.values())
    return {
        **invoice,
        "discounts": [each["id"] for each in discounts],
        "lines": {**invoice["lines"], "data": new_lines},
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "total": total,
        "total_discount_amounts": [{"amount": amount, "discount": id} for id, amount in totals.items()],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [_credit(id, amount) for id, amount in totals.items()],
    }


def _without_ended(call: Call, line: Object) -> Object:
    """Return a line without those of its discounts that have ended. A proration names what it is net of."""
    if not line["discountable"] or not line["discounts"]:
        return line
    return {**line, "discounts": [one["id"] for one in discount.not_ended(call, line["discounts"])]}


def _terms_of_lines(call: Call, lines: Sequence[Object], currency: str) -> list[Terms]:
    """Return the discounts of single lines, each for the lines that name it."""
    places: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        for id in line["discounts"] if line["discountable"] else ():
            places.setdefault(id, []).append(at)
    own_terms = []
    for id, at_lines in places.items():
        line_discount = discount.find(call, id)
        terms = discounting.terms(line_discount, line_discount["_coupon_terms"], currency)
        if terms is not None:
            own_terms.append(replace(terms, lines=frozenset(at_lines)))
    return own_terms


def _discountable_amount(line: Object) -> int:
    """Return what can be discounted of a line: none of what was billed, and discounted, before."""
    return int(line["amount"] - line.get("_billed", 0)) if line["discountable"] else 0


def _product(line: Object) -> str | None:
    product: str | None = line["pricing"] and line["pricing"]["price_details"]["product"]
    return product


def _line(line: Object, amounts: dict[str, int]) -> Object:
    if not line["discountable"]:
        return line
    return {
        **line,
        "discount_amounts": [{"amount": amount, "discount": id} for id, amount in amounts.items()],
        "pretax_credit_amounts": [_credit(id, amount) for id, amount in amounts.items()],
    }


def _credit(id: str, amount: int) -> Object:
    return {"amount": amount, "discount": id, "type": "discount"}


def use_up(call: Call, invoice: Object, subscription: str) -> None:
    """Take a coupon for one invoice off its subscription once an invoice has had its discount."""
    for total in invoice["total_discount_amounts"]:
        before = call.store.get("subscription", subscription)
        once = discount.find(call, total["discount"])["_coupon_terms"]["duration"] == "once"
        if once and total["amount"] > 0 and before is not None and discount.is_on(before, total["discount"]):
            discount.drop(call, before, total["discount"])
