"""A subscription schedule as an object. Fields after `stripe/_subscription_schedule.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing.invoicing.automatic_tax import on_subscription
from stripe_billing_cli.local_stripe.billing.schedules import phases
from stripe_billing_cli.local_stripe.billing.subscriptions import thresholds
from stripe_billing_cli.local_stripe.billing.subscriptions.effects import SubscriptionEnded
from stripe_billing_cli.local_stripe.core import events, identifiers, objects, scheduler, shapes
from stripe_billing_cli.local_stripe.core.metadata import new_metadata
from stripe_billing_cli.local_stripe.core.requests import Api, Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "subscription_schedule"
TURN, EXPIRING = scheduler.FIRST, "subscription_schedule.expiring"
LIVING_STATUSES = ("not_started", "active")
WARNING = 7 * 24 * 60 * 60
"""The time before its end at which a schedule is announced to be expiring
(https://docs.stripe.com/api/events/types)."""


def new(call: Call, customer: Object, laid_out: Sequence[Object], settings: Mapping[str, Any], **rest: Any) -> Object:
    """Return a schedule that has not started, not yet stored."""
    return {
        **shapes.blank("subscription_schedule"),
        "id": identifiers.long_id(call, "sub_sched"),
        "object": KIND,
        "billing_mode": {
            "flexible": {"proration_discounts": "included"},
            "type": call.params.get("billing_mode", {}).get("type", "flexible"),
            "updated_at": call.now,
        },
        "created": call.now,
        "customer": customer["id"],
        "default_settings": default_settings(settings),
        "end_behavior": call.params.get("end_behavior", "release"),
        "metadata": new_metadata(call.params),
        "pause_schedules": [],
        "phases": list(laid_out),
        "status": "not_started",
        "test_clock": customer["test_clock"],
        **rest,
    }


def default_settings(settings: Mapping[str, Any]) -> Object:
    invoice = {
        "account_tax_ids": None,
        "custom_fields": None,
        "days_until_due": None,
        "description": None,
        "footer": None,
    }
    return {
        **shapes.blank("subscription_schedules_resource_default_settings"),
        "automatic_tax": phases.automatic_tax(settings) or on_subscription(False),
        "billing_cycle_anchor": settings.get("billing_cycle_anchor", "automatic"),
        thresholds.NAME: thresholds.merge(settings.get(thresholds.NAME)),
        "collection_method": settings.get("collection_method", "charge_automatically"),
        "default_payment_method": settings.get("default_payment_method"),
        "description": settings.get("description"),
        "invoice_settings": {
            **(phases.invoice_settings(settings) or invoice),
            "issuer": {"account": None, "type": "self"},
        },
    }


def find(call: Call, id: str) -> Object:
    return objects.find(call, KIND, id, "schedule", 404)


def save(call: Call, before: Object, after: Object, *types: str) -> Object:
    """Store a changed schedule and tell it: by these events, and that it was updated."""
    if after != before:
        call.store.replace(KIND, after)
        for type in types:
            events.record(call, f"{KIND}.{type}", after)
        events.record(call, f"{KIND}.updated", after, before)
    return after


def plan_ahead(call: Call, schedule: Object) -> None:
    """Put down when the schedule's next phase begins, or its last one ends, and the warning of its end."""
    id, clock = schedule["id"], schedule["test_clock"]
    bounds = [schedule["phases"][0]["start_date"], *(phase["end_date"] for phase in schedule["phases"])]
    is_active = schedule["status"] in LIVING_STATUSES
    turns = [date for date in bounds if date > call.now] if is_active else []
    scheduler.put(call.store, TURN, id, min(turns, default=None), clock)
    warning_date = bounds[-1] - WARNING
    scheduler.put(call.store, EXPIRING, id, warning_date if is_active and warning_date > call.now else None, clock)


def close(call: Call, before: Object, status: str, **rest: Any) -> Object:
    """Return a schedule that has come to its end; nothing is scheduled for it any more."""
    after = {**before, "current_phase": None, "status": status, f"{status}_at": call.now, **rest}
    save(call, before, after, status)
    plan_ahead(call, after)
    return after


def close_with_subscription(call: Call, effect: SubscriptionEnded) -> None:
    """Cancel a schedule whose subscription ended."""
    subscription = effect.subscription
    schedule = call.store.get(KIND, subscription["schedule"]) if subscription["schedule"] else None
    if schedule is not None and schedule["status"] in LIVING_STATUSES:
        close(call, schedule, "canceled")


API = Api(listeners={SubscriptionEnded: (close_with_subscription,)})
