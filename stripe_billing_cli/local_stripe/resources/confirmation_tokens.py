"""Confirmation tokens (https://docs.stripe.com/api/confirmation_tokens): what a customer has entered, to confirm an
intent with once. Stripe.js makes them; a test, here and at Stripe, makes its own by the call of the test helpers."""

from __future__ import annotations

from dataclasses import replace

from stripe_billing_cli.local_stripe.billing.payments import payment_intents, payment_methods
from stripe_billing_cli.local_stripe.core import identifiers, objects, shapes
from stripe_billing_cli.local_stripe.core.answers import as_answered
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param
from stripe_billing_cli.local_stripe.core.parameters import Params
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources import payment_methods as described_methods

KIND = "confirmation_token"
NAME = "confirmation_token"
LASTS = 12 * 60 * 60
CREATE = form(
    "POST /v1/test_helpers/confirmation_tokens",
    {"payment_method_data": described_methods.MethodData()},
)
PREVIEWED_FIELDS = ("allow_redisplay", "billing_details", "customer", "type")
OF_PAYMENTS = ("payment_method_options", "return_url", "setup_future_usage", "shipping")
OF_SETUPS = ("return_url",)


def check_new(params: Params) -> None:
    described_methods.check_one(params)
    if not params.keys() & {"payment_method", "payment_method_data"}:
        raise missing_param("payment_method")


def create(call: Call) -> Object:
    params = described_methods.with_method(call).params
    method = payment_methods.find(call, params["payment_method"], "payment_method")
    method_answer = as_answered(call.store, "payment_method", method)
    shipping = params.get("shipping")
    token = {
        **shapes.blank(KIND),
        "id": identifiers.long_id(call, "ctoken"),
        "object": KIND,
        "created": call.now,
        "expires_at": call.real_now + LASTS,
        "payment_method_preview": {
            **{name: method_answer[name] for name in PREVIEWED_FIELDS},
            method["type"]: method_answer[method["type"]],
        },
        **_options(params),
        "return_url": params.get("return_url"),
        "setup_future_usage": params.get("setup_future_usage"),
        "shipping": payment_intents.shipping_of(shipping) if shipping else None,
        "use_stripe_sdk": True,
        "_method": method["id"],
    }
    call.store.insert(KIND, token)
    return token


def _options(params: Params) -> Object:
    """Return the options of the card that a customer has chosen, which no token has otherwise."""
    card = (params.get("payment_method_options") or {}).get("card")
    return {"payment_method_options": {"card": {"cvc_token": None, **card}}} if card else {}


retrieve = objects.retrieve_handler(KIND, NAME)


def apply_token(call: Call, names: tuple[str, ...]) -> Call:
    """Return a call on an intent as if it said what the token that it names does, of these parameters: "the values in
    this request will take precedence". Raises where the token was used, or is too old."""
    if NAME not in call.params:
        return call
    token = objects.find(call, KIND, call.params[NAME], NAME)
    if token["payment_intent"] or token["setup_intent"]:
        raise invalid(f"The ConfirmationToken {token['id']} has already been used.", NAME)
    if token["expires_at"] <= call.real_now:
        raise invalid(f"The ConfirmationToken {token['id']} has expired.", NAME)
    token_params = {name: token[name] for name in names if token[name] is not None}
    return replace(call, params={**token_params, "payment_method": token["_method"], **call.params})


def use(call: Call, intent: Object) -> None:
    """Note that an intent is confirmed with the token that the call names, whatever comes of it."""
    if NAME in call.params:
        token = objects.find(call, KIND, call.params[NAME], NAME)
        call.store.replace(KIND, {**token, intent["object"]: intent["id"]})


API = Api(
    (
        Route("POST", "/v1/test_helpers/confirmation_tokens", KIND, CREATE, create, check_new),
        Route("GET", "/v1/confirmation_tokens/{id}", KIND, AS_DOCUMENTED, retrieve),
    )
)
