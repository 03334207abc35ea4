"""Invoices that a subscription makes by itself: at the end of a period, of what is pending, and by a threshold."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.local_stripe.billing.invoicing import invoice_items, invoices
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def advances(subscription: Object) -> bool:
    """Return whether the invoices of a subscription are finalized and charged by themselves."""
    return bool(subscription["status"] != "unpaid" and subscription["pause_collection"] is None)


def create(call: Call, subscription: Object, draft: Object, pending_items: Sequence[Object]) -> None:
    """Store a draft, with the pending items that are on it; it is given up while collection is paused so."""
    invoice = invoices.create(call, draft)
    invoice_items.bill(call, [*pending_items], draft["id"])
    pause = (subscription["pause_collection"] or {}).get("behavior")
    if pause in ("void", "mark_uncollectible"):
        _give_up(call, invoice, pause)


def _give_up(call: Call, draft: Object, pause: str) -> None:
    """Give an invoice up while its subscription's collection is paused: "immediately marked as void", or uncollectible
    (https://docs.stripe.com/billing/subscriptions/pause-payment)."""
    invoice = invoices.finalize(call, draft)
    if invoice["status"] == "open" and pause == "void":
        invoices.void(call, invoice)
    elif invoice["status"] == "open":
        invoices.mark_uncollectible(call, invoice, "subscription_paused")
