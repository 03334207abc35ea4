"""The events of a subscription, a line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from stripe_billing_cli.cli import formatting
from stripe_billing_cli.stripe_api.objects.events import Event
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription

INVOICE = {
    "created": "drafted",
    "finalized": "finalized",
    "finalization_failed": "could not be finalized",
    "sent": "sent",
    "paid": "paid",
    "payment_failed": "not paid: the payment failed",
    "payment_action_required": "not paid: the customer must confirm the payment",
    "voided": "voided",
    "marked_uncollectible": "marked uncollectible",
    "overdue": "overdue",
}
SUBSCRIPTION = {
    "created": "created",
    "deleted": "ended",
    "paused": "paused",
    "resumed": "resumed",
    "trial_will_end": "the trial ends soon",
    "pending_update_applied": "the pending change was paid and made",
    "pending_update_expired": "the pending change was not paid, and is given up",
}


def event_text(event: Event) -> str:
    """Return an event of Stripe's in words; one of an unknown type keeps that type."""
    source = event["data"]["object"]
    subscription, invoice = cast(Subscription, source), cast(Invoice, source)
    group, _, action = event["type"].rpartition(".")
    if group == "invoice" and action in INVOICE:
        amount = invoice["amount_paid"] if action == "paid" else invoice["amount_due"]
        return f"invoice {invoice['id']} {INVOICE[action]}, {formatting.money(amount, invoice['currency'])}"
    if action == "created":
        return f"created, {formatting.status(subscription['status'])}"
    if action in SUBSCRIPTION:
        return SUBSCRIPTION[action]
    return _update(subscription, event["data"]["previous_attributes"] or {})


def _update(subscription: Subscription, before: Mapping[str, Any]) -> str:
    """Return the changes of an update: those that matter to people in words, the rest by the names of the fields."""
    parts = []
    if "status" in before:
        parts.append(f"{formatting.status(before['status'])} → {formatting.status(subscription['status'])}")
    if "cancel_at" in before:
        ends = subscription["cancel_at"]
        parts.append(f"will end on {formatting.date(ends)}" if ends else "will not end after all")
    if "items" in before:
        parts.append("plan changed" if _prices(subscription) != _prices({"items": before["items"]}) else "new period")
    if "default_payment_method" in before:
        parts.append("another payment method" if subscription["default_payment_method"] else "payment method removed")
    if "pause_collection" in before:
        parts.append("collection paused" if subscription["pause_collection"] else "collection resumed")
    if "pending_setup_intent" in before:
        parts.append("a card is asked for" if subscription["pending_setup_intent"] else "a card was given")
    if "pending_update" in before and (subscription["pending_update"] or not parts):
        parts.append(
            "a change waits for its payment" if subscription["pending_update"] else "the change that waited is dropped"
        )
    if "schedule" in before and (subscription["schedule"] or not parts):
        parts.append("a change is scheduled" if subscription["schedule"] else "nothing is scheduled any more")
    rest = sorted(before.keys() - {"status", "cancel_at", "cancel_at_period_end", "canceled_at", "items"} - KNOWN)
    return ", ".join(parts or [f"changed: {', '.join(rest)}" if rest else "changed"])


KNOWN = {"default_payment_method", "pause_collection", "cancellation_details", "pending_setup_intent"}


def _prices(subscription: Mapping[str, Any]) -> list[tuple[str, int | None]]:
    return sorted(
        (item["price"]["id"], item.get("quantity")) for item in subscription["items"].get("data", ()) if "price" in item
    )
