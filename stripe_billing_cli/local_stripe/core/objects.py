"""Stored objects as calls name, make and change them."""

from __future__ import annotations

from collections.abc import Callable

from stripe_billing_cli.local_stripe.core import events
from stripe_billing_cli.local_stripe.core.errors import no_such
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def find(call: Call, kind: str, id: str, param: str = "id", status: int = 400, *, noun: str = "") -> Object:
    """Return the object with this id. Raises `resource_missing`, in which Stripe calls the kind by the `noun`."""
    object = call.store.get(kind, id)
    if object is None:
        raise no_such(noun or kind, id, param, status)
    return object


def retrieve_handler(kind: str, param: str = "id", *, noun: str = "") -> Callable[[Call], Object]:
    """Return the handler of a call that answers the object whose id is in its path."""
    return lambda call: find(call, kind, call.id, param, 404, noun=noun)


def get_known(call: Call, kind: str, id: str) -> Object:
    """Return the object with this id, which another object names, and which is never deleted."""
    object = call.store.get(kind, id)
    assert object is not None, f"{kind} {id} is named somewhere, and is not there"
    return object


def insert(call: Call, kind: str, object: Object, event: str = "") -> Object:
    """Store a new object and record that it was created. Returns it."""
    call.store.insert(kind, object)
    events.record(call, event or f"{kind}.created", object)
    return object


def save(call: Call, kind: str, before: Object, after: Object, event: str = "") -> Object:
    """Store a changed object and record that it was updated, where anything is different. Returns it."""
    if after != before:
        call.store.replace(kind, after)
        events.record(call, event or f"{kind}.updated", after, before)
    return after
