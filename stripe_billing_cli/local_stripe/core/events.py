"""Events: what happened to an object, with what it was before (https://docs.stripe.com/api/events)."""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.core import identifiers
from stripe_billing_cli.local_stripe.core.answer_fields import PRIVATE
from stripe_billing_cli.local_stripe.core.answers import as_answered, as_recorded, public
from stripe_billing_cli.local_stripe.core.messages import API_VERSION
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object, Store, as_json
from stripe_billing_cli.local_stripe.core.webhooks import deliveries

KEPT_SECONDS = 30 * 24 * 60 * 60
MISSING = object()
"""In place of a field that is not there."""


def record(call: Call, type: str, object: Object, before: Object | None = None) -> None:
    """Write down that `object` was created, deleted or, from `before`, changed.

    In real time: what happens by a test clock is kept for 30 days, and listed newest first, like everything else.
    """
    kind = object["object"]
    shown_object = as_recorded(call.store, kind, object)
    after = shown_object.answer
    data: Object = {"object": after}
    if before is not None:
        data["previous_attributes"] = previous(_show_before(call.store, kind, before), after)
    if "id" in object:
        call.store.last_shown[object["id"]] = shown_object
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
            "pending_webhooks": deliveries.enqueue(call.store, id, type),
            "request": {"id": call.request_id, "idempotency_key": call.idempotency_key},
            "type": type,
        },
    )


def _show_before(store: Store, kind: str, before: Object) -> Object:
    """Return an object as it was answered before it changed: what the event before showed of it, where that is it."""
    last = store.last_shown.get(before.get("id", ""))
    return last.answer if last is not None and last.body == as_json(before) else as_answered(store, kind, before)


def differ(before: Object, after: Object) -> bool:
    """Return whether anything that Stripe shows of an object has changed, expanded or not."""
    names = [name for name in before.keys() | after.keys() if not name.startswith(PRIVATE)]
    changes = [name for name in names if before.get(name, MISSING) != after.get(name, MISSING)]
    return any(
        name == "metadata" or public(before.get(name, MISSING)) != public(after.get(name, MISSING)) for name in changes
    )


def previous(before: Object, after: Object) -> Object:
    """Return the old values of what changed; of hashes only the keys that changed, null for one that is new."""
    changes: dict[str, Any] = {}
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        changes[name] = previous(old, new) if isinstance(old, dict) and isinstance(new, dict) else old
    return changes
