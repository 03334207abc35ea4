"""Changes that wait until their invoice is paid: an update `pending_if_incomplete`, or the end of a pause.

https://docs.stripe.com/billing/subscriptions/pending-updates, https://docs.stripe.com/billing/subscriptions/pause.
`_pending_change` is the local Stripe's own: the invoice that is waited for, and what it brings when it is paid.
"""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.billing.invoicing import invoice_items, invoices
from stripe_billing_cli.local_stripe.billing.subscriptions import items, repository, schedule_jobs
from stripe_billing_cli.local_stripe.core import scheduler
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

YEAR = 365 * 24 * 60 * 60


def suspend(
    call: Call,
    id: str,
    invoice: Object,
    changes: Object,
    *,
    shown_changes: Object,
    resumes: bool = False,
    retries: bool = False,
) -> Object:
    """Keep `changes` until the invoice is paid; `shown_changes` is what of them stands in `pending_update`."""
    subscription = repository.find(call, id)
    expires_at = _expires_at(call, subscription, resumes=resumes, retries=retries)
    pending_change = {"changes": changes, "invoice": invoice["id"], "resumes": resumes, "retries": retries}
    pending_update: Object = dict.fromkeys(
        "billing_cycle_anchor cancel_at_period_end discount discounts metadata subscription_items trial_end "
        "trial_from_plan".split()
    )
    pending_update |= {"expires_at": expires_at, **shown_changes}
    scheduler.put(call.store, schedule_jobs.DISCARD, id, expires_at, subscription["test_clock"])
    return repository.amend(
        call, id, latest_invoice=invoice["id"], _pending_change=pending_change, pending_update=pending_update
    )


def _expires_at(call: Call, subscription: Object, *, resumes: bool, retries: bool) -> int:
    """Return the trial's end or the period's, "whichever comes first. If these times are greater than 23 hours … 23
    hours after the update call was made"; a year where the payment that ends a pause is retried."""
    if resumes and retries:
        return call.now + YEAR
    latest = call.now + schedule_jobs.TO_PAY_SECONDS
    if resumes:
        return latest
    ends = [items.first_end(subscription["items"]["data"]), subscription["trial_end"]]
    return min([latest, *(int(end) for end in ends if end is not None and end > call.now)])


def waits_for(subscription: Object, invoice: Object) -> bool:
    pending_change = subscription.get("_pending_change")
    return pending_change is not None and pending_change["invoice"] == invoice["id"]


def apply(call: Call, subscription: Object, **rest: Any) -> Object:
    """Make a pending change, whose invoice was paid."""
    pending_change = subscription["_pending_change"]
    event = (
        "customer.subscription.resumed" if pending_change["resumes"] else "customer.subscription.pending_update_applied"
    )
    event_types = (event,) if pending_change["resumes"] or subscription["pending_update"] else ()
    scheduler.put(call.store, schedule_jobs.DISCARD, subscription["id"], None, None)
    changes = {**pending_change["changes"], "latest_invoice": pending_change["invoice"], **rest}
    after = repository.amend(
        call, subscription["id"], *event_types, **changes, _pending_change=None, pending_update=None
    )
    schedule_jobs.plan_ahead(call, after)
    return after


def payment_failed(call: Call, subscription: Object) -> None:
    """Leave a pending change whose payment failed as it is. A pause whose end asked for no success is over all the
    same, and the subscription past due (https://docs.stripe.com/billing/subscriptions/pause#payment-behavior)."""
    pending_change = subscription["_pending_change"]
    if pending_change["resumes"] and not pending_change["retries"]:
        apply(call, subscription, status="past_due")


def forget(call: Call, subscription: Object, *event_types: str) -> Object:
    """Drop a pending change, of which nothing comes about."""
    invoice_items.release_earlier(call, subscription["_pending_change"]["invoice"])
    scheduler.put(call.store, schedule_jobs.DISCARD, subscription["id"], None, None)
    return repository.amend(call, subscription["id"], *event_types, _pending_change=None, pending_update=None)


def discard(call: Call, id: str, *event_types: str) -> None:
    """Drop a change that waits, and void its invoice."""
    subscription = repository.find(call, id)
    pending_change = subscription.get("_pending_change")
    if pending_change is None:
        return
    forget(call, subscription, *event_types)
    invoice = call.store.get("invoice", pending_change["invoice"])
    if invoice is not None and invoice["status"] in ("open", "uncollectible"):
        invoices.void(call, invoice)


def expire(call: Call, id: str) -> None:
    """Drop a pending change that nobody has paid in time."""
    subscription = repository.find(call, id)
    pending_change = subscription.get("_pending_change")
    if pending_change is not None:
        discard(call, id, "customer.subscription.pending_update_expired")
