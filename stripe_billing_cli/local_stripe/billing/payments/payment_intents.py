"""Payment intents: what becomes of a card that is to pay an amount.

https://docs.stripe.com/payments/paymentintents/lifecycle. Amounts are in minor units; fields after
`stripe/_payment_intent.py`, values as recorded of 2026-08-26.dahlia.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.payments import (
    amount_details,
    bank_transfers,
    cash_balances,
    charges,
    debits,
    disputes,
    mandates,
    method_options,
    payment_methods,
    releases,
)
from stripe_billing_cli.local_stripe.billing.payments.cards import UNAUTHENTICATED, Decline
from stripe_billing_cli.local_stripe.billing.payments.effects import DebitEnded, PaymentMade
from stripe_billing_cli.local_stripe.core import clocks, events, identifiers, objects, page_addresses, scheduler, shapes
from stripe_billing_cli.local_stripe.core.answers import as_answered
from stripe_billing_cli.local_stripe.core.effects import announce
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "payment_intent"
EXPIRE = "payment_intent.expire"
DEBIT = "payment_intent.debit"
UNDERWAY = ("processing", "succeeded")
"""What a payment is that was made, or that a bank is asked for, so that nobody has anything to do."""
PAYABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


def create_intent(
    call: Call, *, amount: int, currency: str, customer: str | None, id: str | None = None, **rest: Any
) -> Object:
    """Return a payment intent, stored, that awaits a payment method, or only its confirmation if it has one."""
    id = id or identifiers.long_id(call, "pi")
    intent: Object = shapes.blank("payment_intent") | {
        "id": id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": amount_details.NONE,
        "amount_received": 0,
        "capture_method": "automatic",
        "client_secret": identifiers.client_secret(id),
        "confirmation_method": "automatic",
        "created": call.now,
        "currency": currency,
        "customer": customer,
        "managed_payments": {"enabled": False},
        "metadata": {},
        "payment_method_options": method_options.of_types(["card"]),
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        **rest,
    }
    if intent["payment_method"] is not None:
        intent["status"] = "requires_confirmation"
    return objects.insert(call, KIND, intent)


def shipping_of(params: Mapping[str, Any]) -> Object:
    """Return the address that goods go to, as intents and charges show it."""
    names = ("carrier", "name", "phone", "tracking_number")
    return {"address": customers.address_of(params["address"]), **{name: params.get(name) for name in names}}


def attempt(
    call: Call, intent: Object, method: Object, *, off_session: bool, invoice: bool = False, may_wait: bool = True
) -> Object:
    """Return the intent after its payment was tried with `method`: succeeded, requires_capture, requires_action or
    requires_payment_method.

    `invoice`: a card that wants 3-D Secure leaves the payment of an invoice at `requires_action` even off session
    (https://docs.stripe.com/billing/subscriptions/overview#requires-action); any other such payment is declined, and
    so is one that may not wait for the customer.
    """
    if method["type"] == bank_transfers.METHOD:
        return _transfer(call, intent, method)
    intent = unfund(call, intent)
    if method["type"] == "sepa_debit":
        return _debit(call, intent, method)
    card = payment_methods.card_of(method)
    is_authenticated = intent.get("_authenticated") == method["id"]
    asks = not is_authenticated and card.authenticates_payment(
        off_session=off_session,
        set_up=method.get("_set_up", False),
        is_requested=method_options.asks_to_authenticate(intent),
    )
    if asks and (not may_wait or (off_session and not invoice)):
        return _fail_unauthenticated(call, intent, method)
    if asks:
        return _ask_for_action(call, intent, method)
    decline = payment_methods.payment_decline(method)
    if decline is not None:
        return _decline(call, intent, payment_methods.check_by_bank(call, method), decline)
    return succeed(call, intent, method, is_authenticated=is_authenticated)


def _debit(call: Call, intent: Object, method: Object) -> Object:
    """Ask the bank for the money: it says so within days, here within moments
    (https://docs.stripe.com/payments/sepa-debit)."""
    if method_options.usage(intent) and intent["customer"] and method["customer"] is None:
        method = payment_methods.attach_to(call, method["id"], intent["customer"], "payment_method")
    once = None if method_options.usage(intent) else {"amount": intent["amount"], "currency": intent["currency"]}
    method = mandates.agree(call, method, intent.get("_mandate"), once)
    if method_options.usage(intent) is None:
        payment_methods.use_up(call, method)
    charge = charges.create(call, intent, method, None)
    after = {
        **intent,
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": method["id"],
        "status": "processing",
    }
    call.store.replace(KIND, after)
    if method.get("_iban") in debits.DELAYED_IBANS:
        scheduler.put(call.store, DEBIT, intent["id"], call.real_now + debits.DELAYED_SECONDS, None)
    else:
        scheduler.put_soon(call.store, DEBIT, intent["id"], call.real_now)
    events.record(call, "charge.pending", charge)
    events.record(call, "payment_intent.processing", after)
    announce(call, PaymentMade(after))
    return after


def end_debit(call: Call, id: str) -> None:
    """End a debit as the bank answers; of Stripe's test accounts some have no money."""
    intent = call.store.get(KIND, id)
    if intent is None or intent["status"] != "processing":
        return
    call = clocks.at_time_of_customer(call, intent["customer"])
    charge = charge_of(call, intent)
    method = objects.get_known(call, "payment_method", intent["payment_method"])
    bank_error = debits.ERRORS.get(method.get("_iban", ""))
    if bank_error is None:
        charge = {**charge, "paid": True, "status": "succeeded"}
        call.store.replace(charges.KIND, charge)
        announce(call, DebitEnded(_mark_paid(call, intent, charge)))
        return
    failure = {"failure_code": bank_error["code"], "failure_message": bank_error["message"]}
    charge = {**charge, **failure, "amount_captured": 0, "captured": False, "status": "failed"}
    call.store.replace(charges.KIND, charge)
    events.record(call, "charge.failed", charge)
    error = {**bank_error, "charge": charge["id"]}
    announce(call, DebitEnded(_fail(call, intent, method, error)))


def _transfer(call: Call, intent: Object, method: Object) -> Object:
    """Pay from the customer's cash balance. Where it is not enough, the customer is asked to transfer the rest, or the
    payment fails (https://docs.stripe.com/payments/customer-balance#make-cash-payment)."""
    customer = objects.get_known(call, "customer", intent["customer"])
    there = cash_balances.available(customer, intent["currency"])
    after = {**intent, "last_payment_error": None, "next_action": None, "payment_method": method["id"]}
    if there >= bank_transfers.remaining_amount(intent):
        return fund(call, after, bank_transfers.remaining_amount(intent))
    if not bank_transfers.asks_for_transfer(intent):
        return _fail(call, intent, method, debits.NO_FUNDS)
    after |= {"next_action": bank_transfers.next_action(call.store, after), "status": "requires_action"}
    call.store.replace(KIND, after)
    events.record(call, "payment_intent.requires_action", after)
    announce(call, PaymentMade(after))
    if there > 0 and cash_balances.is_automatic(customer):
        return fund(call, after, there)
    return after


def fund(call: Call, intent: Object, amount: int) -> Object:
    """Apply so much of the customer's cash balance to a payment, which is made once nothing remains of it."""
    cash_balances.apply(call, intent, amount)
    intent_after = {**intent, "_funded": intent.get("_funded", 0) + amount}
    if bank_transfers.remaining_amount(intent_after) > 0:
        after = {
            **intent_after,
            "next_action": bank_transfers.next_action(call.store, intent_after),
            "status": "requires_action",
        }
        call.store.replace(KIND, after)
        events.record(call, "payment_intent.partially_funded", after)
        return after
    method = objects.get_known(call, "payment_method", intent["payment_method"])
    charge = charges.create(call, intent, method, None)
    after = {**intent_after, "last_payment_error": None, "latest_charge": charge["id"], "next_action": None}
    return _mark_paid(call, after, charge)


def unfund(call: Call, intent: Object) -> Object:
    """Return a payment intent that has nothing of the cash balance any more, not yet stored: its amount was changed, or
    it is canceled (https://docs.stripe.com/payments/bank-transfers/accept-a-payment#confirm-succeeded)."""
    if intent.get("_funded"):
        cash_balances.give_back(call, intent, intent["_funded"])
    unfunded_intent = {name: value for name, value in intent.items() if name != "_funded"}
    if not bank_transfers.is_awaited(unfunded_intent):
        return unfunded_intent
    return {**unfunded_intent, "next_action": bank_transfers.next_action(call.store, unfunded_intent)}


def await_confirmation(call: Call, intent: Object, method: Object) -> Object:
    """Return an intent whose customer has passed 3-D Secure, and that the seller's server is to confirm once more
    (`confirmation_method` in `stripe/params/_payment_intent_create_params.py`)."""
    after = {**intent, "next_action": None, "status": "requires_confirmation", "_authenticated": method["id"]}
    call.store.replace(KIND, after)
    return after


def succeed(call: Call, intent: Object, method: Object, *, is_authenticated: bool = False) -> Object:
    """Charge the card: at once, or when the payment is captured by hand."""
    method = payment_methods.check_by_bank(call, method)
    if method_options.usage(intent) and intent["customer"] and method["customer"] is None:
        method = payment_methods.attach_to(call, method["id"], intent["customer"], "payment_method")
    if method_options.usage(intent) == "off_session":
        payment_methods.set_up(call, method)
    if method_options.usage(intent) is None:
        payment_methods.use_up(call, method)
    charge = charges.create(call, intent, method, None, is_authenticated=is_authenticated)
    after = {
        **intent,
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": method["id"],
    }
    if method_options.captures_by_hand(intent):
        return _reserve(call, after, charge)
    return _mark_paid(call, after, charge)


def _reserve(call: Call, intent: Object, charge: Object) -> Object:
    after = {**intent, "amount_capturable": intent["amount"], "status": "requires_capture"}
    call.store.replace(KIND, after)
    customer = call.store.get("customer", intent["customer"] or "") or {}
    expires = call.now + charges.AUTHORIZED_SECONDS
    scheduler.put(call.store, EXPIRE, intent["id"], expires, customer.get("test_clock"))
    events.record(call, "charge.succeeded", charge)
    events.record(call, "payment_intent.amount_capturable_updated", after)
    announce(call, PaymentMade(after))
    return after


def _mark_paid(call: Call, intent: Object, charge: Object) -> Object:
    after = {**intent, "amount_received": intent["amount"], "status": "succeeded"}
    if intent["capture_method"] == "automatic_async":
        charges.settle_soon(call, charge)
    else:
        charge = charges.record_balance_transaction(call, charge)
    call.store.replace(KIND, after)
    events.record(call, "charge.succeeded", charge)
    events.record(call, "payment_intent.succeeded", after)
    disputes.open_where_due(call, charge)
    announce(call, PaymentMade(after))
    return after


def charge_of(call: Call, intent: Object) -> Object:
    """Return the charge of an intent that has one."""
    return objects.get_known(call, charges.KIND, intent["latest_charge"])


def _ask_for_action(call: Call, intent: Object, method: Object) -> Object:
    after = {
        **intent,
        "last_payment_error": None,
        "next_action": next_action(call, intent),
        "payment_method": method["id"],
        "status": "requires_action",
    }
    call.store.replace(KIND, after)
    events.record(call, "payment_intent.requires_action", after)
    return after


def next_action(call: Call, intent: Object) -> Object:
    """Return what the customer has to do, 3-D Secure at a page of the local Stripe's: to be redirected to where the
    caller has a page to return to, else for Stripe.js (https://docs.stripe.com/payments/3d-secure/authentication-flow).
    """
    url = page_addresses.authentication(call.store, intent["id"], intent["client_secret"])
    return_url = call.params.get("return_url")
    if return_url is not None and not call.params.get("use_stripe_sdk"):
        return {"redirect_to_url": {"return_url": return_url, "url": url}, "type": "redirect_to_url"}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"stripe_js": url, "type": "stripe_3ds2_fingerprint"}}


def _decline(call: Call, intent: Object, method: Object, decline: Decline) -> Object:
    """Fail an intent that the bank refused, which leaves a failed charge."""
    charge = charges.create(call, intent, method, decline)
    events.record(call, "charge.failed", charge)
    error = {"charge": charge["id"], **decline.error()}
    return _fail(call, {**intent, "latest_charge": charge["id"]}, method, error)


def _fail_unauthenticated(call: Call, intent: Object, method: Object) -> Object:
    """Fail an intent whose customer is not there to pass 3-D Secure: no charge is made (recorded)."""
    return _fail(call, intent, method, UNAUTHENTICATED.error())


def _fail(call: Call, intent: Object, method: Object, error: Object) -> Object:
    error = {
        **error,
        "payment_method": as_answered(call.store, "payment_method", method),
        "payment_method_type": method["type"],
    }
    after = {
        **intent,
        "last_payment_error": dict(sorted(error.items())),
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    call.store.replace(KIND, after)
    events.record(call, "payment_intent.payment_failed", after)
    return after


NOT_AUTHENTICATED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)


def not_authenticated(call: Call, intent: Object, method: Object) -> Object:
    """Ask for another card where the customer did not pass 3-D Secure; nothing was charged."""
    error = {
        "code": "payment_intent_authentication_failure",
        "doc_url": "https://stripe.com/docs/error-codes/payment-intent-authentication-failure",
        "message": NOT_AUTHENTICATED,
        "type": "invalid_request_error",
    }
    return _fail(call, intent, method, error)


def cancel(call: Call, intent: Object, reason: str | None, *, is_expired: bool = False) -> Object:
    """Cancel an intent, which will not be paid any more; `is_expired`: nobody has captured what was reserved in
    time."""
    after = {
        **unfund(call, intent),
        "amount_capturable": 0,
        "canceled_at": call.now,
        "cancellation_reason": reason,
        "next_action": None,
        "status": "canceled",
    }
    call.store.replace(KIND, after)
    if intent["status"] == "requires_capture":
        scheduler.put(call.store, EXPIRE, intent["id"], None, None)
        if is_expired:
            releases.expire(call, charge_of(call, intent))
        else:
            releases.release(call, charge_of(call, intent), {})
    events.record(call, "payment_intent.canceled", after)
    return after
