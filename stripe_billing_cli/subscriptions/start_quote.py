"""The cost of a new subscription, by Stripe's preview of its first invoice. Amounts in minor units, times Unix seconds.

What is due after it is the preview of a first invoice of the items whose period ends first, with the discounts that
last until then.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import InvalidRequestError
from stripe_billing_cli.stripe_api.objects.catalog import Price
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.subscriptions import cost, discounts, invoice_lines, quote, renewals, start
from stripe_billing_cli.subscriptions.cost import Cost, NextInvoice
from stripe_billing_cli.subscriptions.start import Order, Situation
from stripe_billing_cli.subscriptions.terms import is_metered, recurring_of

DAY = 86400


@dataclass(frozen=True)
class StartQuote:
    """The quote of a new subscription; `cost` is that of its first invoice."""

    cost: Cost
    trial_end: int | None = None

    def record(self, situation: Situation) -> dict[str, Any]:
        """Return the preview as it is printed (docs/output.md)."""
        first_cost, next_invoice = self.cost, self.cost.next_invoice
        return {
            "id": None,
            "result": "previewed",
            "customer": situation.customer["id"],
            "trial_end": self.trial_end,
            "due_now": {"amount_due": first_cost.due_now, "currency": first_cost.currency},
            "due_next": next_invoice
            and {"amount_due": next_invoice.amount, "currency": first_cost.currency, "at": next_invoice.at},
            "cost": first_cost.record(),
        }


def of_start(api: StripeApi, order: Order, situation: Situation) -> StartQuote:
    """Return the cost of the order if it is made now. Raises `StripeCallError`, Stripe's refusals of the order too, and
    `OperationError` where the customer is billed in another currency."""
    at = quote.current_time(api, situation.customer, int(time.time()))
    trial_end = at + situation.trial_days * DAY if situation.trial_days else None
    begins: dict[str, Any] = {"items": start.items_of(order, situation)}
    if trial_end is not None:
        begins["trial_end"] = trial_end
    if order.anchor is not None:
        begins["billing_cycle_anchor"] = {"type": "timestamp", "timestamp": order.anchor}
    discount_params = start.discounts_of(order, situation)
    once = start.once_of(order, situation)
    invoice = _preview(api, order, situation, begins, discount_params, once)
    first = cost.billed_at_once(invoice)
    if trial_end is not None and order.anchor is not None:
        # What comes next is the part of a period until the anchor.
        return StartQuote(replace(first, next_is_known=False), trial_end)
    next_invoice = _next(api, order, situation, discount_params, first, at, trial_end)
    return StartQuote(replace(first, next_invoice=next_invoice, next_is_known=next_invoice is not None), trial_end)


def _preview(
    api: StripeApi,
    order: Order,
    situation: Situation,
    details: dict[str, Any],
    discount_params: Sequence[dict[str, Any]],
    once: Sequence[dict[str, Any]],
) -> Invoice:
    params: dict[str, Any] = {
        "customer": situation.customer["id"],
        "subscription_details": details,
        "discounts": list(discount_params) or "",
    }
    optional = {
        "invoice_items": list(once) or None,
        "currency": order.currency,
        "automatic_tax": {"enabled": True} if order.automatic_tax else None,
    }
    params |= {name: value for name, value in optional.items() if value is not None}
    try:
        return invoice_lines.preview(api, params)
    except InvalidRequestError as error:
        raise start.explain_refusal(error, situation, order.currency) from error


def _next(
    api: StripeApi,
    order: Order,
    situation: Situation,
    discount_params: Sequence[dict[str, Any]],
    first: Cost,
    at: int,
    trial_end: int | None,
) -> NextInvoice | None:
    """Return the invoice after the first, without what is used until then; None where it is not known beforehand."""
    ends = [trial_end or _period_end(price, order.anchor or at, at) for price in situation.prices]
    first_end = min(ends)
    terms = [
        discounts.term_of_coupon(discounts.coupon_of(api, discount_param), at) for discount_param in discount_params
    ]
    items = [
        item
        for item, price, end in zip(start.items_of(order, situation), situation.prices, ends, strict=True)
        if end == first_end and not is_metered(price)
    ]
    if not items:
        return NextInvoice(cost.amount_asked(first.to_balance, first.currency), first_end)
    if trial_end is not None and any(term.once for term in terms):
        return None  # no document says whether the invoice of nothing, with which a trial begins, uses it up
    next_discount_params = [
        one for one, term in zip(discount_params, terms, strict=True) if not term.once and term.until > first_end
    ]
    invoice = _preview(api, order, situation, {"items": items}, next_discount_params, ())
    lines = [line for line in invoice["lines"]["data"] if not cost.is_invoice_item(line)]
    if len(lines) < len(invoice["lines"]["data"]) and any(term.is_amount for term in terms):
        return None  # a part of the discount is on what waits, and will not be the next time
    amount = sum(cost.paid_for(line) for line in lines) + first.to_balance
    return NextInvoice(cost.amount_asked(amount, first.currency), first_end)


def _period_end(price: Price, anchor: int, at: int) -> int:
    recurring = recurring_of(price)
    return next(renewals.boundaries(anchor, recurring["interval"], recurring["interval_count"], at))
