"""Setup attempts: each try to set up a payment method (https://docs.stripe.com/api/setup_attempts).

Fields after `stripe/_setup_attempt.py`; only lists of them can be read.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import identifiers
from stripe_billing_cli.local_stripe.core.errors import no_such
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS, equal, json_field, page
from stripe_billing_cli.local_stripe.core.parameters import ObjectParam, Text, required
from stripe_billing_cli.local_stripe.core.requests import Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "setup_attempt"
PATH = "/v1/setup_attempts"
SHOWN_OF_CARD = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet")


def begin(call: Call, setup: Object, method: Object) -> str:
    """Store an attempt of the intent with the payment method; return its id. How it ends, `end` writes down."""
    card = method["card"]
    attempt = {
        "id": identifiers.long_id(call, "setatt"),
        "object": KIND,
        "application": None,
        "created": call.now,
        "customer": setup["customer"],
        "customer_account": None,
        "flow_directions": None,
        "livemode": False,
        "on_behalf_of": None,
        "payment_method": method["id"],
        "payment_method_details": {
            "card": {
                **{name: card[name] for name in SHOWN_OF_CARD},
                "network": card["networks"]["available"][0],
                "three_d_secure": None,
            },
            "type": "card",
        },
        "setup_error": None,
        "setup_intent": setup["id"],
        "status": "initiated",
        "usage": setup["usage"],
    }
    call.store.insert(KIND, attempt)
    return str(attempt["id"])


def end(call: Call, setup: Object) -> None:
    """Write down what became of the intent's latest attempt, where it was tried and not only begun."""
    id = setup["latest_attempt"]
    attempt = call.store.get(KIND, id) if id else None
    if attempt is None:
        return
    failed = setup["last_setup_error"] is not None
    status = {"succeeded": "succeeded", "requires_action": "requires_action", "canceled": "abandoned"}
    after = {
        **attempt,
        "setup_error": setup["last_setup_error"],
        "status": "failed" if failed else status.get(setup["status"], attempt["status"]),
    }
    call.store.replace(KIND, after)


def list_attempts(call: Call) -> Object:
    """Attempts of one intent, which must be named."""
    setup = call.params["setup_intent"]
    if call.store.get("setup_intent", setup) is None:
        raise no_such("setupintent", setup, "setup_intent")
    return page(call, KIND, PATH, equal(json_field("setup_intent"), setup))


ROUTES = (
    Route(
        "GET",
        PATH,
        KIND,
        ObjectParam({**LIST_FIELDS, **required(setup_intent=Text())}),
        list_attempts,
        lists=True,
    ),
)
