"""Collecting an invoice: which card is charged, what an attempt leaves behind, and when the next one comes.

https://docs.stripe.com/billing/subscriptions/overview#payment-status,
https://docs.stripe.com/billing/revenue-recovery/smart-retries
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.invoicing import invoices
from stripe_billing_cli.local_stripe.billing.invoicing.effects import InvoicePaid, PaymentFailed, PaymentPending
from stripe_billing_cli.local_stripe.billing.payments import (
    bank_transfers,
    cash_balances,
    intent_errors,
    mandates,
    method_options,
    payment_intents,
    payment_methods,
)
from stripe_billing_cli.local_stripe.billing.payments.effects import DebitEnded
from stripe_billing_cli.local_stripe.core import clocks, events, objects, scheduler
from stripe_billing_cli.local_stripe.core.effects import announce
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid
from stripe_billing_cli.local_stripe.core.requests import Api, Call
from stripe_billing_cli.local_stripe.core.store import Object

RETRY_AFTER_DAYS = (3, 5, 7)
"""The pauses between attempts: a custom retry schedule, since smart retries come when a model says."""


def default_method(
    call: Call, customer: Object, subscription: Object | None, invoice: Object | None = None
) -> str | None:
    """Return the card that is charged: the invoice's, the subscription's, else the customer's
    (https://docs.stripe.com/billing/subscriptions/payment-methods-setting#payment-method-priority). None that was
    detached or is somebody else's."""
    names = ("default_payment_method", "default_source")
    own = (owner.get(name) for owner in (invoice or {}, subscription or {}) for name in names)
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
    call: Call, invoice: Object, method: str, *, off_session: bool, automatic: bool = True, mandate: str | None = None
) -> tuple[Object, Object]:
    """Return an open invoice charged to a card, and its payment intent, both as they are afterwards, with their
    events. `mandate`: by which a bank account is debited, else by the invoice's default, else by its own."""
    invoices.check_payable(invoice)
    intent = invoices.intent_of(call, invoice)
    assert intent is not None
    if intent["status"] == "processing":
        raise intent_errors.unexpected_state(call, intent, "confirm")
    chargeable_method = payment_methods.find_chargeable(call, method, "payment_method")
    mandate = mandate or invoice["payment_settings"]["default_mandate"]
    if mandate is not None:
        chargeable_method = mandates.by_name(call, mandate, chargeable_method)
    if (refusal := refusal_of(invoice, intent, chargeable_method)) is not None:
        raise refusal
    intent = payment_intents.attempt(
        call, allow(call, intent, chargeable_method), chargeable_method, off_session=off_session, invoice=True
    )
    return record_attempt(call, invoice, intent, automatic=automatic), intent


def refusal_of(invoice: Object, intent: Object, method: Object) -> ApiError | None:
    """Return why an invoice cannot be paid with a payment method: by its currency, or by the types that it names."""
    type = method["type"]
    if type == "sepa_debit" and intent["currency"] != "eur":
        return invalid(
            f"The currency provided ({intent['currency']}) is invalid for the payment method type sepa_debit, which is "
            "in eur.",
            "payment_method",
            "payment_intent_invalid_parameter",
        )
    type_names = invoice["payment_settings"]["payment_method_types"]
    if type_names and type not in type_names:
        return invalid(
            f"The PaymentMethod provided ({type}) is not allowed for this PaymentIntent. Please attach a PaymentMethod "
            f"of one of the following types: {', '.join(type_names)}.",
            "payment_method",
        )
    return None


def _is_agreed(call: Call, invoice: Object, method: Object) -> bool:
    """Return whether the mandate that an invoice is to be paid by is of this payment method; it may name none."""
    mandate = invoice["payment_settings"]["default_mandate"]
    return mandate is None or bool(objects.get_known(call, mandates.KIND, mandate)["payment_method"] == method["id"])


def allow(call: Call, intent: Object, method: Object) -> Object:
    """Return the intent, which may be paid with a method of this type: where no types are named they are those of the
    default payment methods (`payment_settings.payment_method_types` in `stripe/_subscription.py`)."""
    types = intent["payment_method_types"]
    if method["type"] in types:
        return intent
    types = [*types, method["type"]]
    options = {**method_options.of_types(types), **(intent["payment_method_options"] or {})}
    after = {**intent, "payment_method_options": options, "payment_method_types": types}
    call.store.replace(payment_intents.KIND, after)
    return after


def record_attempt(call: Call, invoice: Object, intent: Object, *, automatic: bool) -> Object:
    """Return the invoice after an attempt on its payment intent, whoever made it.

    "Any payment attempt counts as the first attempt, and subsequently only automatic retries increment the attempt
    count" (`attempt_count` in `stripe/_invoice.py`).
    """
    counts = intent["status"] != "requires_action" and (automatic or invoice["attempt_count"] == 0)
    attempt_count = invoice["attempt_count"] + (1 if counts else 0)
    if intent["status"] == "succeeded":
        paid_invoice = invoices.mark_paid(call, invoice, attempt_count=attempt_count)
        announce(call, InvoicePaid(paid_invoice, None if bank_transfers.is_paid(intent) else intent["payment_method"]))
        return paid_invoice
    if intent["status"] == "processing":
        return _wait_for_bank(call, invoice, intent, attempt_count, automatic=automatic)
    attempted_invoice = {**invoice, "attempt_count": attempt_count}
    next_attempt = _next_attempt(call, attempted_invoice) if counts else _planned_attempt(call, invoice)
    unpaid_invoice = _leave_unpaid(call, attempted_invoice, next_attempt)
    if intent["status"] == "requires_action":
        events.record(call, "invoice.payment_action_required", unpaid_invoice)
    _tell_failed(call, unpaid_invoice, counts=counts, automatic=automatic)
    return unpaid_invoice


def _planned_attempt(call: Call, invoice: Object) -> int | None:
    """Return when an invoice is tried again after an attempt that does not count: as planned, if that is to come."""
    at: int | None = invoice["next_payment_attempt"]
    return at if at is not None and at > call.now else None


def _tell_failed(call: Call, invoice: Object, *, counts: bool, automatic: bool) -> None:
    last = invoice["next_payment_attempt"] is None and invoice["attempt_count"] > len(RETRY_AFTER_DAYS)
    announce(call, PaymentFailed(invoice, was_last=counts and last, automatic=automatic))


def _leave_unpaid(call: Call, invoice: Object, next_attempt: int | None) -> Object:
    """Return the invoice after an attempt that did not pay it, which its `attempt_count` counts already."""
    scheduler.put(call.store, invoices.RETRY, invoice["id"], next_attempt, invoice["test_clock"])
    return invoices.amend(
        call,
        invoice["id"],
        "invoice.payment_failed",
        attempt_count=invoice["attempt_count"],
        attempted=True,
        next_payment_attempt=next_attempt,
    )


def _wait_for_bank(call: Call, invoice: Object, intent: Object, attempt_count: int, *, automatic: bool) -> Object:
    """Return the invoice, open, while its payment is processing; nothing is retried meanwhile. `_debit` is the local
    Stripe's own: how the attempt counts should it fail."""
    scheduler.put(call.store, invoices.RETRY, invoice["id"], None, None)
    counts = attempt_count > invoice["attempt_count"]
    invoice_after = invoices.amend(
        call,
        invoice["id"],
        attempt_count=attempt_count,
        attempted=True,
        next_payment_attempt=None,
        _debit={"automatic": automatic, "counts": counts, "next_attempt": invoice["next_payment_attempt"]},
    )
    announce(call, PaymentPending(invoice_after, intent["payment_method"]))
    return invoice_after


def on_debit_ended(call: Call, effect: DebitEnded) -> None:
    """Pay the invoice that a bank was asked for, or let the attempt have failed.

    The first invoice of a subscription, which is active by then, is voided: "If the payment fails later, Stripe voids
    the invoice but the subscription remains `active`"
    (https://docs.stripe.com/billing/subscriptions/overview#delayed-payment-confirmation).
    """
    intent = effect.intent
    invoice = invoices.of_intent(call, intent["id"])
    if invoice is None or invoice["status"] not in ("open", "uncollectible"):
        return
    call = clocks.at_time_of(call, invoice)
    if intent["status"] == "succeeded":
        announce(call, InvoicePaid(invoices.mark_paid(call, invoice), intent["payment_method"]))
        return
    if invoice["billing_reason"] == "subscription_create" and invoice["collection_method"] == "charge_automatically":
        invoices.void(call, _leave_unpaid(call, invoice, None))
        return
    debit = invoice["_debit"]
    next_attempt = _next_attempt(call, invoice) if debit["counts"] else debit["next_attempt"]
    _tell_failed(call, _leave_unpaid(call, invoice, next_attempt), counts=debit["counts"], automatic=debit["automatic"])


def _next_attempt(call: Call, invoice: Object) -> int | None:
    """Return when an unpaid invoice is tried again; nothing is retried before the first invoice is paid, nor by itself
    when the customer is to pay."""
    if invoice["billing_reason"] == "subscription_create" or invoice["collection_method"] == "send_invoice":
        return None
    if not invoice["auto_advance"] or invoice["attempt_count"] > len(RETRY_AFTER_DAYS):
        return None
    pending_change = ((invoices.find_subscription(call, invoice) or {}).get("_pending_change")) or {}
    if pending_change.get("invoice") == invoice["id"] and not pending_change.get("retries"):
        return None
    at: int = call.now + RETRY_AFTER_DAYS[invoice["attempt_count"] - 1] * invoices.DAY
    return at


def attempt(call: Call, invoice: Object) -> Object:
    """Charge the default card by itself; for want of one that may pay the attempt fails (and is
    retried: one may be added)."""
    customer = call.store.get("customer", invoice["customer"])
    if customer is None or customer.get("deleted"):
        return invoice
    intent = invoices.intent_of(call, invoice)
    assert intent is not None
    if intent["status"] == "processing":
        return invoice
    id = default_method(call, customer, invoices.find_subscription(call, invoice), invoice)
    method = None if id is None else payment_methods.find_chargeable(call, id, "payment_method")
    if method is not None and refusal_of(invoice, intent, method) is None and _is_agreed(call, invoice, method):
        return charge(call, invoice, method["id"], off_session=True)[0]
    if _is_in_balance(invoice, intent, customer):
        apply_balance(call, intent, bank_transfers.remaining_amount(intent))
        return objects.get_known(call, "invoice", invoice["id"])
    return record_attempt(call, invoice, intent, automatic=True)


def apply_balance(call: Call, intent: Object, amount: int) -> Object:
    """Return a payment intent to which so much of its customer's cash balance was applied; the invoice that it pays, if
    it does, is paid."""
    own = call.store.get("payment_method", intent["payment_method"] or "")
    if own is None or own["type"] != bank_transfers.METHOD:
        intent = {**intent, "payment_method": payment_methods.create_transfer(call)["id"]}
    after = payment_intents.fund(call, intent, amount)
    invoice = invoices.of_intent(call, intent["id"])
    if invoice is not None:
        record_attempt(call, invoice, after, automatic=False)
    return after


def _is_in_balance(invoice: Object, intent: Object, customer: Object) -> bool:
    """Return whether the customer's cash balance may pay what is left of an invoice, and is enough."""
    types = invoice["payment_settings"]["payment_method_types"] or ()
    is_enough = cash_balances.available(customer, intent["currency"]) >= bank_transfers.remaining_amount(intent)
    return bank_transfers.METHOD in types and is_enough and cash_balances.is_automatic(customer)


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


API = Api(listeners={DebitEnded: (on_debit_ended,)})
