"""Errors, and a check, that payment intents and setup intents share. Each error has the intent, where there is one."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.answers import as_answered
from stripe_billing_cli.local_stripe.core.errors import ApiError
from stripe_billing_cli.local_stripe.core.publishable_keys import NOUNS
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

LAST_ERROR = {"payment_intent": "last_payment_error", "setup_intent": "last_setup_error"}
OF_ERROR = ("code", "decline_code", "doc_url", "message", "param", "payment_method_type", "type")
USED_UP = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a "
    "connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use "
    "a PaymentMethod multiple times, you must attach it to a Customer first."
)


def refusal(
    call: Call, intent: Object | None, message: str, code: str | None = None, param: str | None = None
) -> ApiError:
    """Return a refusal, 400, with the intent where there is one."""
    objects = {} if intent is None else {intent["object"]: as_answered(call.store, intent["object"], intent)}
    return ApiError(400, message, code, param, objects=objects)


def unexpected_state(call: Call, intent: Object, action: str) -> ApiError:
    """Return the refusal of what cannot be done to an intent in its state."""
    kind = intent["object"]
    message = f"You cannot {action} this {NOUNS[kind]} because it has a status of {intent['status']}."
    return refusal(call, intent, message, f"{kind}_unexpected_state")


def check_return(call: Call, intent: Object) -> None:
    """Raise where a payment method that redirects might be used, and the call does not say where to return to. Stripe
    asks for it whatever payment method is used (https://github.com/opencollective/opencollective-frontend/pull/12346);
    whether of customers who are not there too, is not known: here it does not.
    """
    automatic = intent["automatic_payment_methods"] or {"allow_redirects": "never"}
    if automatic["allow_redirects"] == "never" or call.params.keys() & {"off_session", "return_url", "use_stripe_sdk"}:
        return
    raise refusal(
        call,
        intent,
        f"This {NOUNS[intent['object']]} is configured to accept payment methods enabled in your Dashboard. Because "
        "some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. "
        "If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to "
        "`true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment "
        "Intents.",
    )


def check_actionable(call: Call, intent: Object) -> None:
    """Raise where nobody is asked for anything (recorded for a setup intent's micro-deposits)."""
    noun, status = NOUNS[intent["object"]], intent["status"]
    if status != "requires_action":
        raise refusal(
            call,
            intent,
            f"This {noun} cannot be actioned on because it has a status of {status}. Only a {noun} with one of the "
            'following statuses may be actioned on: ["requires_action"].',
            "intent_invalid_state",
        )


def card_error(call: Call, intent: Object) -> ApiError:
    """Return the refusal, 402, of the intent's last failure, the intent with it."""
    kind = intent["object"]
    failure = intent[LAST_ERROR[kind]]
    return ApiError(
        402,
        failure["message"],
        failure["code"],
        failure.get("param"),
        type="card_error",
        decline_code=failure.get("decline_code"),
        objects={
            **{name: value for name, value in failure.items() if name not in OF_ERROR},
            kind: as_answered(call.store, kind, intent),
        },
    )
