"""Tokens of cards (https://docs.stripe.com/api/tokens), to make one payment method of, and of security codes
that are entered again for a saved card. After `stripe/_token.py`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.payments import card_input
from stripe_billing_cli.local_stripe.billing.payments.cards import Card
from stripe_billing_cli.local_stripe.core import identifiers, objects, shapes
from stripe_billing_cli.local_stripe.core.amount_parameters import Currency
from stripe_billing_cli.local_stripe.core.cards_as_sources import BRANDS
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import check_only_one, missing_param
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Integer, Params
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

KIND = card_input.TOKEN
ADDRESS = ("address_city", "address_country", "address_line1", "address_line2", "address_state", "address_zip")
CREATE = form(
    "POST /v1/tokens",
    {"card.exp_month": Integer(), "card.exp_year": Integer(0), "card.currency": Currency()},
    refusals={
        "its tokens are of cards": "account bank_account person pii",
        "it has no platforms to copy a card from": "customer",
    },
)


def check(params: Params) -> None:
    check_only_one(params, "card", "cvc_update")
    if not params.keys() & {"card", "cvc_update"}:
        raise missing_param("card")


def create(call: Call) -> Object:
    token = _of_card(call) if "card" in call.params else _of_security_code(call)
    call.store.insert(KIND, token)
    return token


def _of_security_code(call: Call) -> Object:
    card_input.recheck_security_code(call.params["cvc_update"]["cvc"])
    return {**_token(call, "cvctok"), "type": "cvc_update"}


def _token(call: Call, prefix: str) -> Object:
    return {
        "id": identifiers.long_id(call, prefix),
        "object": KIND,
        "created": call.now,
        "used": False,
    }


def _of_card(call: Call) -> Object:
    params = call.params["card"]
    card = card_input.by_number(call, params)
    return {
        **_token(call, "tok"),
        "card": {
            **shapes.blank("card", "description iin issuer"),
            **{name: params.get(name) for name in (*ADDRESS, "name")},
            "id": identifiers.long_id(call, "card"),
            "object": "card",
            "brand": BRANDS[card.brand],
            "country": card.country,
            "cvc_check": "unchecked" if "cvc" in params else None,
            "exp_month": params["exp_month"],
            "exp_year": card_input.in_full(params)["exp_year"],
            "fingerprint": card.fingerprint,
            "funding": card.funding,
            "last4": card.last4,
            "metadata": {},
            "networks": {"preferred": _preferred_network(card, params)},
            "regulated_status": "unregulated",
        },
        "type": "card",
        "_card": card.id,
    }


def _preferred_network(card: Card, params: Params) -> str | None:
    """Return the network that a customer prefers: "Selection of a network that does not apply to the card will be
    stored as `invalid_preference` on the card" (`stripe/params/_token_create_params.py`)."""
    network: str | None = (params.get("networks") or {}).get("preferred")
    return network if network is None or network in card.available_networks else "invalid_preference"


retrieve = objects.retrieve_handler(KIND, "token")


ROUTES = (
    Route("POST", "/v1/tokens", KIND, CREATE, create, check),
    Route("GET", "/v1/tokens/{id}", KIND, EXPAND_ONLY, retrieve),
)
API = Api(ROUTES)
