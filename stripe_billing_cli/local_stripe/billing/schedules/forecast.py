"""The forecast of a subscription on a schedule, at its next renewal."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line
from stripe_billing_cli.local_stripe.billing.schedules import phase_transitions, schedule
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def renewed_items(call: Call, subscription: Object, at: int) -> tuple[list[Object], int, list[Line]]:
    """Return the items that are billed at `at`, the end of their period, the billing cycle anchor then, and
    what was used of items that are gone by then."""
    own_schedule = call.store.get(schedule.KIND, subscription["schedule"]) if subscription["schedule"] else None
    phases = (
        own_schedule["phases"]
        if own_schedule is not None and own_schedule["status"] in schedule.LIVING_STATUSES
        else []
    )
    next_phase = next((phase for phase in phases if phase["start_date"] == at), None)
    if own_schedule is None or next_phase is None:
        return subscription["items"]["data"], subscription["billing_cycle_anchor"], []
    after = phase_transitions.at_period_end(call, own_schedule, next_phase, subscription, at)
    usage_lines = phase_transitions.used_before(call, subscription, after, at)
    return after["items"]["data"], after["billing_cycle_anchor"], usage_lines
