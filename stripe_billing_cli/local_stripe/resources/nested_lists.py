"""The lists within other objects, at the addresses that those lists name: `/v1/accounts/{id}/external_accounts`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import ApiError
from stripe_billing_cli.local_stripe.core.lists import page_of
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object


def list_external_accounts(call: Call) -> Object:
    """List the external accounts, of which the account has none."""
    if call.id != call.account["id"]:
        raise ApiError(404, f"No such account: '{call.id}'", "resource_missing", "account")
    return page_of(call, [], f"/v1/accounts/{call.id}/external_accounts", "external account")


ACCOUNTS = form("GET /v1/accounts/{account}/external_accounts")
ROUTES = (
    Route(
        "GET",
        "/v1/accounts/{id}/external_accounts",
        "bank_account card",
        ACCOUNTS,
        list_external_accounts,
        lists=True,
    ),
)
API = Api(ROUTES)
