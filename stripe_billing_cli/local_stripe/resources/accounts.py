"""Accounts (https://docs.stripe.com/api/accounts): the one of the key, and those connected to it.

A connected account is there to keep data apart: what is called with its id in `Stripe-Account` happens in a store of
its own. It may charge from the beginning, and nobody is asked who is behind it.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import accounts, identifiers
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import page
from stripe_billing_cli.local_stripe.core.parameters import EXPAND, ObjectParam
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Condition, Object

KIND = "account"
PATH = "/v1/accounts"
APART = "its accounts only keep data apart"
NOT_HERE = (
    "account_token business_profile.annual_revenue business_profile.estimated_worker_count "
    "business_profile.minority_owned_business_designation business_profile.monthly_estimated_revenue "
    "business_profile.specified_commercial_transactions_act_url business_profile.support_address capabilities "
    "company documents external_account groups individual metadata settings tos_acceptance"
)
CREATE = form("POST /v1/accounts", unsupported={APART: f"{NOT_HERE} bank_account controller"})
UPDATE = form("POST /v1/accounts/{account}", unsupported={APART: NOT_HERE})
LIST = form("GET /v1/accounts")


def retrieve(call: Call) -> Object:
    """Return the account of the key, with or without its id, or one that is connected to it."""
    if not call.id or call.id == call.account["id"]:
        return call.account
    return _connected(call)


def _connected(call: Call) -> Object:
    """Return the connected account of the path. Any other account is out of the key's reach."""
    account = call.store.get(KIND, call.id)
    if account is None or account["id"] == call.account["id"]:
        raise accounts.not_reachable(call.id)
    return account


def create(call: Call) -> Object:
    if call.store.platform is not None:
        raise invalid("The local Stripe connects accounts to its own account only, not to connected ones.")
    params = call.params
    made = accounts.new_account(identifiers.account_id(call.now), call.now)
    country = params.get("country", call.account["country"])
    currency = call.account["default_currency"] if country == call.account["country"] else made["default_currency"]
    account = {
        **made,
        "country": country,
        "default_currency": params.get("default_currency", currency),
        "email": params.get("email"),
        "type": params.get("type", "standard"),
    }
    return _kept(call, _changed(account, call))


def _changed(account: Object, call: Call) -> Object:
    names = ("business_type", "default_currency", "email")
    profile = {**account["business_profile"], **call.params.get("business_profile", {})}
    changed = {name: call.params[name] for name in names if name in call.params}
    return {**account, **changed, "business_profile": profile}


def _kept(call: Call, account: Object) -> Object:
    call.store.insert(KIND, account)
    return account


def update(call: Call) -> Object:
    """Change a connected account; the key's own changes in the dashboard only
    (https://docs.stripe.com/api/accounts/update)."""
    after = _changed(_connected(call), call)
    call.store.replace(KIND, after)
    return after


def delete(call: Call) -> Object:
    account = _connected(call)
    call.store.delete(KIND, account["id"])
    return {"id": account["id"], "object": KIND, "deleted": True}


def list_accounts(call: Call) -> Object:
    return page(call, KIND, PATH, [Condition("id <> ?", (call.account["id"],))])


ROUTES = (
    Route("GET", "/v1/account", KIND, ObjectParam({"expand": EXPAND}), retrieve),
    Route("POST", PATH, KIND, CREATE, create),
    Route("GET", PATH, KIND, LIST, list_accounts, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, ObjectParam({"expand": EXPAND}), retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, UPDATE, update),
    Route("DELETE", f"{PATH}/{{id}}", KIND, ObjectParam({}), delete),
)
API = Api(ROUTES)
