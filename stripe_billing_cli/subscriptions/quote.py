"""Quotes of changes: what each would cost by Stripe's preview, at a fixed proration date, by which it is then made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.catalog import Price
from stripe_billing_cli.stripe_api.objects.customers import Customer
from stripe_billing_cli.stripe_api.objects.invoices import Invoice, InvoiceItem
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.objects.various import TestClock
from stripe_billing_cli.subscriptions import (
    cost,
    discounts,
    draft_invoice,
    invoice_lines,
    pending_invoice_items,
    renewals,
)
from stripe_billing_cli.subscriptions.cost import Cost, NextInvoice
from stripe_billing_cli.subscriptions.terms import Terms, is_classic, is_metered, recurring_of, terms_of

Proration = Literal["create", "invoice", "none"]
Discount = Sequence[Mapping[str, Any]] | None
"""The parameter for a discount that a change brings."""
BEHAVIORS = {"create": "create_prorations", "invoice": "always_invoice", "none": "none"}
NEW_PERIOD = {"billing_cycle_anchor": {"type": "now"}}
"""Said with a change of the interval: in flexible billing mode, the default, the anchor "is never automatically reset"
(https://docs.stripe.com/billing/subscriptions/billing-mode/compare#reset-the-billing-cycle-anchor), and what the new
interval costs would wait for its end to be invoiced. In classic mode it goes without saying."""


@dataclass(frozen=True)
class Quote:
    """The cost of a change, and how it is billed. `proration` is how the change is billed; `restarts`: a new period
    begins at once, at `proration_date`; `ends`: when that period does, and the subscription with it."""

    cost: Cost
    proration: Proration
    proration_date: int
    restarts: bool = False
    ends: int | None = None


def quote_new_period(
    api: StripeApi,
    subscription: Subscription,
    invoice: Invoice,
    proration: Proration,
    at: int,
    pending_items: Sequence[InvoiceItem],
    prices: Sequence[Price],
    discount: Discount = None,
) -> Quote:
    """Return the cost of a change that begins a new period at `at` with `invoice`, by its preview; of metered prices
    alone that is the next one. Nothing follows where the subscription is to end with its period, which is the new one
    then, or before. `prices` are those that the items are on then, `discount` is one that the change brings."""
    if cost.is_next(invoice, at, metered_ids(prices)):
        proration = not_at_once(proration)
        ends = invoice["period_end"] if subscription["cancel_at_period_end"] else None
        later_cost = with_next(
            {**subscription, "cancel_at": ends} if ends else subscription, invoice, pending_items, proration
        )
        return Quote(later_cost, proration, at, restarts=True, ends=ends)
    again, ends = cost.due_again(invoice, at), subscription["cancel_at"]
    until = max((line["period"]["end"] for line in again or invoice["lines"]["data"]), default=at)
    subscription_discounts = discounts.load(api, subscription, invoice, discount, at)
    cost_now, balance_left = _billed_at_once(subscription, invoice)
    use_ends = _first_period_of_use(prices, at)
    if use_ends is not None and (not again or use_ends < until):
        until, again = use_ends, []
    lasting_ids = subscription_discounts.find_lasting(invoice, until)
    amount = subscription_discounts.amount(again, invoice, lasting_ids) + balance_left
    if again or use_ends:
        cost_now = replace(cost_now, next_invoice=_next_invoice(amount, cost_now, until))
    if ends is None or not (again or use_ends):
        return Quote(cost_now, proration, at, restarts=True)
    if subscription["cancel_at_period_end"]:
        return Quote(replace(cost_now, next_invoice=None), proration, at, restarts=True, ends=until)
    if ends <= until:
        return Quote(replace(cost_now, next_invoice=None), proration, at, restarts=True)
    if not again:
        return Quote(cost_now, proration, at, restarts=True)
    start = again[0]["period"]["start"]
    following_end = renewals.end_after(start, until)
    if ends < following_end:
        amounts = (subscription_discounts.amount([line], invoice, lasting_ids) for line in again)
        parts = sum(renewals.part_of(one, until, following_end, ends) for one in amounts)
        cost_now = replace(cost_now, next_invoice=_next_invoice(parts + balance_left, cost_now, until))
    return Quote(cost_now, proration, at, restarts=True)


def _billed_at_once(subscription: Subscription, invoice: Invoice) -> tuple[Cost, int]:
    """Return the cost where `invoice` is made at once, and what is left on the customer's balance for the next one.

    A draft that there is already takes its part after an invoice that is charged at once, and before one that is sent,
    which is a draft itself.
    """
    draft = draft_invoice.of_subscription(subscription)
    if subscription["collection_method"] == "send_invoice":
        cost_now = cost.billed_at_once(draft_invoice.preview_after(draft, invoice))
        return cost_now, cost_now.to_balance
    cost_now = cost.billed_at_once(invoice)
    return cost_now, draft_invoice.balance_after(draft, cost_now.to_balance)


def _next_invoice(amount: int, cost_now: Cost, at: int) -> NextInvoice:
    return NextInvoice(cost.amount_asked(amount, cost_now.currency), at)


def cost_of_invoice_now(
    api: StripeApi,
    subscription: Subscription,
    invoice: Invoice,
    next_invoice: Invoice | None,
    at: int,
    discount: Discount = None,
) -> Cost:
    """Return the cost where `invoice` is made at once, within a period, and takes in what waits. `next_invoice` is the
    preview of the next one, which cannot know that; None where there is none. `discount` is one that the change
    brings."""
    cost_now, balance_left = _billed_at_once(subscription, invoice)
    if next_invoice is None:
        return cost_now
    subscription_discounts = discounts.load(api, subscription, next_invoice, discount, at)
    if subscription_discounts.is_in_doubt(invoice, next_invoice):
        return replace(cost_now, next_is_known=False)
    starts = next_invoice["period_end"]
    lines = [line for line in next_invoice["lines"]["data"] if cost.is_of_next_period(line, next_invoice)]
    ends = subscription["cancel_at"]
    if ends is not None and ends <= starts and not any(line["amount"] for line in lines):
        return cost_now
    amount = (
        subscription_discounts.amount(lines, next_invoice, subscription_discounts.find_lasting(next_invoice, starts))
        + balance_left
    )
    return replace(cost_now, next_invoice=_next_invoice(amount, cost_now, starts))


def quote_trial(
    api: StripeApi,
    subscription: Subscription,
    invoice: Invoice,
    whole_invoice: Invoice,
    ends: int,
    proration: Proration,
    at: int,
    discount: Discount = None,
) -> Quote:
    """Return the cost of a trial of a running subscription: a period without a price begins at once, with an invoice
    that takes in what waits; all items are billed when it ends, as in `whole_invoice`, the preview of a period that
    begins now. `discount` is one that the change brings."""
    cost_now, balance_left = _billed_at_once(subscription, invoice)
    if subscription["cancel_at"] is not None and subscription["cancel_at"] <= ends:
        return Quote(cost_now, proration, at, restarts=True)
    subscription_discounts = discounts.load(api, subscription, whole_invoice, discount, at)
    if subscription_discounts.is_in_doubt(invoice, whole_invoice):
        return Quote(replace(cost_now, next_is_known=False), proration, at, restarts=True)
    lines = [
        line
        for line in whole_invoice["lines"]["data"]
        if line["period"]["start"] >= at and not cost.is_proration(line) and not cost.is_invoice_item(line)
    ]
    amount = (
        subscription_discounts.amount(lines, whole_invoice, subscription_discounts.find_lasting(whole_invoice, ends))
        + balance_left
    )
    return Quote(replace(cost_now, next_invoice=_next_invoice(amount, cost_now, ends)), proration, at, restarts=True)


def metered_ids(prices: Sequence[Price]) -> set[str]:
    """Return the ids of those prices that are metered."""
    return {price["id"] for price in prices if is_metered(price)}


def first_period_end(prices: Sequence[Price], at: int) -> int:
    """Return when the first of the periods ends that begin at `at`."""
    recurring = [recurring_of(price) for price in prices]
    return min(next(renewals.boundaries(at, one["interval"], one["interval_count"], at)) for one in recurring)


def _first_period_of_use(prices: Sequence[Price], at: int) -> int | None:
    """Return when the first period of a metered price ends, of periods that begin at `at`: its use is billed then."""
    metered_prices = [price for price in prices if is_metered(price)]
    return first_period_end(metered_prices, at) if metered_prices else None


def item_change(item: str, terms: Terms) -> dict[str, Any]:
    """Return an item of `items`, as an update or a preview takes it. Without its id a second item would be added."""
    item_params: dict[str, Any] = {"id": item, "price": terms.price}
    if terms.quantity is not None:
        item_params["quantity"] = terms.quantity
    return item_params


def items_as_they_are(subscription: Subscription) -> list[dict[str, Any]]:
    """Return the items as `items` of a preview that is to leave out what is scheduled for them."""
    return [item_change(item["id"], terms_of(item)) for item in subscription["items"]["data"]]


def new_item(terms: Terms) -> dict[str, Any]:
    """Return an item that the subscription does not have yet."""
    return {"price": terms.price} if terms.quantity is None else {"price": terms.price, "quantity": terms.quantity}


def restarts_period(subscription: Subscription, before: Price, after: Price) -> bool:
    """Return whether the change starts a new period at once: another interval, outside of a trial."""
    if subscription["status"] == "trialing":
        return False
    intervals = [(one["interval"], one["interval_count"]) for one in (recurring_of(before), recurring_of(after))]
    return intervals[0] != intervals[1]


def begins_to_cost(subscription: Subscription, after: Price) -> bool:
    """Return whether a change to a price that costs something begins a new period for that alone: in classic billing
    mode, where all items were free
    (https://docs.stripe.com/billing/subscriptions/change-price#handle-zero-amount-prices-and-quantities)."""
    if subscription["status"] == "trialing" or not is_classic(subscription):
        return False
    currency = subscription["currency"]
    return not _is_free(after, currency) and all(
        _is_free(item["price"], currency) for item in subscription["items"]["data"]
    )


def _is_free(price: Price, currency: str) -> bool:
    if price["currency"] != currency or price["unit_amount_decimal"] is None:
        return False
    return Decimal(price["unit_amount_decimal"]) == 0


def quote_change(
    api: StripeApi,
    subscription: Subscription,
    item: str,
    terms: Terms,
    *,
    at: int,
    wanted_proration: Proration | None,
    restarts: bool,
    prices: Sequence[Price],
) -> Quote:
    """Return the cost of the change if it is made at `at`; with `restarts` it starts a new period. `prices` are those
    that the items are on then.

    Without `wanted_proration`, what costs more is billed at once, as an upgrade whose payment decides; what costs less
    is credited to the next invoice.
    """

    def preview(proration: Proration) -> Invoice:
        details = {
            "items": [item_change(item, terms)],
            "proration_behavior": BEHAVIORS[proration],
            "proration_date": at,
            **(NEW_PERIOD if restarts else {}),
        }
        return preview_invoice(api, subscription, details)

    pending_items = pending_invoice_items.for_customer(api, subscription)

    def later(proration: Proration, billed_as: Proration) -> Quote:
        return Quote(
            with_next(
                subscription, invoice_lines.next_invoice_if_any(lambda: preview(proration)), pending_items, proration
            ),
            billed_as,
            at,
        )

    if subscription["status"] == "trialing":
        return later("none", not_at_once(wanted_proration))
    if wanted_proration in (None, "invoice"):
        with ThreadPoolExecutor(2) as pool:
            next_invoice_call = (
                None if restarts else pool.submit(invoice_lines.next_invoice_if_any, lambda: preview("none"))
            )
            at_once = invoice_lines.next_invoice_if_any(lambda: preview("invoice"))
        if at_once is None or (not restarts and cost.is_next(at_once, at, metered_ids(prices))):
            return later("create", "create")
        if wanted_proration or cost.costs_more(at_once, pending_items, at):
            if restarts:
                return quote_new_period(api, subscription, at_once, "invoice", at, pending_items, prices)
            after = next_invoice_call.result() if next_invoice_call else None
            return Quote(cost_of_invoice_now(api, subscription, at_once, after, at), "invoice", at)
    proration = wanted_proration or "create"
    if restarts:
        return quote_new_period(api, subscription, preview(proration), proration, at, pending_items, prices)
    return later(proration, proration)


def not_at_once(wanted_proration: Proration | None) -> Proration:
    """Return how a change is billed while nothing is charged for the change at once: never by an invoice made now,
    which might bill whatever waits."""
    return "none" if wanted_proration == "none" else "create"


def with_next(
    subscription: Subscription, next_invoice: Invoice | None, pending_items: Sequence[InvoiceItem], proration: Proration
) -> Cost:
    """Return the cost where all waits for `next_invoice`, as `pending_items` does already; nothing where the
    subscription ends without another invoice, or with one of nothing."""
    if next_invoice is None:
        return Cost(subscription["currency"])
    next_invoice = draft_invoice.preview_after(draft_invoice.of_subscription(subscription), next_invoice)
    later_cost = cost.billed_later(next_invoice, pending_items)
    ends = subscription["cancel_at"]
    is_last = ends is not None and ends <= next_invoice["period_end"]
    if is_last and not any(line["amount"] for line in next_invoice["lines"]["data"]):
        later_cost = replace(later_cost, next_invoice=None)
    return replace(later_cost, lines=()) if proration == "none" else later_cost


def preview_invoice(api: StripeApi, subscription: Subscription, details: dict[str, Any]) -> Invoice:
    """Return the preview of an invoice (https://docs.stripe.com/api/invoices/create_preview). Raises
    `StripeCallError`."""
    params = {"subscription": subscription["id"], "subscription_details": details}
    return invoice_lines.preview(api, params)


def preview_if_any(api: StripeApi, subscription: Subscription, details: dict[str, Any]) -> Invoice | None:
    """Return Stripe's preview of an invoice; None where nothing would be invoiced."""
    return invoice_lines.next_invoice_if_any(lambda: preview_invoice(api, subscription, details))


def current_time(api: StripeApi, clock_user: Subscription | Customer, real_now: int) -> int:
    """Return the time that a subscription lives by: that of its test clock, or the real one."""
    clock = clock_user["test_clock"]
    if clock is None:
        return real_now
    id = clock if isinstance(clock, str) else clock["id"]
    return api.get(f"/v1/test_helpers/test_clocks/{id}", kind=TestClock)["frozen_time"]
