"""The cost of a new subscription, by Stripe's preview of its first invoice. Amounts in minor units, times Unix seconds.

What is due after it is the preview of a first invoice of the items whose period ends first, with the discounts that
last until then.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from stripe_billing_cli.stripe_api.client import Object, StripeApi
from stripe_billing_cli.subscriptions import cost, quote, renewals, start
from stripe_billing_cli.subscriptions.cost import Cost, NextInvoice
from stripe_billing_cli.subscriptions.start import Order, Situation
from stripe_billing_cli.subscriptions.terms import is_metered

DAY = 86400
PATH = "/v1/invoices/create_preview"


@dataclass(frozen=True)
class StartQuote:
    """The quote of a new subscription. `cost` is that of the first invoice; its `next_invoice` is None where that is
    not known beforehand."""

    cost: Cost
    trial_end: int | None = None

    def record(self, situation: Situation) -> dict[str, Any]:
        """Return the preview as it is printed (docs/output.md)."""
        cost, upcoming = self.cost, self.cost.next_invoice
        return {
            "id": None,
            "result": "previewed",
            "customer": situation.customer["id"],
            "trial_end": self.trial_end,
            "due_now": {"amount_due": cost.due_now, "currency": cost.currency},
            "due_next": upcoming and {"amount_due": upcoming.amount, "currency": cost.currency, "at": upcoming.at},
            "cost": cost.record(),
        }


def of_start(api: StripeApi, order: Order, situation: Situation) -> StartQuote:
    """Return what the order costs if it is made now. Raises `StripeCallError`, Stripe's refusals of the order too."""
    at = quote.now_of(api, situation.customer, int(time.time()))
    trial_end = at + situation.trial_days * DAY if situation.trial_days else None
    begins: dict[str, Any] = {"items": start.items_of(order, situation)}
    if trial_end is not None:
        begins["trial_end"] = trial_end
    if order.anchor is not None:
        begins["billing_cycle_anchor"] = {"type": "timestamp", "timestamp": order.anchor}
    discounts = start.discounts_of(order, situation)
    once = start.once_of(order, situation)
    invoice = _preview(api, order, situation, begins, discounts, once)
    first = replace(cost.billed_at_once(invoice, None), next_invoice=None)
    if trial_end is not None and order.anchor is not None:
        return StartQuote(first, trial_end)  # what comes next is the part until the anchor, priced when it comes
    upcoming = _next(api, order, situation, discounts, first, at, trial_end)
    return StartQuote(replace(first, next_invoice=upcoming), trial_end)


def _preview(
    api: StripeApi,
    order: Order,
    situation: Situation,
    details: dict[str, Any],
    discounts: Sequence[dict[str, Any]],
    once: Sequence[dict[str, Any]],
) -> Object:
    params: dict[str, Any] = {
        "customer": situation.customer["id"],
        "subscription_details": details,
        "discounts": list(discounts) or "",
    }
    optional = {
        "invoice_items": list(once) or None,
        "currency": order.currency,
        "automatic_tax": {"enabled": True} if order.automatic_tax else None,
    }
    return api.post(PATH, params | {name: value for name, value in optional.items() if value is not None}).body


def _next(
    api: StripeApi,
    order: Order,
    situation: Situation,
    discounts: Sequence[dict[str, Any]],
    first: Cost,
    at: int,
    trial_end: int | None,
) -> NextInvoice | None:
    """Return the invoice after the first, without what is used until then; None where it is not known beforehand."""
    ends = [trial_end or _period_end(price, order.anchor or at, at) for price in situation.prices]
    first_end = min(ends)
    coupons = [_coupon(api, one) for one in discounts]
    lasting = [_lasts(coupon, at, first_end, after_trial=trial_end is not None) for coupon in coupons]
    items = [
        item
        for item, price, end in zip(start.items_of(order, situation), situation.prices, ends, strict=True)
        if end == first_end and not is_metered(price)
    ]
    if not items:
        return NextInvoice(cost.amount_asked(first.to_balance, first.currency), first_end)
    if None in lasting:
        return None
    kept = [one for one, lasts in zip(discounts, lasting, strict=True) if lasts]
    invoice = _preview(api, order, situation, {"items": items}, kept, ())
    lines = [line for line in invoice["lines"]["data"] if not cost.is_invoice_item(line)]
    if len(lines) < len(invoice["lines"]["data"]) and any(coupon["amount_off"] for coupon in coupons):
        return None  # a part of the discount is on what waits, and will not be the next time
    amount = sum(cost.paid_for(line) for line in lines) + first.to_balance
    return NextInvoice(cost.amount_asked(amount, first.currency), first_end)


def _period_end(price: Object, anchor: int, at: int) -> int:
    recurring = price["recurring"]
    return renewals.first_boundary(anchor, recurring["interval"], recurring["interval_count"], at)


def _coupon(api: StripeApi, discount: dict[str, Any]) -> Object:
    """Return the coupon that a discount of the order is by."""
    if "coupon" in discount:
        return api.get(f"/v1/coupons/{discount['coupon']}")
    found = api.get(f"/v1/promotion_codes/{discount['promotion_code']}", {"expand": ["promotion.coupon"]})
    coupon: Object = found["promotion"]["coupon"]
    return coupon


def _lasts(coupon: Object, at: int, until: int, *, after_trial: bool) -> bool | None:
    """Return whether the discount counts for an invoice made at `until`. None where Stripe's documents do not say:
    whether an invoice of nothing, with which a trial begins, uses up a discount for one invoice."""
    match coupon["duration"]:
        case "forever":
            return True
        case "once":
            return None if after_trial else False
    return renewals.boundary(at, "month", coupon["duration_in_months"]) > until
