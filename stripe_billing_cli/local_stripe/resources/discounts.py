"""The discounts of subscriptions and customers: read, and taken away (https://docs.stripe.com/api/discounts)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.subscriptions import repository
from stripe_billing_cli.local_stripe.core.errors import ApiError
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, NO_PARAMETERS
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object


def of_subscription(call: Call) -> Object:
    """Return the discount of a subscription; of several the last."""
    _, subscription = repository.load(call)
    return _last(call, subscription)


def _last(call: Call, subscription: Object) -> Object:
    if not subscription["discounts"]:
        raise _none(f"subscription: {call.id}")
    return discount.find(call, subscription["discounts"][-1])


def delete_of_subscription(call: Call) -> Object:
    """Take the discount of a subscription away; of several the last."""
    call, before = repository.load(call)
    last_discount = _last(call, before)
    discount.drop(call, before, last_discount["id"])
    return {**{name: value for name, value in last_discount.items() if name != "_coupon_terms"}, "deleted": True}


def of_customer(call: Call) -> Object:
    """Refuse: at this version of the API no call gives a customer a discount, so there is none."""
    customers.find(call, call.id, "customer")
    raise _none(f"customer: {call.id}")


def _none(owner: str) -> ApiError:
    return ApiError(404, f"No active discount for {owner}", "resource_missing")


ROUTES = (
    Route("DELETE", "/v1/subscriptions/{id}/discount", discount.KIND, NO_PARAMETERS, delete_of_subscription),
    Route("GET", "/v1/customers/{id}/discount", discount.KIND, EXPAND_ONLY, of_customer),
    Route("DELETE", "/v1/customers/{id}/discount", discount.KIND, NO_PARAMETERS, of_customer),
)
API = Api(ROUTES)
