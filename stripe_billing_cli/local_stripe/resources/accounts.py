"""The account, read with its own key (https://docs.stripe.com/api/accounts)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import accounts
from stripe_billing_cli.local_stripe.core.parameters import EXPAND, ObjectParam
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object


def retrieve(call: Call) -> Object:
    """Return the account of the key, with or without its id. Any other account is out of the key's reach."""
    if call.id and call.id != call.account["id"]:
        raise accounts.not_reachable(call.id)
    return call.account


ROUTES = (
    Route("GET", "/v1/account", "account", ObjectParam({"expand": EXPAND}), retrieve),
    Route("GET", "/v1/accounts/{id}", "account", ObjectParam({"expand": EXPAND}), retrieve),
)
API = Api(ROUTES)
