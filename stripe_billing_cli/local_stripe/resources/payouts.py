"""Payouts (https://docs.stripe.com/api/payouts): there are none, since the account has no bank account for them."""

from __future__ import annotations

from typing import NoReturn

from stripe_billing_cli.local_stripe.core.errors import invalid, no_such
from stripe_billing_cli.local_stripe.core.lists import list_handler
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Params
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "payout"


def check(params: Params) -> None:
    if params["amount"] < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid(message, "amount", "parameter_invalid_integer")


def create(call: Call) -> Object:
    currency = call.params["currency"]
    raise invalid(f"Sorry, you don't have any external accounts in that currency ({currency}).", "currency")


def find(call: Call) -> NoReturn:
    raise no_such(KIND, call.id, "payout", 404)


PATH = "/v1/payouts"
ROUTES = (
    Route("POST", PATH, KIND, AS_DOCUMENTED, create, check),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_handler(KIND, PATH), lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, find),
    Route("POST", f"{PATH}/{{id}}", KIND, AS_DOCUMENTED, find),
    Route("POST", f"{PATH}/{{id}}/cancel", KIND, EXPAND_ONLY, find),
    Route("POST", f"{PATH}/{{id}}/reverse", KIND, AS_DOCUMENTED, find),
)
API = Api(ROUTES)
