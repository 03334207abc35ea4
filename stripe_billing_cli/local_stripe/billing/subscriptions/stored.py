"""A subscription as it is stored now."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.errors import no_such
from stripe_billing_cli.local_stripe.store import Object


def find(call: Call, id: str, param: str = "subscription") -> Object:
    subscription = call.store.get("subscription", id)
    if subscription is None:
        raise no_such("subscription", id, param)
    return subscription


def retrieve(call: Call) -> Object:
    subscription = call.store.get("subscription", call.id)
    if subscription is None:
        raise no_such("subscription", call.id, "id", 404)
    return subscription


def again(call: Call, subscription: Object) -> Object:
    found = call.store.get("subscription", subscription["id"])
    assert found is not None
    return found
