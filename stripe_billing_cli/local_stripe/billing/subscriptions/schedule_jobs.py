"""The scheduling of the jobs that time will bring to a subscription."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.subscriptions import items, repository
from stripe_billing_cli.local_stripe.core import events, scheduler
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

EXPIRE, RENEW, CANCEL = "subscription.expire", "subscription.renew", "subscription.cancel"
TRIAL_WILL_END, RESUME, DISCARD = "subscription.trial_will_end", "subscription.resume", "subscription.discard_update"
UPCOMING, BILL_PENDING = "subscription.upcoming", "subscription.bill_pending_items"
ALL = (EXPIRE, RENEW, CANCEL, TRIAL_WILL_END, RESUME, DISCARD, UPCOMING, BILL_PENDING)
TO_PAY_SECONDS = 23 * 60 * 60
"""How long the first payment may take (https://docs.stripe.com/billing/subscriptions/overview#subscription-lifecycle)."""
TRIAL_WARNING = 3 * 24 * 60 * 60
UPCOMING_WARNING = 7 * 24 * 60 * 60
"""Stripe's default for an account (https://docs.stripe.com/billing/subscriptions/webhooks#understand)."""


def plan_ahead(call: Call, subscription: Object) -> None:
    """Schedule a subscription's renewal and its end. The end goes first where both come at once."""
    id, clock = subscription["id"], subscription["test_clock"]
    has_ended = subscription["status"] in repository.ENDED
    renews = None if has_ended or subscription["status"] == "paused" else items.first_end(subscription["items"]["data"])
    scheduler.put(call.store, CANCEL, id, None if has_ended else subscription["cancel_at"], clock)
    scheduler.put(call.store, RENEW, id, renews, clock)
    if renews is not None and subscription["next_pending_invoice_item_invoice"] is not None:
        # One that is left behind when the interval is unset finds nothing to do.
        scheduler.put(call.store, BILL_PENDING, id, subscription["next_pending_invoice_item_invoice"], clock)
    ends = subscription["cancel_at"]
    warning = None if renews is None or (ends is not None and ends <= renews) else renews - UPCOMING_WARNING
    scheduler.put(call.store, UPCOMING, id, warning if warning is not None and warning > call.now else None, clock)
    pause = subscription["pause_collection"]
    scheduler.put(call.store, RESUME, id, pause["resumes_at"] if pause and not has_ended else None, clock)


def schedule_expiry(call: Call, subscription: Object) -> None:
    """Schedule the end of a subscription whose first invoice is not paid within 23 hours."""
    scheduler.put(call.store, EXPIRE, subscription["id"], call.now + TO_PAY_SECONDS, subscription["test_clock"])


def schedule_trial_warning(call: Call, subscription: Object) -> None:
    """Schedule the warning of a trial's end: it "Occurs three days before a subscription's trial period is scheduled to
    end, or when a trial is ended immediately" or is shorter than that (https://docs.stripe.com/api/events/types)."""
    warning_date = subscription["trial_end"] - TRIAL_WARNING
    scheduler.put(
        call.store,
        TRIAL_WILL_END,
        subscription["id"],
        warning_date if warning_date > call.now else None,
        subscription["test_clock"],
    )
    if warning_date <= call.now:
        events.record(call, "customer.subscription.trial_will_end", subscription)


def cancel_trial_warning(call: Call, subscription: Object) -> None:
    scheduler.put(call.store, TRIAL_WILL_END, subscription["id"], None, None)
