"""The first invoice of a change at the period's end, by Stripe's preview. Amounts in minor units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription, SubscriptionItem
from stripe_billing_cli.stripe_api.references import name_of
from stripe_billing_cli.subscriptions import cost, discounts, draft_invoice, quote, renewals
from stripe_billing_cli.subscriptions.cancellation import first_period_end
from stripe_billing_cli.subscriptions.cost import Cost, NextInvoice
from stripe_billing_cli.subscriptions.terms import Terms, is_metered, recurring_of


def of_later_change(
    api: StripeApi, subscription: Subscription, later: Sequence[Terms], starts: int, *, restarts: bool
) -> Cost:
    """Return the cost of the invoice at `starts`, when the items become `later`, in the subscription's order.

    `restarts`: an item gets another interval, with which a new period begins for all of them. Raises
    `OperationError` where
    that would take what is paid for of another item; `StripeCallError`.
    """
    current_items = subscription["items"]["data"]
    due = [_is_due(subscription, item, starts) for item in current_items]
    if restarts and not all(due):
        raise _cuts_another(subscription, current_items[due.index(False)])
    if restarts or any(item["current_period_end"] != starts for item in current_items):
        return _of_items_due(api, subscription, later, due, starts)
    items = [quote.item_change(item["id"], terms) for item, terms in zip(current_items, later, strict=True)]
    invoice = quote.preview_invoice(api, subscription, {"items": items, "proration_behavior": "none"})
    invoice = draft_invoice.preview_after(draft_invoice.of_subscription(subscription), invoice)
    later_cost = cost.billed_later(invoice, ())
    use_amount = _use_so_far(api, subscription, later, invoice)
    amount = invoice["amount_due"]
    if use_amount:
        amount = cost.amount_asked(invoice["starting_balance"] + invoice["total"] + use_amount, invoice["currency"])
    return replace(later_cost, lines=(), next_invoice=NextInvoice(amount, starts))


def _use_so_far(api: StripeApi, subscription: Subscription, later: Sequence[Terms], invoice: Invoice) -> int:
    """Return the amount of the use by now of metered prices that are replaced, which is billed with the change. 0 where
    `invoice`, the preview with the new prices, has it."""
    metered_ids = {item["price"]["id"] for item in subscription["items"]["data"] if is_metered(item["price"])}
    replaced_ids = metered_ids - {terms.price for terms in later}
    if not replaced_ids or any(cost.price_of(line) in replaced_ids for line in invoice["lines"]["data"]):
        return 0
    plain = {"items": quote.items_as_they_are(subscription), "proration_behavior": "none"}
    next_invoice = quote.preview_if_any(api, subscription, plain)
    lines = next_invoice["lines"]["data"] if next_invoice else ()
    return sum(
        cost.paid_for(line) for line in lines if cost.price_of(line) in replaced_ids and not cost.is_proration(line)
    )


def _is_due(subscription: Subscription, item: SubscriptionItem, at: int) -> bool:
    """Return whether a period of the item ends at this moment."""
    recurring, ends = recurring_of(item["price"]), item["current_period_end"]
    if ends >= at:
        return ends == at
    anchor = subscription["billing_cycle_anchor"]
    moments = renewals.boundaries(anchor, recurring["interval"], recurring["interval_count"], ends)
    return next(moment for moment in moments if moment >= at) == at


def _cuts_another(subscription: Subscription, item: SubscriptionItem) -> OperationError:
    return OperationError(
        f"another interval begins a new period for all items of {subscription['id']}, and {name_of(item['price'])} is "
        "paid for beyond that moment",
        "change it now, without --at: what is unused is credited then",
    )


def _of_items_due(
    api: StripeApi, subscription: Subscription, later: Sequence[Terms], due: Sequence[bool], starts: int
) -> Cost:
    """Return the cost of the items whose period begins at `starts`: by the preview of a new period of just these.

    Where no other invoice comes before, that has what waits and the customer's balance too.
    """
    is_next = first_period_end(subscription) == starts
    items: list[dict[str, Any]] = []
    for item, terms, is_due in zip(subscription["items"]["data"], later, due, strict=True):
        is_billed = is_due and (is_next or not is_metered(item["price"]))
        items.append(quote.item_change(item["id"], terms) if is_billed else {"id": item["id"], "deleted": True})
    if all("deleted" in item for item in items):
        return Cost(subscription["currency"], next_invoice=NextInvoice(0, starts))
    details = {"items": items, "proration_behavior": "none", **quote.NEW_PERIOD}
    invoice = quote.preview_invoice(api, subscription, details)
    subscription_discounts = discounts.load(api, subscription, invoice, None, starts)
    lasting_ids = subscription_discounts.find_lasting(invoice, starts, once=is_next)
    lines = [
        line
        for line in invoice["lines"]["data"]
        if is_next or not (cost.is_proration(line) or cost.is_invoice_item(line))
    ]
    amount = subscription_discounts.amount(lines, invoice, lasting_ids)
    balance = 0
    if is_next:
        draft = draft_invoice.of_subscription(subscription)
        balance = draft_invoice.balance_after(draft, invoice["starting_balance"])
        amount += _use_so_far(api, subscription, later, invoice)
    amount_due = cost.amount_asked(amount + balance, invoice["currency"])
    return Cost(invoice["currency"], next_invoice=NextInvoice(amount_due, starts))
