"""The end of a subscription (https://docs.stripe.com/billing/subscriptions/cancel)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.entitlements import active
from stripe_billing_cli.local_stripe.billing.invoicing import invoices
from stripe_billing_cli.local_stripe.billing.subscriptions import repository, schedule_jobs
from stripe_billing_cli.local_stripe.billing.subscriptions.effects import SubscriptionEnded
from stripe_billing_cli.local_stripe.core import events, scheduler
from stripe_billing_cli.local_stripe.core.effects import announce
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def end(call: Call, id: str, *, reason: str | None, status: str = "canceled", leaves: str | None = None) -> Object:
    """End a subscription now.

    "Automatic collection for all unpaid invoices is disabled"; of a subscription whose first invoice was not paid
    (`incomplete_expired`) that invoice is voided. Announced as `deleted`, or as an update for one that never began.
    `leaves`: its last invoice, which goes on by itself. A change that waits for its payment never comes to be.
    """
    before = repository.find(call, id)
    waits_for = (before.get("_pending_change") or {}).get("invoice")
    details = before["cancellation_details"]
    changes = {
        **_no_longer_to_come(call, before),
        "canceled_at": before["canceled_at"] or call.now,
        "cancellation_details": {**details, "reason": reason or details["reason"]},
        "ended_at": call.now,
        "_pending_change": None,
        "pending_update": None,
        "status": status,
    }
    if status == "canceled":
        after = {**before, **changes}
        call.store.replace(repository.KIND, after)
        events.record(call, "customer.subscription.deleted", after)
        active.bring_up_to_date(call, after["customer"])
    else:
        after = repository.amend(call, id, **changes)
    for job in schedule_jobs.ALL:
        scheduler.put(call.store, job, id, None, None)
    announce(call, SubscriptionEnded(after))
    for invoice in invoices.list_for_subscription(call, id):
        if invoice["status"] == "open" and (status == "incomplete_expired" or invoice["id"] == waits_for):
            invoices.void(call, invoice)
        elif invoice["status"] in ("draft", "open") and invoice["id"] != leaves:
            invoices.stop_collecting(call, invoice)
    return repository.find(call, id)


def _no_longer_to_come(call: Call, before: Object) -> Object:
    """Return a subscription without an end that was to come later, where it ends before (recorded)."""
    if before["cancel_at"] is not None and before["cancel_at"] > call.now:
        return {"cancel_at": None, "cancel_at_period_end": False}
    return {}
