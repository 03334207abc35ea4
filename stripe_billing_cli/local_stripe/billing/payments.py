"""Payment intents and their charges: what becomes of a card that is to pay an amount.

https://docs.stripe.com/payments/paymentintents/lifecycle. Amounts are in minor units; fields after
`stripe/_payment_intent.py` and `stripe/_charge.py`.
"""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe import events, identifiers
from stripe_billing_cli.local_stripe.billing import pages, payment_methods
from stripe_billing_cli.local_stripe.billing.cards import UNAUTHENTICATED, Decline
from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.errors import ApiError
from stripe_billing_cli.local_stripe.expansion import shown
from stripe_billing_cli.local_stripe.store import Object

NULL = (
    "allowed_payment_method_types application application_fee_amount canceled_at cancellation_reason customer_account "
    "description excluded_payment_method_types hooks last_payment_error latest_charge managed_payments next_action "
    "on_behalf_of payment_details payment_method payment_method_configuration_details payment_record "
    "presentment_details processing receipt_email review setup_future_usage shipping source statement_descriptor "
    "statement_descriptor_suffix transfer_data transfer_group"
).split()
CHARGE_NULL = (
    "application application_fee application_fee_amount authorization_code balance_transaction description "
    "failure_balance_transaction failure_code failure_message level3 on_behalf_of presentment_details receipt_email "
    "receipt_number receipt_url review shipping source source_transfer statement_descriptor "
    "statement_descriptor_suffix transfer transfer_data transfer_group"
).split()
CARD_OPTIONS = {
    "installments": None,
    "mandate_options": None,
    "network": None,
    "request_three_d_secure": "automatic",
}
PAYABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


def new_intent(call: Call, *, amount: int, currency: str, customer: str | None, **rest: Any) -> Object:
    """A payment intent, stored, that awaits a payment method, or only its confirmation if it has one."""
    id = identifiers.long_id(call, "pi")
    intent: Object = dict.fromkeys(NULL) | {
        "id": id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": None,
        "capture_method": "automatic",
        "client_secret": identifiers.client_secret(id),
        "confirmation_method": "automatic",
        "created": call.now,
        "currency": currency,
        "customer": customer,
        "livemode": False,
        "metadata": {},
        "payment_method_options": {"card": CARD_OPTIONS},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        **rest,
    }
    if intent["payment_method"] is not None:
        intent["status"] = "requires_confirmation"
    call.store.insert("payment_intent", intent)
    events.record(call, "payment_intent.created", intent)
    return intent


def attempt(call: Call, intent: Object, method: Object, *, off_session: bool, invoice: bool = False) -> Object:
    """The intent after its payment was tried with `method`: succeeded, requires_action or requires_payment_method.

    `invoice`: a card that wants 3-D Secure leaves the payment of an invoice at `requires_action` even off session
    (https://docs.stripe.com/billing/subscriptions/overview#requires-action); any other such payment is declined.
    """
    card = payment_methods.card_of(method)
    asks = card.authenticates_payment(off_session=off_session, set_up=method.get("_set_up", False))
    if asks and off_session and not invoice:
        return _declined(call, intent, method, UNAUTHENTICATED)
    if asks:
        return _needs_action(call, intent, method)
    if card.declines_payment is not None:
        return _declined(call, intent, method, card.declines_payment)
    return succeed(call, intent, method)


def succeed(call: Call, intent: Object, method: Object) -> Object:
    """The money has been paid."""
    if intent["setup_future_usage"] and intent["customer"] and method["customer"] is None:
        method = payment_methods.attach_to(call, method["id"], intent["customer"], "payment_method")
    if intent["setup_future_usage"] == "off_session":
        payment_methods.set_up(call, method)
    charge = _charge(call, intent, method, None)
    paid = {
        **intent,
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": method["id"],
        "status": "succeeded",
    }
    call.store.replace("payment_intent", paid)
    events.record(call, "charge.succeeded", charge)
    events.record(call, "payment_intent.succeeded", paid)
    return paid


def _needs_action(call: Call, intent: Object, method: Object) -> Object:
    waiting = {
        **intent,
        "last_payment_error": None,
        "next_action": next_action(call, intent),
        "payment_method": method["id"],
        "status": "requires_action",
    }
    call.store.replace("payment_intent", waiting)
    events.record(call, "payment_intent.requires_action", waiting)
    return waiting


def next_action(call: Call, intent: Object) -> Object:
    """3-D Secure, at a page of the local Stripe's: to be redirected to where the caller has a page to return to, else
    for Stripe.js (https://docs.stripe.com/payments/3d-secure/authentication-flow)."""
    url = pages.authentication(intent["id"], intent["client_secret"])
    return_url = call.params.get("return_url")
    if return_url is not None:
        return {"redirect_to_url": {"return_url": return_url, "url": url}, "type": "redirect_to_url"}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"stripe_js": url, "type": "three_d_secure_redirect"}}


def _declined(call: Call, intent: Object, method: Object, decline: Decline) -> Object:
    charge = _charge(call, intent, method, decline)
    failed = {
        **intent,
        "last_payment_error": {
            "charge": charge["id"],
            "code": decline.code,
            "decline_code": decline.decline_code,
            "doc_url": f"https://stripe.com/docs/error-codes/{decline.code.replace('_', '-')}",
            "message": decline.message,
            "payment_method": shown(call.store, "payment_method", method, {}),
            "type": "card_error",
        },
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    call.store.replace("payment_intent", failed)
    events.record(call, "charge.failed", charge)
    events.record(call, "payment_intent.payment_failed", failed)
    return failed


NOT_AUTHENTICATED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)


def not_authenticated(call: Call, intent: Object, method: Object) -> Object:
    """The customer did not pass 3-D Secure: nothing was charged, and another card is asked for."""
    failed = {
        **intent,
        "last_payment_error": {
            "code": "payment_intent_authentication_failure",
            "doc_url": "https://stripe.com/docs/error-codes/payment-intent-authentication-failure",
            "message": NOT_AUTHENTICATED,
            "payment_method": shown(call.store, "payment_method", method, {}),
            "type": "invalid_request_error",
        },
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    call.store.replace("payment_intent", failed)
    events.record(call, "payment_intent.payment_failed", failed)
    return failed


def card_error(call: Call, intent: Object) -> ApiError:
    """402 for the intent's last failure, the intent with it."""
    failure = intent["last_payment_error"]
    return ApiError(
        402,
        failure["message"],
        failure["code"],
        type="card_error",
        decline_code=failure["decline_code"],
        objects={
            "charge": failure["charge"],
            "payment_intent": shown(call.store, "payment_intent", intent, {}),
            "payment_method": failure["payment_method"],
        },
    )


def cancel(call: Call, intent: Object, reason: str | None) -> Object:
    """The intent will not be paid any more."""
    canceled = {
        **intent,
        "canceled_at": call.now,
        "cancellation_reason": reason,
        "next_action": None,
        "status": "canceled",
    }
    call.store.replace("payment_intent", canceled)
    events.record(call, "payment_intent.canceled", canceled)
    return canceled


def _charge(call: Call, intent: Object, method: Object, decline: Decline | None) -> Object:
    """One attempt, stored: `succeeded`, or `failed` for a reason."""
    card = method["card"]
    charge: Object = dict.fromkeys(CHARGE_NULL) | {
        "id": identifiers.long_id(call, "ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0 if decline else intent["amount"],
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": None if decline else "LOCAL STRIPE",
        "captured": decline is None,
        "created": call.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": decline and decline.code,
        "failure_message": decline and decline.message,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "declined_by_network" if decline else "approved_by_network",
            "reason": decline and decline.decline_code,
            "risk_level": "normal",
            "seller_message": f"The bank returned the decline code `{decline.decline_code}`."
            if decline
            else "Payment complete.",
            "type": "issuer_declined" if decline else "authorized",
        },
        "paid": decline is None,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {
            "card": {name: card[name] for name in ("brand", "country", "exp_month", "exp_year", "funding", "last4")},
            "type": "card",
        },
        "radar_options": {},
        "refunded": False,
        "status": "failed" if decline else "succeeded",
    }
    call.store.insert("charge", charge)
    return charge
