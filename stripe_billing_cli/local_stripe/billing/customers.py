"""Customers as everything that bills them reads and changes them."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import events
from stripe_billing_cli.local_stripe.core.errors import no_such
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def find(call: Call, id: str, param: str = "customer", *, status: int = 400) -> Object:
    """Return the customer that a parameter names. Raises `resource_missing`, also for one that was deleted."""
    customer = call.store.get("customer", id)
    if customer is None or customer.get("deleted"):
        raise no_such("customer", id, param, status)
    return customer


def save(call: Call, before: Object, after: Object) -> None:
    """Store a customer and tell that it changed, if it did."""
    if after != before:
        call.store.replace("customer", after)
        events.record(call, "customer.updated", after, before)
