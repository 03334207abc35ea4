"""Deleting a customer, which ends its subscriptions (https://docs.stripe.com/api/customers/delete)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.payments import cash_balances
from stripe_billing_cli.local_stripe.billing.schedules import schedule
from stripe_billing_cli.local_stripe.billing.subscriptions import cancel, repository
from stripe_billing_cli.local_stripe.core import clocks, events
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import all_with
from stripe_billing_cli.local_stripe.core.parameters import NO_PARAMETERS
from stripe_billing_cli.local_stripe.core.requests import Call, Route
from stripe_billing_cli.local_stripe.core.store import Object


def delete(call: Call) -> Object:
    customer = customers.find(call, call.id, "id", status=404)
    if cash_balances.balance_of(customer)["available"] is not None:
        # "You cannot delete a customer with any cash balances, even if the balance is 0" (`stripe/_cash_balance.py`);
        # the words of the refusal are not recorded.
        raise invalid("You cannot delete a customer with a cash balance.")
    return delete_customer(clocks.at_time_of(call, customer), customer)


def delete_customer(call: Call, customer: Object) -> Object:
    """Delete a customer: what is left of it says only that it was deleted; its subscriptions are canceled at once,
    and its cards cannot be charged any more ("Permanently deletes a customer. … Also immediately cancels any active
    subscriptions").
    """
    subscriptions = all_with(call, "subscription", "customer", customer["id"])
    for subscription in subscriptions:
        if subscription["status"] not in repository.ENDED:
            cancel.end(call, subscription["id"], reason=None)
    for own_schedule in all_with(call, schedule.KIND, "customer", customer["id"]):
        if own_schedule["status"] in schedule.LIVING_STATUSES:
            schedule.close(call, own_schedule, "canceled")
    for method in all_with(call, "payment_method", "customer", customer["id"]):
        call.store.replace("payment_method", {**method, "customer": None, "_detached": True})
    deletion = {"id": customer["id"], "object": "customer", "deleted": True}
    call.store.replace("customer", {**deletion, "created": customer["created"]})
    events.record(call, "customer.deleted", customer)
    return deletion


ROUTES = (Route("DELETE", "/v1/customers/{id}", "customer", NO_PARAMETERS, delete),)
