"""Subscriptions at the addresses of their customers, by which older programs call them
(`/v1/customers/{customer}/subscriptions` in Stripe's OpenAPI document).

They do what the calls on `/v1/subscriptions` do; a subscription of another customer is not found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.core.documented_form import part_of
from stripe_billing_cli.local_stripe.core.errors import no_such
from stripe_billing_cli.local_stripe.core.lists import equal, json_field, page
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, NO_PARAMETERS, Params
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Condition, Object
from stripe_billing_cli.local_stripe.resources import discounts, subscriptions

KIND = "subscription"
IS_LIVING = Condition("status NOT IN ('canceled', 'incomplete_expired')")
"""The subscriptions that a customer's list has: those that have not ended."""
NOT_AT_CUSTOMERS = "billing_schedules description on_behalf_of"
CREATE = part_of(
    subscriptions.CREATE, f"{NOT_AT_CUSTOMERS} billing_cycle_anchor_config billing_mode customer customer_account"
)
UPDATE = part_of(subscriptions.UPDATE, NOT_AT_CUSTOMERS)


def check_new(params: Params) -> None:
    subscriptions.check_new({"items": (), **params})


def create(call: Call) -> Object:
    customer = customers.find(call, call.id, status=404)["id"]
    return subscriptions.create_subscription(replace(call, id="", params={**call.params, "customer": customer}))


def list_subscriptions(call: Call) -> Object:
    customer = customers.find(call, call.id, status=404)["id"]
    conditions = [*equal(json_field("customer"), customer), IS_LIVING]
    return page(call, KIND, f"/v1/customers/{customer}/subscriptions", conditions)


def retrieve(call: Call) -> Object:
    customer = customers.find(call, call.id, status=404)["id"]
    subscription = call.store.get(KIND, call.second_id)
    if subscription is None or subscription["customer"] != customer:
        raise no_such("subscription", call.second_id, "id", 404)
    return subscription


def on_own(act: Callable[[Call], Object]) -> Callable[[Call], Object]:
    """Return what does to a subscription of the customer's what `act` does to any."""

    def act_on_own(call: Call) -> Object:
        own = retrieve(call)
        return act(replace(call, id=own["id"], second_id=""))

    return act_on_own


PATH = "/v1/customers/{id}/subscriptions"
ONE = f"{PATH}/{{id}}"
ROUTES = (
    Route("POST", PATH, KIND, CREATE, create, check_new),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_subscriptions, lists=True),
    Route("GET", ONE, KIND, EXPAND_ONLY, retrieve),
    Route("POST", ONE, KIND, UPDATE, on_own(subscriptions.update_subscription), subscriptions.check_update),
    Route("DELETE", ONE, KIND, AS_DOCUMENTED, on_own(subscriptions.cancel_subscription)),
    Route("GET", f"{ONE}/discount", "discount", EXPAND_ONLY, on_own(discounts.of_subscription)),
    Route("DELETE", f"{ONE}/discount", "discount", NO_PARAMETERS, on_own(discounts.delete_of_subscription)),
)
API = Api(ROUTES)
