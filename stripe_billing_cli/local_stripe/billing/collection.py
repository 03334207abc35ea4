"""Collecting an invoice, and what a payment or its failure means for the subscription.

https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses,
https://docs.stripe.com/billing/revenue-recovery/smart-retries
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe import events
from stripe_billing_cli.local_stripe.billing import agenda, invoices, payment_methods, payments
from stripe_billing_cli.local_stripe.billing.schedules import schedule
from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.errors import ApiError
from stripe_billing_cli.local_stripe.store import Condition, Object

RETRY_AFTER_DAYS = (3, 5, 7)
"""The pauses between attempts. After the last the subscription is canceled: Stripe's default for an account."""

EXPIRE, RENEW, CANCEL = "subscription.expire", "subscription.renew", "subscription.cancel"
TRIAL_WILL_END, RESUME = "subscription.trial_will_end", "subscription.resume"
ENDED = ("canceled", "incomplete_expired")


def default_method(call: Call, customer: Object, subscription: Object | None) -> str | None:
    """The card that is charged: the subscription's, else the customer's
    (https://docs.stripe.com/billing/subscriptions/payment-methods-setting#payment-method-priority)."""
    own: str | None = subscription["default_payment_method"] if subscription else None
    default: str | None = customer["invoice_settings"]["default_payment_method"]
    for id in (own, default):
        if id is not None:
            method = call.store.get("payment_method", id)
            if method is not None and method["customer"] == customer["id"]:
                return id
    return None


def no_method() -> ApiError:
    return ApiError(
        400,
        "This customer has no attached payment source or default payment method. Please consider adding a default "
        "payment method. For more information, visit "
        "https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.",
        "resource_missing",
    )


def subscription_of(call: Call, invoice: Object) -> Object | None:
    id = invoices.subscription_of(invoice)
    return call.store.get("subscription", id) if id else None


def charge(call: Call, invoice: Object, method: str, *, off_session: bool) -> tuple[Object, Object]:
    """An open invoice charged to a card: the invoice and its payment intent afterwards, events told."""
    invoices.check_payable(invoice)
    intent = invoices.intent_of(call, invoice)
    assert intent is not None
    used = payment_methods.find(call, method, "payment_method")
    intent = payments.attempt(call, intent, used, off_session=off_session, invoice=True)
    return settle(call, invoice, intent), intent


def settle(call: Call, invoice: Object, intent: Object) -> Object:
    """The invoice after an attempt on its payment intent, whoever made it."""
    tried = invoices.attempted(call, invoice)
    if intent["status"] == "succeeded":
        done = invoices.paid(call, tried, intent["amount"])
        _after_payment(call, done, intent["payment_method"])
        return done
    failed = {**tried, "next_payment_attempt": _next_attempt(call, tried)}
    agenda.put(call.store, invoices.RETRY, invoice["id"], failed["next_payment_attempt"], invoice["test_clock"])
    invoices.save(call, invoice, failed, "invoice.updated", "invoice.payment_failed")
    if intent["status"] == "requires_action":
        events.record(call, "invoice.payment_action_required", failed)
    _after_failure(call, failed)
    return failed


def _next_attempt(call: Call, invoice: Object) -> int | None:
    """Nothing is retried before the first invoice is paid, nor by itself when the customer is to pay."""
    if invoice["billing_reason"] == "subscription_create" or invoice["collection_method"] == "send_invoice":
        return None
    if not invoice["auto_advance"] or invoice["attempt_count"] > len(RETRY_AFTER_DAYS):
        return None
    at: int = call.now + RETRY_AFTER_DAYS[invoice["attempt_count"] - 1] * invoices.DAY
    return at


def _after_payment(call: Call, invoice: Object, method: str | None) -> None:
    subscription = subscription_of(call, invoice)
    _set_delinquent(call, invoice["customer"], False)
    if subscription is None or subscription["status"] in ENDED:
        return
    after = {**subscription}
    waiting = after.pop("pending_change", None)
    if waiting is not None and invoice["id"] == subscription["latest_invoice"]:
        after = {**after, **waiting, "pending_update": None}
    elif waiting is not None:
        after["pending_change"] = waiting
    saves = (subscription["payment_settings"] or {}).get("save_default_payment_method") == "on_subscription"
    if saves and method is not None:
        after["default_payment_method"] = method
    newest = invoice["id"] == subscription["latest_invoice"]
    if newest and subscription["status"] in ("incomplete", "past_due", "unpaid"):
        after["status"] = "active"
        agenda.put(call.store, EXPIRE, subscription["id"], None, None)
    save(call, subscription, after)


def paid_elsewhere(call: Call, invoice: Object) -> None:
    """The invoice was paid outside of Stripe."""
    _after_payment(call, invoice, None)


def given_up(call: Call, invoice: Object) -> None:
    """The invoice was voided: a first one ends its subscription, and a change that waited for it is dropped."""
    subscription = subscription_of(call, invoice)
    if subscription is None or subscription["latest_invoice"] != invoice["id"]:
        return
    if subscription["status"] == "incomplete":
        end(call, subscription["id"], reason=None, status="incomplete_expired")
    elif "pending_change" in subscription:
        after = {name: value for name, value in subscription.items() if name != "pending_change"}
        save(call, subscription, {**after, "pending_update": None})
    elif subscription["status"] == "past_due":
        save(call, subscription, {**subscription, "status": "active"})


def _after_failure(call: Call, invoice: Object) -> None:
    subscription = subscription_of(call, invoice)
    _set_delinquent(call, invoice["customer"], invoice["billing_reason"] != "subscription_create")
    if subscription is None or subscription["status"] not in ("active", "past_due", "trialing"):
        return
    if "pending_change" in subscription:
        return
    save(call, subscription, {**subscription, "status": "past_due"})
    gives_up = invoice["auto_advance"] and invoice["next_payment_attempt"] is None
    if gives_up and invoice["attempt_count"] > len(RETRY_AFTER_DAYS):
        end(call, subscription["id"], reason="payment_failed")


def _set_delinquent(call: Call, id: str, delinquent: bool) -> None:
    customer = call.store.get("customer", id)
    if customer is not None and not customer.get("deleted") and customer["delinquent"] != delinquent:
        after = {**customer, "delinquent": delinquent}
        call.store.replace("customer", after)
        events.record(call, "customer.updated", after, customer)


def save(call: Call, before: Object, after: Object) -> Object:
    """Store a subscription and tell that it changed, if it did."""
    if after != before:
        call.store.replace("subscription", after)
        events.record(call, "customer.subscription.updated", after, before)
    return after


def end(call: Call, id: str, *, reason: str | None, status: str = "canceled") -> Object:
    """The subscription's end, now: nothing of it comes any more, and its open invoices are left to the user."""
    before = call.store.get("subscription", id)
    assert before is not None
    after = {
        **before,
        "cancel_at": None if status == "incomplete_expired" else before["cancel_at"],
        "canceled_at": before["canceled_at"] or (call.now if status == "canceled" else None),
        "cancellation_details": {**before["cancellation_details"], "reason": reason},
        "ended_at": call.now,
        "pending_update": None,
        "status": status,
    }
    after.pop("pending_change", None)
    call.store.replace("subscription", after)
    for what in (EXPIRE, RENEW, CANCEL, TRIAL_WILL_END, RESUME):
        agenda.put(call.store, what, id, None, None)
    if status == "canceled":
        events.record(call, "customer.subscription.deleted", after)
    else:
        events.record(call, "customer.subscription.updated", after, before)
    schedule.subscription_ended(call, after)
    for invoice in _invoices(call, id):
        if invoice["status"] == "open":
            give_up = invoices.void if status == "incomplete_expired" else invoices.stop_collecting
            give_up(call, invoice)
        elif invoice["status"] == "draft" and invoice["auto_advance"]:
            agenda.put(call.store, invoices.FINALIZE, invoice["id"], None, None)
            invoices.save(
                call, invoice, {**invoice, "auto_advance": False, "automatically_finalizes_at": None}, "invoice.updated"
            )
    return after


def _invoices(call: Call, subscription: str) -> list[Object]:
    condition = Condition("json_extract(body, '$.parent.subscription_details.subscription') = ?", (subscription,))
    return call.store.select("invoice", [condition], newest_first=False, limit=10_000)
