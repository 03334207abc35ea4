"""The end of a Checkout session: its card was collected, or it expired."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import events, scheduler
from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "checkout.session"
EXPIRE = "checkout.session.expire"


def setup_succeeded(call: Call, setup: Object) -> None:
    """The session that asked for this card, if one did, is complete."""
    sessions = call.store.select(KIND, equal(json_field("setup_intent"), setup["id"]), newest_first=True, limit=1)
    for session in sessions:
        if session["status"] == "open":
            close(call, session, "complete", "checkout.session.completed")


def close(call: Call, session: Object, status: str, event: str) -> Object:
    """Close a session, whose link leads nowhere any more."""
    after = {**session, "status": status, "url": None}
    call.store.replace(KIND, after)
    scheduler.put(call.store, EXPIRE, session["id"], None, None)
    events.record(call, event, after)
    return after
