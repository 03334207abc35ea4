"""The discounts of a subscription on its invoices: what they take off each line, and the coupons used up by it."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.local_stripe.billing.discounts import discount, discounting
from stripe_billing_cli.local_stripe.billing.discounts.discounting import DiscountableLine
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def discounted(call: Call, invoice: Object, discounts: Sequence[Object]) -> Object:
    """Return a draft whose lines, totals and `discounts` show what these discounts take off."""
    in_currency = (discounting.terms(each, each["_coupon_terms"], invoice["currency"]) for each in discounts)
    terms = [each for each in in_currency if each is not None]
    lines = invoice["lines"]["data"]
    priced = [DiscountableLine(line["amount"] if line["discountable"] else 0, _product(line)) for line in lines]
    taken = discounting.taken_off(priced, terms)
    shown = [_line(line, amounts) for line, amounts in zip(lines, taken, strict=True)]
    totals = {each.discount: sum(amounts[each.discount] for amounts in taken) for each in terms}
    total = invoice["subtotal"] - sum(totals.values())
    return {
        **invoice,
        "discounts": [each["id"] for each in discounts],
        "lines": {**invoice["lines"], "data": shown},
        "total": total,
        "total_discount_amounts": [{"amount": amount, "discount": id} for id, amount in totals.items()],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [_credit(id, amount) for id, amount in totals.items()],
    }


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
    return {"amount": amount, "credit_balance_transaction": None, "discount": id, "type": "discount"}


def use_up(call: Call, invoice: Object, subscription: str) -> None:
    """A coupon for one invoice is gone from its subscription once it has taken something off one."""
    for total in invoice["total_discount_amounts"]:
        before = call.store.get("subscription", subscription)
        once = discount.find(call, total["discount"])["_coupon_terms"]["duration"] == "once"
        if once and total["amount"] > 0 and before is not None and total["discount"] in before["discounts"]:
            discount.drop(call, before, total["discount"])
