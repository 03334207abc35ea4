"""Events: what happened to an object, with what it was before (https://docs.stripe.com/api/events)."""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.core import identifiers
from stripe_billing_cli.local_stripe.core.answers import as_answered, public
from stripe_billing_cli.local_stripe.core.messages import API_VERSION
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.core.webhooks import deliveries

KEPT_SECONDS = 30 * 24 * 60 * 60


def record(call: Call, type: str, stored: Object, before: Object | None = None) -> None:
    """Write down that `stored` was created, deleted or, from `before`, changed.

    In real time: what happens by a test clock is kept for 30 days, and listed newest first, like everything else.
    """
    kind = stored["object"]
    after = as_answered(call.store, kind, stored)
    data: Object = {"object": after}
    if before is not None:
        data["previous_attributes"] = previous(as_answered(call.store, kind, before), after)
    call.store.forget_before("event", call.real_now - KEPT_SECONDS)
    id = identifiers.long_id(call, "evt")
    call.store.insert(
        "event",
        {
            "id": id,
            "object": "event",
            "api_version": API_VERSION,
            "created": call.real_now,
            "data": data,
            "livemode": False,
            "pending_webhooks": deliveries.enqueue(call.store, id, type),
            "request": {"id": call.request_id, "idempotency_key": call.idempotency_key},
            "type": type,
        },
    )


def differ(before: Object, after: Object) -> bool:
    """Return whether anything that Stripe shows of an object has changed, expanded or not."""
    return bool(public(before) != public(after))


def previous(before: Object, after: Object) -> Object:
    """Return the old values of what changed; of hashes only the keys that changed, null for one that is new."""
    changes: dict[str, Any] = {}
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        changes[name] = previous(old, new) if isinstance(old, dict) and isinstance(new, dict) else old
    return changes
