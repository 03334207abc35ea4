"""What time will bring to a subscription, put on the agenda."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import agenda, collection
from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.store import Object

TRIAL_WARNING = 3 * 24 * 60 * 60


def plan_ahead(call: Call, subscription: Object) -> None:
    """Put down what time will bring to this subscription."""
    id, clock = subscription["id"], subscription["test_clock"]
    ended = subscription["status"] in collection.ENDED
    renews = None if ended else min(item["current_period_end"] for item in subscription["items"]["data"])
    agenda.put(call.store, collection.CANCEL, id, None if ended else subscription["cancel_at"], clock)
    agenda.put(call.store, collection.RENEW, id, renews, clock)
    trial_end = subscription["trial_end"] if subscription["status"] == "trialing" else None
    warned = None if trial_end is None else max(trial_end - TRIAL_WARNING, call.now)
    agenda.put(call.store, collection.TRIAL_WILL_END, id, warned, clock)
    pause = subscription["pause_collection"]
    agenda.put(call.store, collection.RESUME, id, pause["resumes_at"] if pause else None, clock)
