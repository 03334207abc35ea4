"""Shipping rates (https://docs.stripe.com/api/shipping_rates): what delivery costs, and how long it takes.

Fields after `stripe/_shipping_rate.py`. Whether one is active, its amounts in further currencies, its tax behaviour and
its metadata change; none is ever deleted, and Stripe has no events of them.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.catalog import shipping_rates
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import missing_param
from stripe_billing_cli.local_stripe.core.lists import list_handler
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Integer
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

KIND = shipping_rates.KIND

CREATE = form(
    "POST /v1/shipping_rates",
    {"fixed_amount.amount": Integer(0), "fixed_amount.currency_options*.amount": Integer(0), "*.value": Integer(1)},
)
UPDATE = form("POST /v1/shipping_rates/{shipping_rate_token}", {"fixed_amount.currency_options*.amount": Integer(0)})


def create(call: Call) -> Object:
    return shipping_rates.create(call, call.params)


retrieve = objects.retrieve_handler(KIND, "shipping_rate_token", noun="shipping rate")


def update(call: Call) -> Object:
    before, params = retrieve(call), call.params
    after = {**before, **{name: params[name] for name in ("active", "tax_behavior") if name in params}}
    after["metadata"] = changed_metadata(before, params)
    fixed_amount = before["fixed_amount"]
    options = dict(fixed_amount["currency_options"])
    for code, option in params.get("fixed_amount", {}).get("currency_options", {}).items():
        if code == fixed_amount["currency"]:
            raise shipping_rates.own_currency(code)
        if code not in options and "amount" not in option:
            raise missing_param(f"fixed_amount[currency_options][{code}][amount]")
        options[code] = shipping_rates.option(options.get(code, {}), option)
    options[fixed_amount["currency"]] = {**options[fixed_amount["currency"]], "tax_behavior": after["tax_behavior"]}
    after["fixed_amount"] = {**fixed_amount, "currency_options": options}
    if after != before:
        call.store.replace(KIND, after)
    return after


PATH = "/v1/shipping_rates"
list_rates = list_handler(KIND, PATH, "active currency", fields={"currency": "fixed_amount.currency"})

ROUTES = (
    Route("POST", PATH, KIND, CREATE, create, shipping_rates.check_new),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_rates, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, UPDATE, update),
)
API = Api(ROUTES)
