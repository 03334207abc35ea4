"""A subscription as it is stored now, and the one way to change it."""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.billing.entitlements import active
from stripe_billing_cli.local_stripe.core import clocks, events, objects
from stripe_billing_cli.local_stripe.core.errors import no_such
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "subscription"
ENDED = ("canceled", "incomplete_expired")


def find(call: Call, id: str, param: str = "subscription") -> Object:
    """Return the subscription that a parameter names. Raises `resource_missing`."""
    return objects.find(call, KIND, id, param)


def retrieve(call: Call) -> Object:
    """Return the subscription that the path names."""
    return objects.find(call, KIND, call.id, "id", 404)


def load(call: Call) -> tuple[Call, Object]:
    """Return the subscription that the path names, and the call as of its time."""
    subscription = retrieve(call)
    return clocks.at_time_of(call, subscription), subscription


def load_living(call: Call) -> tuple[Call, Object]:
    """Return what `load` does. Raises `resource_missing` where the subscription has ended."""
    call, subscription = load(call)
    if subscription["status"] in ENDED:
        raise no_such(KIND, call.id, "id", 404)
    return call, subscription


def amend(call: Call, id: str, *event_types: str, **changes: Any) -> Object:
    """Store a subscription with these fields changed, on top of whatever was stored meanwhile, and return it.

    Makes the event `customer.subscription.updated` where something that Stripe shows has changed, and then those of
    `event_types`.
    """
    before = find(call, id)
    after = {**before, **changes}
    call.store.replace(KIND, after)
    if events.differ(before, after):
        events.record(call, "customer.subscription.updated", after, before)
    for type in event_types:
        events.record(call, type, after)
    if (before["status"], before["items"]) != (after["status"], after["items"]):
        active.bring_up_to_date(call, after["customer"])
    return after


def save(call: Call, before: Object, after: Object) -> Object:
    """Return the subscription with what differs between `before` and `after` changed."""
    return amend(call, after["id"], **{name: value for name, value in after.items() if before.get(name) != value})


def saves_card(subscription: Object | None) -> bool:
    """Return whether the card that pays an invoice becomes the subscription's default, as it does of one that Checkout
    has begun."""
    settings = (subscription or {}).get("payment_settings") or {}
    by_checkout = (subscription or {}).get("_checkout", False)
    return bool(by_checkout or settings.get("save_default_payment_method") == "on_subscription")
