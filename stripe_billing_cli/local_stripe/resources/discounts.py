"""Taking discounts away (https://docs.stripe.com/api/discounts)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.subscriptions import repository
from stripe_billing_cli.local_stripe.core.errors import ApiError
from stripe_billing_cli.local_stripe.core.parameters import NO_PARAMETERS
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object


def delete_of_subscription(call: Call) -> Object:
    """Return the discount of a subscription; of several the last."""
    call, before = repository.loaded(call)
    if not before["discounts"]:
        raise _none(f"subscription: {call.id}")
    gone = discount.find(call, before["discounts"][-1])
    discount.drop(call, before, gone["id"])
    return {**{name: value for name, value in gone.items() if name != "_coupon_terms"}, "deleted": True}


def delete_of_customer(call: Call) -> Object:
    """Refuse: at this version of the API no call gives a customer a discount, so there is none to take away."""
    customers.find(call, call.id, "customer")
    raise _none(f"customer: {call.id}")


def _none(owner: str) -> ApiError:
    return ApiError(404, f"No active discount for {owner}", "resource_missing")


ROUTES = (
    Route("DELETE", "/v1/subscriptions/{id}/discount", discount.KIND, NO_PARAMETERS, delete_of_subscription),
    Route("DELETE", "/v1/customers/{id}/discount", discount.KIND, NO_PARAMETERS, delete_of_customer),
)
API = Api(ROUTES)
