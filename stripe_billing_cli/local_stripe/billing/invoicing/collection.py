"""Collecting an invoice: which card is charged, what an attempt leaves behind, and when the next one comes.

https://docs.stripe.com/billing/subscriptions/overview#payment-status,
https://docs.stripe.com/billing/revenue-recovery/smart-retries
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.invoicing import invoices
from stripe_billing_cli.local_stripe.billing.invoicing.effects import InvoicePaid, PaymentFailedError
from stripe_billing_cli.local_stripe.billing.payments import intent_errors, payment_intents, payment_methods
from stripe_billing_cli.local_stripe.core import events, scheduler
from stripe_billing_cli.local_stripe.core.effects import announce
from stripe_billing_cli.local_stripe.core.errors import ApiError
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

RETRY_AFTER_DAYS = (3, 5, 7)
"""The pauses between attempts: a custom retry schedule, since smart retries come when a model says."""


def default_method(
    call: Call, customer: Object, subscription: Object | None, invoice: Object | None = None
) -> str | None:
    """Return the card that is charged: the invoice's, the subscription's, else the customer's
    (https://docs.stripe.com/billing/subscriptions/payment-methods-setting#payment-method-priority). None that was
    detached or is somebody else's."""
    own = (invoice or {}).get("default_payment_method"), (subscription or {}).get("default_payment_method")
    for id in (*own, customer["invoice_settings"]["default_payment_method"], customer["default_source"]):
        method = call.store.get("payment_method", id) if id is not None else None
        if method is not None and method["customer"] == customer["id"]:
            return str(id)
    return None


def no_method() -> ApiError:
    return ApiError(
        400,
        "This customer has no attached payment source or default payment method. Please consider adding a default "
        "payment method. For more information, visit "
        "https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.",
        "resource_missing",
    )


def charge(
    call: Call, invoice: Object, method: str, *, off_session: bool, automatic: bool = True
) -> tuple[Object, Object]:
    """Return an open invoice charged to a card, and its payment intent, both as they are afterwards, with their
    events."""
    invoices.check_payable(invoice)
    intent = invoices.intent_of(call, invoice)
    assert intent is not None
    used = payment_methods.find_card(call, method, "payment_method")
    intent = payment_intents.attempt(call, intent, used, off_session=off_session, invoice=True)
    return record_attempt(call, invoice, intent, automatic=automatic), intent


def record_attempt(call: Call, invoice: Object, intent: Object, *, automatic: bool) -> Object:
    """Return the invoice after an attempt on its payment intent, whoever made it.

    "Any payment attempt counts as the first attempt, and subsequently only automatic retries increment the attempt
    count" (`attempt_count` in `stripe/_invoice.py`).
    """
    counts = intent["status"] != "requires_action" and (automatic or invoice["attempt_count"] == 0)
    counted = invoice["attempt_count"] + (1 if counts else 0)
    if intent["status"] == "succeeded":
        done = invoices.paid(call, invoice, counted=counted)
        announce(call, InvoicePaid(done, intent["payment_method"]))
        return done
    tried = {**invoice, "attempt_count": counted}
    next_attempt = _next_attempt(call, tried) if counts else invoice["next_payment_attempt"]
    scheduler.put(call.store, invoices.RETRY, invoice["id"], next_attempt, invoice["test_clock"])
    failed = invoices.amend(
        call,
        invoice["id"],
        "invoice.payment_failed",
        attempt_count=counted,
        attempted=True,
        next_payment_attempt=next_attempt,
    )
    if intent["status"] == "requires_action":
        events.record(call, "invoice.payment_action_required", failed)
    exhausted = counts and next_attempt is None and counted > len(RETRY_AFTER_DAYS)
    announce(call, PaymentFailedError(failed, exhausted=exhausted, automatic=automatic))
    return failed


def _next_attempt(call: Call, invoice: Object) -> int | None:
    """Return when an unpaid invoice is tried again; nothing is retried before the first invoice is paid, nor by itself
    when the customer is to pay."""
    if invoice["billing_reason"] == "subscription_create" or invoice["collection_method"] == "send_invoice":
        return None
    if not invoice["auto_advance"] or invoice["attempt_count"] > len(RETRY_AFTER_DAYS):
        return None
    waiting = ((invoices.find_subscription(call, invoice) or {}).get("_pending_change")) or {}
    if waiting.get("invoice") == invoice["id"] and not waiting.get("retries"):
        return None
    at: int = call.now + RETRY_AFTER_DAYS[invoice["attempt_count"] - 1] * invoices.DAY
    return at


def attempt(call: Call, invoice: Object) -> Object:
    """Charge the default card by itself; for want of one the attempt fails (and is retried: one may be added)."""
    customer = call.store.get("customer", invoice["customer"])
    if customer is None or customer.get("deleted"):
        return invoice
    method = default_method(call, customer, invoices.find_subscription(call, invoice), invoice)
    if method is not None:
        return charge(call, invoice, method, off_session=True)[0]
    intent = invoices.intent_of(call, invoice)
    assert intent is not None
    return record_attempt(call, invoice, intent, automatic=True)


def payment_refused(call: Call, intent: Object, *, of_subscription: bool) -> ApiError:
    """Return the refusal, 402, of a payment that a call asked for: the card's decline, or that the customer has
    something to do."""
    if intent["last_payment_error"] is not None:
        return intent_errors.card_error(call, intent)
    if of_subscription:
        return ApiError(
            402,
            "Payment for this subscription requires additional user action, but the requested payment behavior doesn't "
            "save the invoice or PaymentIntent. Retry the request with `payment_behavior=allow_incomplete` or "
            "`payment_behavior=default_incomplete`, then complete the PaymentIntent on the subscription's latest "
            "invoice. Additional information is available here: "
            "https://stripe.com/docs/billing/subscriptions/overview#requires-action",
            "subscription_payment_intent_requires_action",
            type="card_error",
        )
    return ApiError(
        402,
        "This payment requires additional user action before it can be completed successfully. Payment can be "
        "completed using the PaymentIntent associated with the invoice.",
        "invoice_payment_intent_requires_action",
        type="card_error",
    )
