"""The cost of changes beside an item's price and quantity, by Stripe's preview of the invoice that they lead to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.catalog import Price
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.subscriptions import cost, invoice_lines, pending_invoice_items, quote
from stripe_billing_cli.subscriptions.quote import BEHAVIORS, NEW_PERIOD, Proration, Quote

MAY_WAIT = frozenset({"items", "trial_end", "billing_cycle_anchor"})
"""What Stripe keeps until its invoice is paid (https://docs.stripe.com/billing/subscriptions/pending-updates); with
anything else the change is made or refused at once."""


def quote_adjustment(
    api: StripeApi,
    subscription: Subscription,
    update: Mapping[str, Any],
    at: int,
    wanted_proration: Proration | None,
    prices: Sequence[Price],
) -> Quote:
    """Return the cost of the update, by Stripe's preview of the invoice that it leads to. `prices` are those that the
    items are on then."""

    def preview(proration: Proration, changes: Mapping[str, Any] = update) -> Invoice:
        params = _preview_params(subscription, changes, proration, at)
        return invoice_lines.preview(api, params)

    pending_items = pending_invoice_items.for_customer(api, subscription)

    def later(proration: Proration, billed_as: Proration, ends: int | None = None) -> Quote:
        next_invoice = invoice_lines.next_invoice_if_any(lambda: preview(proration))
        ending = {**subscription, "cancel_at": ends} if ends else subscription
        return Quote(quote.with_next(ending, next_invoice, pending_items, proration), billed_as, at)

    def anew(proration: Proration) -> Quote:
        return quote.quote_new_period(
            api, subscription, preview(proration), proration, at, pending_items, prices, discount
        )

    discount = update.get("discounts") or None
    is_trialing, metered_ids = subscription["status"] == "trialing", quote.metered_ids(prices)
    if update.get("trial_end") == "now":
        return anew(wanted_proration or "create")
    if "billing_cycle_anchor" in update:
        if wanted_proration == "create":
            # By itself Stripe makes no invoice: what the new period has beyond the old one waits (recorded
            # 2026-08-26.dahlia).
            ends = quote.first_period_end(prices, at) if subscription["cancel_at_period_end"] else None
            return replace(later("create", "create", ends), restarts=True, ends=ends)
        return anew(wanted_proration or "invoice")
    if "trial_end" in update and not is_trialing:
        invoice = invoice_lines.next_invoice_if_any(lambda: preview(wanted_proration or "create"))
        if invoice is None or cost.is_next(invoice, at, metered_ids):
            billed_as = quote.not_at_once(wanted_proration)
            later_cost = quote.with_next(subscription, invoice, pending_items, billed_as)
            return Quote(later_cost, billed_as, at, restarts=True)
        changes = {name: value for name, value in update.items() if name != "trial_end"}
        invoice_after = preview("none", changes | NEW_PERIOD)
        ends, proration = int(update["trial_end"]), wanted_proration or "create"
        return quote.quote_trial(api, subscription, invoice, invoice_after, ends, proration, at, discount)
    if is_trialing or not update.keys() & MAY_WAIT:
        return later("none", quote.not_at_once(wanted_proration))
    if "items" in update and any(quote.begins_to_cost(subscription, price) for price in prices):
        return anew(wanted_proration or "invoice")
    if wanted_proration in (None, "invoice"):
        at_once = invoice_lines.next_invoice_if_any(lambda: preview("invoice"))
        if at_once is None or cost.is_next(at_once, at, metered_ids):
            return later("create", "create")
        if wanted_proration or cost.costs_more(at_once, pending_items, at):
            after = invoice_lines.next_invoice_if_any(lambda: preview("create"))
            return Quote(quote.cost_of_invoice_now(api, subscription, at_once, after, at, discount), "invoice", at)
    return later(wanted_proration or "create", wanted_proration or "create")


def _preview_params(
    subscription: Subscription, changes: Mapping[str, Any], proration: Proration, at: int
) -> dict[str, Any]:
    """Return the parameters of a preview of the invoice that the changes lead to."""
    details = {name: value for name, value in changes.items() if name != "discounts"}
    if subscription["schedule"]:  # which is dropped
        details = {"items": quote.items_as_they_are(subscription), **details}
    details["proration_behavior"] = BEHAVIORS[proration]
    if proration != "none":
        details["proration_date"] = at
    discounts = {"discounts": changes["discounts"]} if "discounts" in changes else {}
    return {"subscription": subscription["id"], "subscription_details": details, **discounts}
