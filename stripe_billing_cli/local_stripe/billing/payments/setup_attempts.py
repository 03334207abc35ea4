"""Setup attempts as setup intents begin and end them. Fields after `stripe/_setup_attempt.py`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import identifiers, shapes
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "setup_attempt"

SHOWN_OF_CARD = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet")


def begin(call: Call, setup: Object, method: Object) -> str:
    """Store an attempt of the intent with the payment method; return its id. How it ends, `end` writes down."""
    type = method["type"]
    attempt = {
        **shapes.blank("setup_attempt"),
        "id": identifiers.long_id(call, "setatt"),
        "object": KIND,
        "created": call.now,
        "customer": setup["customer"],
        "payment_method": method["id"],
        "payment_method_details": {type: _card(method["card"]) if type == "card" else {}, "type": type},
        "setup_intent": setup["id"],
        "status": "initiated",
        "usage": setup["usage"],
    }
    call.store.insert(KIND, attempt)
    return str(attempt["id"])


def _card(card: Object) -> Object:
    card_fields = {name: card[name] for name in SHOWN_OF_CARD}
    return {**card_fields, "network": card["networks"]["available"][0], "three_d_secure": None}


def end(call: Call, setup: Object) -> None:
    """Write down what became of the intent's latest attempt, where it was tried and not only begun."""
    id = setup["latest_attempt"]
    attempt = call.store.get(KIND, id) if id else None
    if attempt is None:
        return
    has_failed = setup["last_setup_error"] is not None
    status = {"succeeded": "succeeded", "requires_action": "requires_action", "canceled": "abandoned"}
    after = {
        **attempt,
        "setup_error": setup["last_setup_error"],
        "status": "failed" if has_failed else status.get(setup["status"], attempt["status"]),
    }
    call.store.replace(KIND, after)
