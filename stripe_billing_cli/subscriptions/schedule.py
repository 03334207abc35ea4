"""Changes at the end of a period, as the phases of a subscription schedule.

https://docs.stripe.com/billing/subscriptions/subscription-schedules: a schedule is made from its subscription, as it
is; its phases are then written, the current one as it was and one more with what follows. Parameters after
`stripe/params/_subscription_schedule_update_params.py`, fields after `stripe/_subscription_schedule.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_billing_cli.stripe_api.client import Object
from stripe_billing_cli.stripe_api.references import id_of
from stripe_billing_cli.subscriptions.terms import Terms, terms_of

STAMP = "billing_change"
"""Metadata of a schedule that `billing` made or rewrote."""
PLAIN = (
    "application_fee_percent billing_cycle_anchor collection_method currency default_payment_method description "
    "metadata on_behalf_of proration_behavior"
).split()
"""Fields of a phase that are written as they are read."""


def upcoming_items(schedule: Object) -> tuple[Terms, ...] | None:
    """Return what the subscription will be on next, by its schedule; None where nothing more is planned."""
    phase = upcoming_phase(schedule)
    return tuple(terms_of(item) for item in phase["items"]) if phase else None


def upcoming_phase(schedule: Object) -> Object | None:
    """Return the phase after the current one."""
    current = schedule["current_phase"]
    if schedule["status"] not in ("active", "not_started") or current is None:
        return None
    return next((phase for phase in schedule["phases"] if phase["start_date"] >= current["end_date"]), None)


def update_params(
    schedule: Object, later: Sequence[Terms], starts: int, price: Object, *, anew: bool = False
) -> Object:
    """Return the schedule's phases from now on: the current one until `starts`, then `later`, for one interval of
    `price`.

    After that the schedule ends and leaves the subscription as it is. `anew`: the interval is another, and the billing
    cycle begins with it; by itself Stripe moves no anchor in flexible billing mode
    (https://docs.stripe.com/billing/subscriptions/billing-mode/compare#reset-the-billing-cycle-anchor).
    """
    current = _with_quantities(_current(schedule), later)
    ending = {**_phase_params(current), "start_date": current["start_date"], "end_date": starts}
    if current["trial_end"]:
        ending["trial_end"] = min(current["trial_end"], starts)
    following = {
        **_phase_params(current),
        "items": [_later_item(current, terms) for terms in later],
        "proration_behavior": "none",
        "duration": _interval(price),
    }
    following.pop("billing_cycle_anchor", None)
    if anew:
        following["billing_cycle_anchor"] = "phase_start"
    return {
        "end_behavior": "release",
        "proration_behavior": "none",
        "metadata": {STAMP: "period-end"},
        "phases": [ending, following],
    }


def _current(schedule: Object) -> Object:
    """Return the phase that runs now: the last one that began by the start of the current phase."""
    began = schedule["current_phase"]["start_date"]
    return [phase for phase in schedule["phases"] if phase["start_date"] <= began][-1]


def _with_quantities(phase: Object, later: Sequence[Terms]) -> Object:
    """Return the phase without quantities of metered prices, which are refused."""
    metered = {terms.price for terms in later if terms.quantity is None}
    items = [{**item, "quantity": None} if terms_of(item).price in metered else item for item in phase["items"]]
    return {**phase, "items": items}


def _interval(price: Object) -> Object:
    recurring = price["recurring"]
    return {"interval": recurring["interval"], "interval_count": recurring["interval_count"]}


def _phase_params(phase: Object) -> dict[str, Any]:
    """Return a phase as it is written back, without its times."""
    kept: dict[str, Any] = {name: phase[name] for name in PLAIN if phase.get(name)}
    if automatic := phase.get("automatic_tax"):
        kept["automatic_tax"] = {"enabled": automatic["enabled"]}
    if rates := phase.get("default_tax_rates"):
        kept["default_tax_rates"] = [id_of(rate) for rate in rates]
    if discounts := phase.get("discounts"):
        kept["discounts"] = _discounts(discounts)
    if (days := (phase.get("invoice_settings") or {}).get("days_until_due")) is not None:
        kept["invoice_settings"] = {"days_until_due": days}
    kept["items"] = [_item(item) for item in phase["items"]]
    return kept


def _item(item: Object) -> dict[str, Any]:
    terms = terms_of(item)
    kept: dict[str, Any] = {"price": terms.price}
    if terms.quantity is not None:
        kept["quantity"] = terms.quantity
    if item.get("metadata"):
        kept["metadata"] = item["metadata"]
    if rates := item.get("tax_rates"):
        kept["tax_rates"] = [id_of(rate) for rate in rates]
    if discounts := item.get("discounts"):
        kept["discounts"] = _discounts(discounts)
    return kept


def _later_item(current: Object, terms: Terms) -> dict[str, Any]:
    """Return an item of the phase to come; one whose price stays keeps its metadata, tax rates and discounts."""
    current_item: Object = next((item for item in current["items"] if terms_of(item).price == terms.price), {})
    return _item({**current_item, "price": terms.price, "quantity": terms.quantity})


def _discounts(discounts: Sequence[Object]) -> list[dict[str, str | None]]:
    """Return the discounts of a phase, each by the discount that exists already, or by its coupon or promotion code."""
    kept = []
    for one in discounts:
        name = next(name for name in ("discount", "promotion_code", "coupon") if one.get(name))
        kept.append({name: id_of(one[name])})
    return kept
