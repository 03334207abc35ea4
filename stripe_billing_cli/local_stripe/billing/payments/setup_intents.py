"""Setup intents: a card collected for later, without a payment (https://docs.stripe.com/api/setup_intents)."""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.billing.payments import (
    mandates,
    method_options,
    payment_intents,
    payment_methods,
    setup_attempts,
)
from stripe_billing_cli.local_stripe.billing.payments.cards import Decline
from stripe_billing_cli.local_stripe.billing.payments.effects import CardSetUp
from stripe_billing_cli.local_stripe.core import events, identifiers, objects, shapes
from stripe_billing_cli.local_stripe.core.answers import as_answered
from stripe_billing_cli.local_stripe.core.effects import announce
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def create_setup(call: Call, *, customer: str | None, **rest: Any) -> Object:
    """Return a setup intent, stored, that awaits a payment method, or only its confirmation if it has one."""
    id = identifiers.long_id(call, "seti")
    setup: Object = shapes.blank("setup_intent", "attach_to_self managed_payments") | {
        "id": id,
        "object": "setup_intent",
        "client_secret": identifiers.client_secret(id),
        "created": call.now,
        "customer": customer,
        "metadata": {},
        "payment_method_options": method_options.of_types(["card"], method_options.OF_SETUPS),
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "usage": "off_session",
        **rest,
    }
    if setup["payment_method"] is not None:
        setup["status"] = "requires_confirmation"
    return objects.insert(call, "setup_intent", setup)


def attempt(call: Call, setup: Object, method: Object) -> Object:
    """Return the intent after the card was tried: succeeded and attached, requires_action or
    requires_payment_method."""
    is_requested = method_options.asks_to_authenticate(setup)
    asks = payment_methods.card_of(method).authenticates_setup(is_requested=is_requested)
    if not asks:
        method = payment_methods.check_by_bank(call, method)
    setup = {**setup, "latest_attempt": setup_attempts.begin(call, setup, method)}
    if asks:
        return _save(
            call,
            "requires_action",
            {
                **setup,
                "last_setup_error": None,
                "next_action": payment_intents.next_action(call, setup),
                "payment_method": method["id"],
                "status": "requires_action",
            },
        )
    decline = payment_methods.setup_decline(method)
    if decline is not None:
        failure = _failure(call, method, decline)
        return _save(
            call,
            "setup_failed",
            {**setup, "last_setup_error": failure, "payment_method": None, "status": "requires_payment_method"},
        )
    return succeed(call, setup, method)


def succeed(call: Call, setup: Object, method: Object) -> Object:
    method = payment_methods.check_by_bank(call, method)
    method = mandates.agree(call, method, setup.get("_mandate_data"))
    if setup["customer"] is not None:
        method = payment_methods.attach_to(call, method["id"], setup["customer"], "payment_method")
    if setup["usage"] == "off_session":
        payment_methods.set_up(call, method)
    after = _save(
        call,
        "succeeded",
        {
            **setup,
            "last_setup_error": None,
            "mandate": method.get("_mandate"),
            "next_action": None,
            "payment_method": method["id"],
            "status": "succeeded",
        },
    )
    announce(call, CardSetUp(after))
    return after


def not_authenticated(call: Call, setup: Object, method: Object) -> Object:
    """Ask for another card where the customer did not pass 3-D Secure."""
    failure = {
        "code": "setup_intent_authentication_failure",
        "doc_url": "https://stripe.com/docs/error-codes/setup-intent-authentication-failure",
        "message": payment_intents.NOT_AUTHENTICATED,
        "payment_method": as_answered(call.store, "payment_method", method),
        "type": "invalid_request_error",
    }
    after = {
        **setup,
        "last_setup_error": failure,
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    return _save(call, "setup_failed", after)


def cancel(call: Call, setup: Object, reason: str | None) -> Object:
    return _save(call, "canceled", {**setup, "cancellation_reason": reason, "status": "canceled", "next_action": None})


def _save(call: Call, event: str, setup: Object) -> Object:
    call.store.replace("setup_intent", setup)
    setup_attempts.end(call, setup)
    events.record(call, f"setup_intent.{event}", setup)
    return setup


def _failure(call: Call, method: Object, decline: Decline) -> Object:
    return {**decline.error(), "payment_method": as_answered(call.store, "payment_method", method)}
