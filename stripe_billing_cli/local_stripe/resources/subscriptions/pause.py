"""The calls that pause and resume a subscription, and their refusals
(https://docs.stripe.com/billing/subscriptions/pause).

Not to be confused with `pause_collection`, which leaves the status as it is.
"""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.invoicing import collection, invoice_items, invoices
from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    items,
    pausing,
    pending_updates,
    repository,
    schedule_jobs,
)
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

PAUSABLE = ("active", "past_due", "unpaid")


def pause(call: Call) -> Object:
    """Pause a subscription's service and invoicing. Use is billed, and unused time credited, unless `bill_for` says
    otherwise."""
    call, before = repository.load(call)
    check_pausable(before)
    pending_updates.discard(call, before["id"])
    customer = customers.find(call, before["customer"])
    invoice_items.add_all_pending(
        call, customer, pausing.bill_pause(call, before, call.params), before["currency"], before["id"]
    )
    item_objects = pausing.paused_items(call, before, call.params)
    after = repository.amend(
        call,
        before["id"],
        "customer.subscription.paused",
        items=items.with_items(before, item_objects),
        status="paused",
        status_details=pausing.details(call, "pause_requested"),
    )
    schedule_jobs.plan_ahead(call, after)
    if call.params.get("invoicing_behavior") == "invoice":
        _invoice_credits(call, after)
    return repository.find(call, before["id"])


def check_pausable(subscription: Object) -> None:
    """Refuse to pause a subscription that Stripe says it cannot pause: "You can't pause a subscription if it…"
    (https://docs.stripe.com/billing/subscriptions/pause#limitations)."""
    why = None
    if subscription["status"] not in PAUSABLE:
        why = f"its status is `{subscription['status']}`"
    elif subscription["collection_method"] == "send_invoice":
        why = "it uses `collection_method=send_invoice`"
    elif subscription["billing_mode"]["type"] == "classic":
        why = "it uses `billing_mode[type]=classic`"
    elif subscription["schedule"] is not None:
        why = f"the subscription schedule `{subscription['schedule']}` is attached to it"
    if why:
        raise invalid(f"You cannot pause this subscription because {why}.")


def _invoice_credits(call: Call, subscription: Object) -> None:
    pending_items = invoice_items.pending_of(call, subscription)
    if not pending_items:
        return
    customer = customers.find(call, subscription["customer"])
    item_lines = [invoice_items.as_line(call, item) for item in pending_items]
    draft = _draft_invoice(call, customer, subscription, item_lines)
    invoice_items.bill(call, pending_items, draft["id"])
    invoice = invoices.finalize(call, invoices.create(call, draft))
    repository.amend(call, subscription["id"], latest_invoice=invoice["id"])
    if invoice["status"] == "open":
        collection.attempt(call, invoice)


def _draft_invoice(
    call: Call, customer: Object, subscription: Object, invoice_lines: list[Line], **rest: Any
) -> Object:
    return invoices.new_draft(
        call,
        customer,
        invoice_lines,
        subscription["currency"],
        reason="subscription_update",
        subscription=subscription,
        period=(items.first_start(subscription["items"]["data"]), call.now),
        auto_advance=True,
        **rest,
    )


def resume(call: Call) -> Object:
    """Begin again now, or go on in the periods that the anchor makes. Where that costs something at once, the
    subscription stays paused until its invoice is paid or taken for a loss."""
    call, before = repository.load_living(call)
    check_resumable(before)
    pending_updates.discard(call, before["id"])
    resets_anchor = call.params.get("billing_cycle_anchor", {}).get("type", "now") == "now"
    item_objects, prorations, at_once = pausing.resumed_items(call, before, call.params)
    fields = {
        "billing_cycle_anchor": call.now if resets_anchor else before["billing_cycle_anchor"],
        "items": items.with_items(before, item_objects),
        "status": "active",
        "status_details": None,
    }
    customer = customers.find(call, before["customer"])
    invoice_items.add_all_pending(call, customer, prorations, before["currency"], before["id"])
    pending_items = invoice_items.pending_of(call, before)
    invoices_now = bool(at_once) or (call.params.get("proration_behavior") == "always_invoice" and bool(pending_items))
    if not invoices_now:
        after = repository.amend(call, before["id"], "customer.subscription.resumed", **fields)
        schedule_jobs.plan_ahead(call, after)
        return after
    draft = _draft_invoice(
        call,
        customer,
        before,
        [*(invoice_items.as_line(call, item) for item in pending_items), *at_once],
    )
    invoice_items.bill(call, pending_items, draft["id"])
    return _ask_for_payment(call, customer, before, invoices.create(call, draft), fields)


def check_resumable(subscription: Object) -> None:
    if subscription["status"] != "paused":
        raise invalid("You can only resume a subscription if it is `paused`.")
    if subscription["collection_method"] == "send_invoice":
        raise invalid("You cannot resume a subscription with `collection_method=send_invoice`.")


def _ask_for_payment(call: Call, customer: Object, before: Object, draft: Object, fields: Object) -> Object:
    """Ask for the payment of a resumption: `resume_on_payment_success` charges in the request and retries;
    `resume_on_payment_attempt` leaves that to a call
    (https://docs.stripe.com/billing/subscriptions/pause#payment-behavior)."""
    id = before["id"]
    succeeds = call.params.get("payment_behavior") == "resume_on_payment_success"
    invoice = invoices.finalize(call, draft)
    if invoice["status"] == "paid":
        after = repository.amend(call, id, "customer.subscription.resumed", **fields, latest_invoice=invoice["id"])
        schedule_jobs.plan_ahead(call, after)
        return after
    method = collection.default_method(call, customer, before)
    if succeeds and method is None:
        raise collection.no_method()
    pending_updates.suspend(call, id, invoice, fields, shown_changes={}, resumes=True, retries=succeeds)
    if succeeds and method is not None:
        collection.charge(call, invoice, method, off_session=True)
    return repository.find(call, id)
