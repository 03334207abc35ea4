"""The amounts of a quote: the totals of its line items, what is due upfront, and what recurs.

The arithmetic is that of invoices. Fields after `stripe/_quote.py`; amounts in minor units.
"""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.local_stripe.billing import pricing
from stripe_billing_cli.local_stripe.billing.discounts import discount, on_invoices
from stripe_billing_cli.local_stripe.billing.invoicing import taxes
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.lists import list_object
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def with_totals(call: Call, quote: Object) -> Object:
    """Return a quote with the amounts that follow from its line items, discounts and tax rates."""
    own = [discount.find(call, id) for id in quote["discounts"]]
    items = quote["line_items"]["data"]
    totals = _price_items(call, quote, items, own)
    upfront_items = [
        _free(item) if is_trial(quote, objects.get_known(call, "price", item["price"])) else item for item in items
    ]
    upfront = _price_items(call, quote, upfront_items, own)
    url = f"/v1/quotes/{quote['id']}/computed_upfront_line_items"
    return {
        **quote,
        **_totals(totals),
        "computed": {
            "recurring": _recurring_totals(call, quote, own),
            "upfront": {
                **_totals(upfront),
                "line_items": list_object(upfront["items"], False, url),
            },
        },
        "line_items": {**quote["line_items"], "data": totals["items"]},
    }


def is_trial(quote: Object, price: Object) -> bool:
    """Return whether the first period of a price is a trial, which costs nothing."""
    return bool(price["recurring"] and quote["subscription_data"]["trial_period_days"])


def _free(item: Object) -> Object:
    return {**item, "_amount": 0}


def amount_of(price: Object, currency: str, quantity: int) -> int:
    """Return what a line item costs; use is billed afterwards."""
    if price["recurring"] and price["recurring"]["usage_type"] == "metered":
        return 0
    return pricing.amount(price, currency, quantity)


def _price_items(call: Call, quote: Object, items: Sequence[Object], discounts: Sequence[Object]) -> Object:
    """Return the line items, as an invoice of them would have them, with their sums."""
    customer = call.store.get("customer", quote["customer"] or "") or {}
    whole: Object = {
        "amount_shipping": 0,
        "currency": quote["currency"],
        "customer_tax_exempt": customer.get("tax_exempt"),
        "default_tax_rates": quote["default_tax_rates"],
        "lines": {"data": [_line(call, item) for item in items]},
    }
    invoice = taxes.add_taxes(call, on_invoices.discounted_draft(call, whole, discounts))
    new_items = [_item(item, line) for item, line in zip(items, invoice["lines"]["data"], strict=True)]
    return {**invoice, "items": new_items}


def _line(call: Call, item: Object) -> Object:
    return {
        "amount": item["_amount"],
        "discount_amounts": [],
        "discountable": True,
        "discounts": item["_discounts"],
        "pricing": {"price_details": {"product": objects.get_known(call, "price", item["price"])["product"]}},
        "_tax_rates": item["_tax_rates"],
    }


def _item(item: Object, line: Object) -> Object:
    discount_amount = sum(one["amount"] for one in line["discount_amounts"])
    tax_on_top = taxes.amount_of(line["taxes"], "exclusive")
    return {
        **item,
        "amount_discount": discount_amount,
        "amount_subtotal": line["amount"],
        "amount_tax": taxes.amount_of(line["taxes"]),
        "amount_total": line["amount"] - discount_amount + tax_on_top,
        "discounts": line["discount_amounts"],
        "taxes": [_tax(tax) for tax in line["taxes"]],
    }


def _tax(tax: Object) -> Object:
    """Return a tax as quotes show it; they have no reason for the taxes of tax rates."""
    reason = tax["taxability_reason"]
    return {
        "amount": tax["amount"],
        "rate": tax["tax_rate_details"]["tax_rate"],
        "taxability_reason": None if reason == "not_available" else reason,
        "taxable_amount": tax["taxable_amount"],
    }


def _totals(invoice: Object) -> Object:
    return {
        "amount_subtotal": sum(item["amount_subtotal"] for item in invoice["items"]),
        "amount_total": invoice["total"],
        "total_details": {
            "amount_discount": sum(one["amount"] for one in invoice["total_discount_amounts"]),
            "amount_shipping": 0,
            "amount_tax": taxes.amount_of(invoice["total_taxes"]),
            "breakdown": {
                "discounts": invoice["total_discount_amounts"],
                "taxes": [_tax(tax) for tax in invoice["total_taxes"]],
            },
        },
    }


def _recurring_totals(call: Call, quote: Object, discounts: Sequence[Object]) -> Object | None:
    """Return what recurs. "Takes into account the line items with recurring prices and discounts with
    `duration=forever` coupons only" (`stripe/_quote.py`)."""
    items = [
        item for item in quote["line_items"]["data"] if objects.get_known(call, "price", item["price"])["recurring"]
    ]
    if not items:
        return None
    lasting_discounts = [one for one in discounts if _lasts(one)]
    recurring_items = [
        {**item, "_discounts": [id for id in item["_discounts"] if _lasts(discount.find(call, id))]} for item in items
    ]
    interval = objects.get_known(call, "price", items[0]["price"])["recurring"]
    return {
        **_totals(_price_items(call, quote, recurring_items, lasting_discounts)),
        "interval": interval["interval"],
        "interval_count": interval["interval_count"],
    }


def _lasts(one: Object) -> bool:
    return bool(one["_coupon_terms"]["duration"] == "forever")
