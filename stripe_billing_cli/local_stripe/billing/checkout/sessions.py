"""Checkout sessions as they are stored, and how they end: complete or expired
(https://docs.stripe.com/payments/checkout/how-checkout-works).

What a session keeps to itself: `_subscription_data` and `_payment_intent_data`, which it passes on; `_discount`, the id
of its discount; `_subscription` and `_setup_intent`, by which the customer has begun to pay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.local_stripe.core import events, objects, page_addresses, scheduler
from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "checkout.session"
EXPIRE = "checkout.session.expire"
RECOVERABLE_SECONDS = 30 * 24 * 60 * 60
"""How long an expired session can be recovered (https://docs.stripe.com/payments/checkout/abandoned-carts)."""


@dataclass(frozen=True)
class SessionCompleted:
    """The effect that a session is complete."""

    session: Object


def find(call: Call, id: str) -> Object:
    """Return the session that the path names. Raises `resource_missing`."""
    return objects.find(call, KIND, id, "session", 404)


def open_by(call: Call, field: str, id: str) -> Object | None:
    """Return the open session that names this object in a field, if one does."""
    return _by(call, field, id, "open")


def complete_by(call: Call, field: str, id: str) -> Object | None:
    """Return the complete session that names this object in a field, if one does."""
    return _by(call, field, id, "complete")


def _by(call: Call, field: str, id: str, status: str) -> Object | None:
    conditions = [*equal(json_field(field), id), *equal(json_field("status"), status)]
    return next(iter(call.store.select(KIND, conditions, newest_first=True, limit=1)), None)


def amend(call: Call, session: Object, **changes: Any) -> Object:
    """Return the session with these fields changed, stored."""
    after = {**session, **changes}
    call.store.replace(KIND, after)
    return after


def complete(call: Call, session: Object, **changes: Any) -> Object:
    """Return the session as its customer has paid, or left a card: its link leads nowhere any more."""
    return _close(call, {**session, **changes}, "complete", "checkout.session.completed")


def expire(call: Call, session: Object) -> Object:
    """Return the session as nobody can complete it any more; one that may be recovered says by which link."""
    recovery = (session["after_expiration"] or {}).get("recovery")
    if recovery is not None and recovery["enabled"]:
        until = call.real_now + RECOVERABLE_SECONDS
        link = {"expires_at": until, "url": page_addresses.recovery(call.store, session["id"])}
        session = {**session, "after_expiration": {"recovery": {**recovery, **link}}}
    return _close(call, session, "expired", "checkout.session.expired")


def _close(call: Call, session: Object, status: str, event: str) -> Object:
    after = amend(call, session, status=status, url=None)
    scheduler.put(call.store, EXPIRE, session["id"], None, None)
    events.record(call, event, after)
    return after
