"""Active entitlements (https://docs.stripe.com/api/entitlements/active-entitlement)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.entitlements.active import KIND, as_answered
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.lists import equal, json_field, page
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object


def retrieve(call: Call) -> Object:
    entitlement = objects.find(call, KIND, call.id, "id", 404)
    return as_answered(call, entitlement)


def list_entitlements(call: Call) -> Object:
    customer = call.params["customer"]
    objects.find(call, "customer", customer, "customer")
    entitlements = page(call, KIND, PATH, equal(json_field("_customer"), customer))
    return {**entitlements, "data": [as_answered(call, one) for one in entitlements["data"]]}


PATH = "/v1/entitlements/active_entitlements"

ROUTES = (
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_entitlements, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
)
