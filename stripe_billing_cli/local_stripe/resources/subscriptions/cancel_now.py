"""A subscription canceled at once by a call (https://docs.stripe.com/api/subscriptions/cancel)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.invoicing import invoice_items
from stripe_billing_cli.local_stripe.billing.subscriptions import cancel as cancel_subscription
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    last_invoice,
    pending_updates,
    price_checks,
    proration,
    repository,
)
from stripe_billing_cli.local_stripe.core import events
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def cancel(call: Call) -> Object:
    """End the subscription now; one whose first invoice was not paid is not canceled but expired.

    "Pending prorations are removed if invoice_now and prorate are both set to false" (`SubscriptionService.cancel`).
    """
    call, before = repository.load_living(call)
    id = before["id"]
    details = {**before["cancellation_details"], **call.params.get("cancellation_details", {})}
    call.store.replace(repository.KIND, {**before, "cancellation_details": details})
    if before["status"] == "incomplete":
        return cancel_subscription.end(call, id, reason="cancellation_requested", status="incomplete_expired")
    pending_updates.discard(call, id)
    invoices_now, prorates = bool(call.params.get("invoice_now")), bool(call.params.get("prorate"))
    if prorates:
        _credit(call, before, waits=not invoices_now)
    if not prorates and not invoices_now:
        _drop_prorations(call, before)
    last = last_invoice.draft(call, before) if invoices_now else None
    return cancel_subscription.end(call, id, reason="cancellation_requested", leaves=last)


def _credit(call: Call, subscription: Object, *, waits: bool) -> None:
    """Credit what is unused, as it was debited. `waits`: for any next invoice of the customer, as an item that is of no
    subscription any more (recorded, 2026-08-26.dahlia)."""
    customer = customers.find(call, subscription["customer"])
    current_items = subscription["items"]["data"]
    if subscription["status"] == "paused":
        return
    credits = proration.credits_for(subscription, current_items, price_checks.catalog(call), call.now)
    invoice_items.add_all_pending(
        call, customer, credits, subscription["currency"], None if waits else subscription["id"]
    )


def _drop_prorations(call: Call, subscription: Object) -> None:
    for item in invoice_items.pending_of(call, subscription):
        if item["proration"] and item["parent"] is not None:
            call.store.delete("invoiceitem", item["id"])
            events.record(call, "invoiceitem.deleted", item)
