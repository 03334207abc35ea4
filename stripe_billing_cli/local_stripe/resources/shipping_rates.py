"""Shipping rates (https://docs.stripe.com/api/shipping_rates): what delivery costs, and how long it takes.

Fields after `stripe/_shipping_rate.py`. Whether one is active, its amounts in further currencies, its tax behaviour and
its metadata change; none is ever deleted, and Stripe has no events of them.
"""

from __future__ import annotations

import re
from typing import Any

from stripe_billing_cli.local_stripe.core import identifiers
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid, missing_param, no_such
from stripe_billing_cli.local_stripe.core.lists import equal, json_field, page
from stripe_billing_cli.local_stripe.core.metadata import merged
from stripe_billing_cli.local_stripe.core.parameters import EXPAND, Integer, ObjectParam, Params
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "shipping_rate"
TAX_CODE = re.compile(r"txcd_[0-9]{8}")
UNSPECIFIED = "unspecified"

CREATE = form(
    "POST /v1/shipping_rates",
    {"fixed_amount.amount": Integer(0), "fixed_amount.currency_options*.amount": Integer(0), "*.value": Integer(1)},
)
UPDATE = form("POST /v1/shipping_rates/{shipping_rate_token}", {"fixed_amount.currency_options*.amount": Integer(0)})
LIST = form("GET /v1/shipping_rates")


def check_new(params: Params) -> None:
    """An amount must be there (`stripe/params/_shipping_rate_create_params.py`); a tax code has its form."""
    if "fixed_amount" not in params:
        raise missing_param("fixed_amount")
    code = params.get("tax_code")
    if code is not None and not TAX_CODE.fullmatch(code):
        raise invalid(f"No such tax code: '{code}'", "tax_code", "resource_missing")
    currency = params["fixed_amount"]["currency"]
    if currency in params["fixed_amount"].get("currency_options", {}):
        raise own_currency(currency)


def own_currency(currency: str) -> ApiError:
    """Return the refusal of the rate's own currency among the further ones, as prices refuse theirs."""
    name = f"fixed_amount[currency_options][{currency}]"
    return invalid(f"`{name}` cannot be set: {currency} is the currency of `fixed_amount`.", name)


def create(call: Call) -> Object:
    params, fixed = call.params, call.params["fixed_amount"]
    behavior = params.get("tax_behavior", UNSPECIFIED)
    own = {"amount": fixed["amount"], "tax_behavior": behavior}
    others = {code: _option({}, option) for code, option in fixed.get("currency_options", {}).items()}
    rate = {
        "id": identifiers.long_id(call, "shr"),
        "object": KIND,
        "active": True,
        "created": call.now,
        "delivery_estimate": _estimate(params.get("delivery_estimate")),
        "display_name": params["display_name"],
        "fixed_amount": {
            "amount": fixed["amount"],
            "currency": fixed["currency"],
            "currency_options": {**others, fixed["currency"]: own},
        },
        "livemode": False,
        "metadata": merged({}, params.get("metadata", {})),
        "tax_behavior": behavior,
        "tax_code": params.get("tax_code"),
        "type": "fixed_amount",
    }
    call.store.insert(KIND, rate)
    return rate


def _option(before: Object, option: dict[str, Any]) -> Object:
    return {"tax_behavior": UNSPECIFIED, **before, **option}


def _estimate(written: dict[str, Any] | None) -> Object | None:
    return written and {"maximum": written.get("maximum"), "minimum": written.get("minimum")}


def retrieve(call: Call) -> Object:
    rate = call.store.get(KIND, call.id)
    if rate is None:
        raise no_such("shipping rate", call.id, "shipping_rate_token", 404)
    return rate


def update(call: Call) -> Object:
    before, params = retrieve(call), call.params
    after = {**before, **{name: params[name] for name in ("active", "tax_behavior") if name in params}}
    if "metadata" in params:
        after["metadata"] = {} if params["metadata"] is None else merged(before["metadata"], params["metadata"])
    fixed = before["fixed_amount"]
    options = dict(fixed["currency_options"])
    for code, option in params.get("fixed_amount", {}).get("currency_options", {}).items():
        if code == fixed["currency"]:
            raise own_currency(code)
        if code not in options and "amount" not in option:
            raise missing_param(f"fixed_amount[currency_options][{code}][amount]")
        options[code] = _option(options.get(code, {}), option)
    options[fixed["currency"]] = {**options[fixed["currency"]], "tax_behavior": after["tax_behavior"]}
    after["fixed_amount"] = {**fixed, "currency_options": options}
    if after != before:
        call.store.replace(KIND, after)
    return after


def list_rates(call: Call) -> Object:
    conditions = [
        *equal("active", call.params.get("active")),
        *equal(json_field("fixed_amount.currency"), call.params.get("currency")),
    ]
    return page(call, KIND, PATH, conditions)


PATH = "/v1/shipping_rates"


ROUTES = (
    Route("POST", PATH, KIND, CREATE, create, check_new),
    Route("GET", PATH, KIND, LIST, list_rates, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, ObjectParam({"expand": EXPAND}), retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, UPDATE, update),
)
API = Api(ROUTES)
