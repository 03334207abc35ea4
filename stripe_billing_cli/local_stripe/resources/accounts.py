"""Accounts (https://docs.stripe.com/api/accounts): the one of the key, and those connected to it.

A connected account is there to keep data apart: what is called with its id in `Stripe-Account` happens in a store of
its own. It may charge from the beginning, and nobody is asked who is behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.core import accounts
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import page, page_of
from stripe_billing_cli.local_stripe.core.metadata import merge_metadata, new_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, NO_PARAMETERS, Email, Params
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Condition, Object

KIND = "account"
PATH = "/v1/accounts"
APART = "its accounts only keep data apart"
NOT_HERE = "account_token documents external_account groups individual"
TYPES = {"email": Email()}
CREATE = form("POST /v1/accounts", TYPES, refusals={APART: f"{NOT_HERE} bank_account"})
UPDATE = form("POST /v1/accounts/{account}", TYPES, refusals={APART: NOT_HERE})
CONTROLLERS: Mapping[str, Object] = {
    "standard": {
        "fees": {"payer": "account"},
        "losses": {"payments": "stripe"},
        "requirement_collection": "stripe",
        "stripe_dashboard": {"type": "full"},
    },
    "express": {
        "fees": {"payer": "application_express"},
        "losses": {"payments": "application"},
        "requirement_collection": "stripe",
        "stripe_dashboard": {"type": "express"},
    },
    "custom": {
        "fees": {"payer": "application_custom"},
        "losses": {"payments": "application"},
        "requirement_collection": "application",
        "stripe_dashboard": {"type": "none"},
    },
}
"""What an account's type says of its controller (https://docs.stripe.com/connect/migrate-to-controller-properties)."""
WRITTEN_ONLY = ("registration_date", "tax_id", "tax_id_registrar", "vat_id", "verification")
"""What a call says of a company, and an account does not show (`stripe/_account.py`)."""


def retrieve(call: Call) -> Object:
    """Return the account of the key, with or without its id, or one that is connected to it."""
    if not call.id or call.id == call.account["id"]:
        return call.account
    return _find_connected(call)


def _find_connected(call: Call) -> Object:
    """Return the connected account of the path. Any other account is out of the key's reach."""
    account = call.store.get(KIND, call.id)
    if account is None or account["id"] == call.account["id"]:
        raise accounts.not_reachable(call.id)
    return account


def create(call: Call) -> Object:
    if call.store.platform is not None:
        raise invalid("The local Stripe connects accounts to its own account only, not to connected ones.")
    params = call.params
    if "type" in params and "controller" in params:
        raise invalid("You may not provide the `type` parameter and `controller` parameters simultaneously.", "type")
    blank_account = accounts.new_account(call.store.account_id(call.now), call.now)
    country = params.get("country", call.account["country"])
    currency = _currency(call, country)
    account = {
        **blank_account,
        "controller": {"is_controller": True, "type": "application", **_controller(params)},
        "country": country,
        "default_currency": params.get("default_currency", currency),
        "email": params.get("email"),
        "metadata": new_metadata(params),
        "type": "none" if "controller" in params else params.get("type", "standard"),
    }
    return _keep(call, _change(account, call))


def _currency(call: Call, country: str) -> str:
    """Return the currency of an account in a country. Raises for a country in which Stripe has no accounts but those
    that are paid only (https://docs.stripe.com/error-codes#country-unsupported, in words that users report)."""
    if country == call.account["country"]:
        return str(call.account["default_currency"])
    recipient = call.params.get("tos_acceptance", {}).get("service_agreement") == "recipient"
    if country not in accounts.CURRENCIES and not recipient:
        raise invalid(f"{country} is not currently supported by Stripe.", "country", "country_unsupported")
    return accounts.CURRENCIES.get(country, "usd")


def _controller(params: Params) -> Object:
    controller: Object = params.get("controller", {})
    return {**CONTROLLERS[params.get("type", "standard")], **controller}


def _change(account: Object, call: Call) -> Object:
    params = call.params
    names = ("business_type", "default_currency", "email")
    after = {**account, **{name: params[name] for name in names if name in params}}
    for name in ("business_profile", "settings", "tos_acceptance"):
        after[name] = _with(account.get(name) or {}, params.get(name, {}))
    capabilities = params.get("capabilities", {}).items()
    statuses = {name: "active" if capability.get("requested") else "inactive" for name, capability in capabilities}
    after["capabilities"] = {**account["capabilities"], **statuses}
    if "company" in params:
        after["company"] = _company(account.get("company") or {}, params["company"])
    if "metadata" in params and "metadata" in account:
        after["metadata"] = merge_metadata(account["metadata"], params["metadata"])
    return after


def _with(part: Mapping[str, Any], changes: Mapping[str, Any]) -> Object:
    """Return a part of an account with what is wanted of it, and of the parts within."""
    inner = {
        name: _with(part.get(name) or {}, value) if isinstance(value, dict) else value
        for name, value in changes.items()
    }
    return {**part, **inner}


def _company(company: Mapping[str, Any], changes: Mapping[str, Any]) -> Object:
    marks = {f"{name}_provided": True for name in ("tax_id", "vat_id") if changes.get(name)}
    visible_changes = {name: value for name, value in changes.items() if name not in WRITTEN_ONLY}
    return {**_with(company, visible_changes), **marks}


def _keep(call: Call, account: Object) -> Object:
    call.store.insert(KIND, account)
    return account


def update(call: Call) -> Object:
    """Change a connected account; the key's own changes in the dashboard only
    (https://docs.stripe.com/api/accounts/update)."""
    after = _change(_find_connected(call), call)
    call.store.replace(KIND, after)
    return after


def delete(call: Call) -> Object:
    account = _find_connected(call)
    call.store.delete(KIND, account["id"])
    return {"id": account["id"], "object": KIND, "deleted": True}


def list_accounts(call: Call) -> Object:
    return page(call, KIND, PATH, [Condition("id <> ?", (call.account["id"],))])


def list_external_accounts(call: Call) -> Object:
    """List the bank accounts and cards for payouts, of which no account has one."""
    return page_of(call, [], f"{PATH}/{retrieve(call)['id']}/external_accounts", "external account")


ROUTES = (
    Route("GET", "/v1/account", KIND, EXPAND_ONLY, retrieve),
    Route("POST", PATH, KIND, CREATE, create),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_accounts, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, UPDATE, update),
    Route("DELETE", f"{PATH}/{{id}}", KIND, NO_PARAMETERS, delete),
    Route(
        "GET",
        f"{PATH}/{{id}}/external_accounts",
        "bank_account card",
        AS_DOCUMENTED,
        list_external_accounts,
        lists=True,
    ),
)
API = Api(ROUTES)
