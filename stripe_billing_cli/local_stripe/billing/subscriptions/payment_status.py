"""The status of a subscription by its payments: paid, failed or given up.

https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses: past due is a subscription whose latest
finalized invoice was not paid; "voided invoices don't affect subscription status. Stripe determines the status from
the most recent non-voided invoice". Paying that one, or marking it uncollectible, makes it active again.
"""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.billing import settings
from stripe_billing_cli.local_stripe.billing.invoicing import invoices
from stripe_billing_cli.local_stripe.billing.invoicing.effects import InvoicePaid, PaymentFailed, PaymentPending
from stripe_billing_cli.local_stripe.billing.subscriptions import cancel, pending_updates, repository, schedule_jobs
from stripe_billing_cli.local_stripe.core import events
from stripe_billing_cli.local_stripe.core.requests import Api, Call
from stripe_billing_cli.local_stripe.core.store import Object

OWING = ("past_due", "unpaid")


def note_payment(call: Call, invoice: Object, method: str | None) -> None:
    """Let a subscription have been paid. `method` is the card that paid, None where none did."""
    set_delinquent(call, invoice["customer"], False)
    subscription = invoices.find_subscription(call, invoice)
    if subscription is None or subscription["status"] in repository.ENDED:
        return
    changes: dict[str, Any] = {}
    if method is not None and repository.saves_card(subscription):
        changes["default_payment_method"] = method
    if pending_updates.waits_for(subscription, invoice):
        subscription = pending_updates.apply(call, subscription, **changes)
    _improve_status(call, subscription, invoice, changes)


def on_paid(call: Call, effect: InvoicePaid) -> None:
    note_payment(call, effect.invoice, effect.method)


def on_pending(call: Call, effect: PaymentPending) -> None:
    """Activate a subscription whose first invoice a bank is asked to pay: "For payment methods with longer processing
    periods, subscriptions are immediately activated"
    (https://docs.stripe.com/billing/subscriptions/overview#payment-succeeded)."""
    subscription = invoices.find_subscription(call, effect.invoice)
    if subscription is None or not _waits_for_first(subscription, effect.invoice):
        return
    default_method = {"default_payment_method": effect.method} if repository.saves_card(subscription) else {}
    after = repository.amend(call, subscription["id"], **default_method, status="active")
    schedule_jobs.plan_ahead(call, after)


def _waits_for_first(subscription: Object, invoice: Object) -> bool:
    return subscription["status"] == "incomplete" and bool(subscription["latest_invoice"] == invoice["id"])


def note_loss(call: Call, invoice: Object) -> None:
    """Write down what an invoice taken for a loss means for its subscription."""
    set_delinquent(call, invoice["customer"], False)
    subscription = invoices.find_subscription(call, invoice)
    if subscription is None or subscription["status"] in repository.ENDED:
        return
    if pending_updates.waits_for(subscription, invoice):
        if subscription["status"] == "paused":
            pending_updates.apply(call, subscription)
        return
    if subscription["status"] != "incomplete":
        _improve_status(call, subscription, invoice, {})


def note_void(call: Call, invoice: Object) -> None:
    """End the subscription whose first invoice is voided, and drop a change that waited for one."""
    subscription = invoices.find_subscription(call, invoice)
    if subscription is None or subscription["status"] in repository.ENDED:
        return
    if pending_updates.waits_for(subscription, invoice):
        pending_updates.forget(call, subscription)
    elif subscription["status"] == "incomplete" and subscription["latest_invoice"] == invoice["id"]:
        cancel.end(call, subscription["id"], reason=None, status="incomplete_expired")
    else:
        _improve_status(call, subscription, invoice, {})


def _improve_status(call: Call, subscription: Object, invoice: Object, changes: dict[str, Any]) -> None:
    if _waits_for_first(subscription, invoice) or (
        subscription["status"] in OWING and _in_good_standing(call, subscription)
    ):
        changes = {**changes, "status": "active"}
    after = repository.amend(call, subscription["id"], **changes)
    if after["status"] != subscription["status"]:
        schedule_jobs.plan_ahead(call, after)


def _in_good_standing(call: Call, subscription: Object) -> bool:
    newest = _newest(call, subscription)
    return newest is None or newest["status"] in ("paid", "uncollectible")


def _newest(call: Call, subscription: Object) -> Object | None:
    """Return the most recent finalized invoice that was not voided, nor is of a change that waits for it."""
    of_subscription = [
        invoice
        for invoice in invoices.list_for_subscription(call, subscription["id"])
        if invoice["status"] in ("open", "paid", "uncollectible")
        and not pending_updates.waits_for(subscription, invoice)
    ]
    newest_first = reversed(of_subscription)
    return max(newest_first, key=lambda invoice: int(invoice["status_transitions"]["finalized_at"]), default=None)


def note_failure(call: Call, invoice: Object, *, was_last: bool, automatic: bool) -> None:
    """Let a payment of a subscription have failed. `was_last`: it was the last attempt, and what the account's
    settings say comes about."""
    subscription = invoices.find_subscription(call, invoice)
    if automatic and invoice["billing_reason"] != "subscription_create":
        set_delinquent(call, invoice["customer"], True)
    if subscription is None or subscription["status"] in (*repository.ENDED, "incomplete"):
        return
    if pending_updates.waits_for(subscription, invoice):
        pending_updates.payment_failed(call, subscription)
        return
    newest = _newest(call, subscription)
    if subscription["status"] == "active" and newest is not None and newest["id"] == invoice["id"]:
        subscription = repository.amend(call, subscription["id"], status="past_due")
    if was_last and subscription["status"] == "past_due":
        _give_up(call, subscription)


def on_failed(call: Call, effect: PaymentFailed) -> None:
    note_failure(call, effect.invoice, was_last=effect.was_last, automatic=effect.automatic)


def _give_up(call: Call, subscription: Object) -> None:
    """Cancel a subscription after the last retry, make it unpaid or leave it as it is
    (https://docs.stripe.com/billing/revenue-recovery/smart-retries)."""
    match settings.read(call.store, call.account)["after_retries"]:
        case "canceled":
            cancel.end(call, subscription["id"], reason="payment_failed")
        case "unpaid":
            repository.amend(call, subscription["id"], status="unpaid")


def mark_overdue(call: Call, invoice: Object) -> None:
    """Make the subscription past due whose invoice was sent and has passed its due date."""
    set_delinquent(call, invoice["customer"], True)
    subscription = invoices.find_subscription(call, invoice)
    if subscription is not None and subscription["status"] == "active":
        repository.amend(call, subscription["id"], status="past_due")


def set_delinquent(call: Call, id: str, delinquent: bool) -> None:
    """Set whether a customer is delinquent: the field "tracks the most recent state change on any invoice belonging to
    the customer" (`stripe/_customer.py`)."""
    customer = call.store.get("customer", id)
    if customer is not None and not customer.get("deleted") and customer["delinquent"] != delinquent:
        after = {**customer, "delinquent": delinquent}
        call.store.replace("customer", after)
        events.record(call, "customer.updated", after, customer)


API = Api(
    listeners={InvoicePaid: (on_paid,), PaymentFailed: (on_failed,), PaymentPending: (on_pending,)},
)
