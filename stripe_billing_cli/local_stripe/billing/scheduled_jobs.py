"""The jobs that time brings to subscriptions and invoices: trials end, periods turn, invoices are finalised, charged
and retried.

https://docs.stripe.com/billing/subscriptions/overview, https://docs.stripe.com/billing/invoices/workflow. Each job
that is due is carried out as of its own time, in the order of the times.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.discounts import coupons, discount, promotion_codes
from stripe_billing_cli.local_stripe.billing.invoicing import collection, invoice_items, invoices, revisions
from stripe_billing_cli.local_stripe.billing.payments import (
    bank_refunds,
    captures,
    charges,
    direct_charges,
    disputes,
    ledger,
    payment_intents,
    refunds,
)
from stripe_billing_cli.local_stripe.billing.schedules import phase_transitions, schedule
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    automatic_invoices,
    cancel,
    last_invoice,
    payment_status,
    pending_item_interval,
    pending_updates,
    renewal,
    repository,
    schedule_jobs,
    trial_ends,
)
from stripe_billing_cli.local_stripe.core import events, scheduler
from stripe_billing_cli.local_stripe.core.requests import Api, Call
from stripe_billing_cli.local_stripe.core.store import Object


def _expire(call: Call, id: str) -> None:
    """Expire a subscription whose first invoice nobody paid within 23 hours."""
    if repository.find(call, id)["status"] == "incomplete":
        cancel.end(call, id, reason=None, status="incomplete_expired")


def _cancel(call: Call, id: str) -> None:
    subscription = repository.find(call, id)
    if subscription["status"] not in repository.ENDED:
        last = last_invoice.draft(call, subscription)
        cancel.end(call, id, reason=subscription["cancellation_details"]["reason"], leaves=last)


def _warn(call: Call, id: str) -> None:
    subscription = repository.find(call, id)
    if subscription["status"] == "trialing":
        events.record(call, "customer.subscription.trial_will_end", subscription)


def _collect_again(call: Call, id: str) -> None:
    """End the pause of a subscription's collection."""
    repository.amend(call, id, pause_collection=None)


def _renew(call: Call, id: str) -> None:
    before = repository.find(call, id)
    customer = call.store.get("customer", before["customer"])
    if before["status"] not in renewal.RENEWABLE or customer is None or customer.get("deleted"):
        return
    if not trial_ends.end_without_card(call, customer, before):
        _next_period(call, before, customer)


def _next_period(call: Call, before: Object, customer: Object) -> None:
    """Begin another period for the items whose period ends now, and bill them on one invoice, with what is pending."""
    after, lines, pending_items = renewal.next_period(call, before, call.now)
    draft = invoices.new_draft(
        call,
        customer,
        [*(invoice_items.as_line(call, item) for item in pending_items), *lines],
        before["currency"],
        reason="subscription_cycle",
        subscription=after,
        period=(min(item["current_period_start"] for item in before["items"]["data"]), call.now),
        auto_advance=automatic_invoices.advances(before),
    )
    changes = {name: after[name] for name in ("billing_cycle_anchor", "items", "status")}
    changes["latest_invoice"] = draft["id"]
    after = repository.amend(call, before["id"], **changes)
    schedule_jobs.plan_ahead(call, after)
    automatic_invoices.create(call, before, draft, pending_items)


def _bill_pending(call: Call, id: str) -> None:
    """Bill the pending items of a subscription between two renewals, on an invoice of their own if there are any."""
    before = repository.find(call, id)
    customer = call.store.get("customer", before["customer"])
    interval = before[pending_item_interval.INTERVAL]
    if before["status"] not in renewal.RENEWABLE or interval is None or customer is None or customer.get("deleted"):
        return
    items = [item for item in invoice_items.pending_of(call, before) if item["parent"] is not None]
    lines = [invoice_items.as_line(call, item) for item in items]
    reason = "automatic_pending_invoice_item_invoice"
    draft = invoices.new_draft(
        call,
        customer,
        lines,
        before["currency"],
        reason=reason,
        subscription=before,
        auto_advance=automatic_invoices.advances(before),
    )
    next_bill = pending_item_interval.next_after(interval, before["billing_cycle_anchor"], call.now)
    invoice_fields = {"latest_invoice": draft["id"]} if items else {}
    after = repository.amend(call, id, **invoice_fields, **{pending_item_interval.NEXT: next_bill})
    schedule_jobs.plan_ahead(call, after)
    if items:
        automatic_invoices.create(call, before, draft, items)


def _finalize(call: Call, id: str) -> None:
    """Finalize a draft an hour after it was made, and charge the default card, or send the invoice."""
    invoice = call.store.get("invoice", id)
    customer = call.store.get("customer", invoice["customer"]) if invoice else None
    if invoice is None or invoice["status"] != "draft" or customer is None or customer.get("deleted"):
        return
    original = revisions.original_of(call, invoice)
    if original is not None and not revisions.is_revisable(original):
        return
    invoice_after = invoices.finalize(call, invoice)
    if invoice_after["status"] == "paid":
        payment_status.note_payment(call, invoice_after, None)
    elif invoice_after["collection_method"] == "send_invoice":
        events.record(call, "invoice.sent", invoice_after)
        scheduler.put(call.store, invoices.OVERDUE, id, invoice_after["due_date"], invoice_after["test_clock"])
    elif invoice_after["auto_advance"]:
        collection.attempt(call, invoice_after)


def _retry(call: Call, id: str) -> None:
    invoice = call.store.get("invoice", id)
    if invoice is not None and invoice["status"] == "open":
        collection.attempt(call, invoice)


def _overdue(call: Call, id: str) -> None:
    """Record that an invoice sent was not paid by its due date, and make its subscription past due."""
    invoice = call.store.get("invoice", id)
    if invoice is not None and invoice["status"] == "open":
        events.record(call, "invoice.overdue", invoice)
        payment_status.mark_overdue(call, invoice)


API = Api(
    jobs={
        schedule_jobs.BILL_PENDING: _bill_pending,
        schedule_jobs.CANCEL: _cancel,
        schedule_jobs.DISCARD: pending_updates.expire,
        schedule_jobs.EXPIRE: _expire,
        schedule_jobs.RENEW: _renew,
        schedule_jobs.RESUME: _collect_again,
        schedule_jobs.TRIAL_WILL_END: _warn,
        invoices.FINALIZE: _finalize,
        invoices.RETRY: _retry,
        invoices.OVERDUE: _overdue,
        charges.SETTLE: charges.settle_by_itself,
        disputes.DECIDE: disputes.decide,
        disputes.FILL_IN: disputes.fill_in,
        disputes.RUN_OUT: disputes.run_out,
        ledger.BECOME_AVAILABLE: ledger.become_available,
        payment_intents.DEBIT: payment_intents.end_debit,
        direct_charges.EXPIRE: direct_charges.expire,
        payment_intents.EXPIRE: captures.expire,
        bank_refunds.ARRIVE: bank_refunds.arrive,
        refunds.EXPIRE: bank_refunds.expire_by_itself,
        refunds.FAIL: refunds.fail,
        refunds.TRACE: refunds.trace,
        coupons.EXPIRE: coupons.expire,
        discount.END: discount.end,
        promotion_codes.EXPIRE: promotion_codes.expire,
        schedule.TURN: phase_transitions.turn,
        schedule.EXPIRING: phase_transitions.warn,
    }
)
