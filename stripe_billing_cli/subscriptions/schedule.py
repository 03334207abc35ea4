"""Changes at the end of a period, as the phases of a subscription schedule.

https://docs.stripe.com/billing/subscriptions/subscription-schedules: a schedule is made from its subscription, as it
is; its phases are then written, the current one as it was and one more with what follows. Parameters after
`stripe/params/_subscription_schedule_update_params.py`, fields after `stripe/_subscription_schedule.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from stripe_billing_cli.stripe_api.objects.catalog import Price
from stripe_billing_cli.stripe_api.objects.common import field_of
from stripe_billing_cli.stripe_api.objects.subscriptions import Phase, PhaseDiscount, PhaseItem, Schedule
from stripe_billing_cli.stripe_api.references import id_of
from stripe_billing_cli.subscriptions.terms import Terms, recurring_of, terms_of

STAMP = "billing_change"
"""Metadata of a schedule that `billing` made or rewrote."""
PLAIN = (
    "application_fee_percent billing_cycle_anchor collection_method currency default_payment_method description "
    "metadata on_behalf_of proration_behavior"
).split()
"""Fields of a phase that are written as they are read."""
WITHIN: Mapping[str, tuple[str, ...]] = {
    "automatic_tax": ("enabled", "liability"),
    "billing_thresholds": ("amount_gte", "reset_billing_cycle_anchor"),
    "invoice_settings": ("account_tax_ids", "custom_fields", "days_until_due", "description", "footer", "issuer"),
    "transfer_data": ("amount_percent", "destination"),
}
"""Fields of a phase that are objects, with what of them is written: a phase has nothing that its parameters leave out,
whatever the subscription has."""


def upcoming_items(schedule: Schedule) -> tuple[Terms, ...] | None:
    """Return the terms that the subscription's schedule brings next; None where it brings none."""
    phase = upcoming_phase(schedule)
    return tuple(terms_of(item) for item in phase["items"]) if phase else None


def upcoming_phase(schedule: Schedule) -> Phase | None:
    """Return the phase after the current one."""
    current = schedule["current_phase"]
    if schedule["status"] not in ("active", "not_started") or current is None:
        return None
    return next((phase for phase in schedule["phases"] if phase["start_date"] >= current["end_date"]), None)


def update_params(
    schedule: Schedule, later: Sequence[Terms], starts: int, price: Price, *, restarts: bool = False
) -> dict[str, Any]:
    """Return the schedule's phases from now on: the current one until `starts`, then `later`, for one interval of
    `price`.

    After that the schedule ends and leaves the subscription as it is. `restarts`: the interval is another, and the
    billing cycle begins with it; by itself Stripe moves no anchor in flexible billing mode
    (https://docs.stripe.com/billing/subscriptions/billing-mode/compare#reset-the-billing-cycle-anchor).
    """
    current = _with_quantities(_current(schedule), later)
    current_phase = {**_phase_params(current), "start_date": current["start_date"], "end_date": starts}
    if current["trial_end"]:
        current_phase["trial_end"] = min(current["trial_end"], starts)
    next_phase = {
        **_phase_params(current),
        "items": _later_items(current, later),
        "proration_behavior": "none",
        "duration": _interval(price),
    }
    next_phase.pop("billing_cycle_anchor", None)
    if restarts:
        next_phase["billing_cycle_anchor"] = "phase_start"
    return {
        "end_behavior": "release",
        "proration_behavior": "none",
        "metadata": {STAMP: "period-end"},
        "phases": [current_phase, next_phase],
    }


def _current(schedule: Schedule) -> Phase:
    """Return the phase that runs now: the last one that began by the start of the current phase."""
    assert schedule["current_phase"] is not None  # a schedule that is made from a running subscription has begun
    began = schedule["current_phase"]["start_date"]
    return [phase for phase in schedule["phases"] if phase["start_date"] <= began][-1]


def _with_quantities(phase: Phase, later: Sequence[Terms]) -> Phase:
    """Return the phase without quantities of metered prices, which are refused."""
    metered_ids = {terms.price for terms in later if terms.quantity is None}
    items: list[PhaseItem] = [
        {**item, "quantity": None} if terms_of(item).price in metered_ids else item for item in phase["items"]
    ]
    return {**phase, "items": items}


def _interval(price: Price) -> dict[str, Any]:
    recurring = recurring_of(price)
    return {"interval": recurring["interval"], "interval_count": recurring["interval_count"]}


def _phase_params(phase: Phase) -> dict[str, Any]:
    """Return a phase as it is written back, without its times."""
    params: dict[str, Any] = {name: value for name in PLAIN if (value := field_of(phase, name))}
    for name, fields in WITHIN.items():
        inner = cast(Mapping[str, object], field_of(phase, name) or {})
        if inner_params := _write_value({field: inner[field] for field in fields if field in inner}):
            params[name] = inner_params
    if rates := phase["default_tax_rates"]:
        params["default_tax_rates"] = [id_of(rate) for rate in rates]
    if discounts := phase["discounts"]:
        params["discounts"] = _discounts(discounts)
    params["items"] = [_item(terms_of(item), item) for item in phase["items"]]
    return params


def _write_value(value: object) -> object:
    """Return a value of a phase as its parameter: objects by their ids, without what is null. The account itself, which
    is liable and issues invoices by default, is not named."""
    if isinstance(value, list):
        return [_write_value(inner) for inner in value] or None
    if not isinstance(value, Mapping):
        return value
    if "id" in value or value.get("type") == "self":
        return value.get("id")
    params = {name: _write_value(inner) for name, inner in value.items()}
    return {name: inner for name, inner in params.items() if inner is not None} or None


def _item(terms: Terms, item: PhaseItem | None) -> dict[str, Any]:
    """Return an item of these terms as it is written, with the metadata, tax rates and discounts of `item`."""
    params: dict[str, Any] = {"price": terms.price}
    if terms.quantity is not None:
        params["quantity"] = terms.quantity
    if item is None:
        return params
    if item["metadata"]:
        params["metadata"] = item["metadata"]
    if thresholds := _write_value(item["billing_thresholds"]):
        params["billing_thresholds"] = thresholds
    if rates := item["tax_rates"]:
        params["tax_rates"] = [id_of(rate) for rate in rates]
    if discounts := item["discounts"]:
        params["discounts"] = _discounts(discounts)
    return params


def _later_items(current: Phase, later: Sequence[Terms]) -> list[dict[str, Any]]:
    """Return the items of the phase to come. Each keeps its metadata, tax rates and discounts, as it does where it is
    changed at once; also the one item whose price changes."""
    items = {terms_of(item).price: item for item in current["items"]}
    prices = {terms.price for terms in later}
    replaced_items = [item for price, item in items.items() if price not in prices]
    return [_item(terms, items.get(terms.price) or _find_changed(replaced_items, terms)) for terms in later]


def _find_changed(replaced_items: Sequence[PhaseItem], terms: Terms) -> PhaseItem | None:
    """Return the item that gets these terms; a licensed one without a threshold of use."""
    if len(replaced_items) != 1:
        return None
    return replaced_items[0] if terms.quantity is None else {**replaced_items[0], "billing_thresholds": None}


def _discounts(discounts: Sequence[PhaseDiscount]) -> list[dict[str, str | None]]:
    """Return the discounts of a phase, each by the discount that exists already, or by its coupon or promotion code."""
    params: list[dict[str, str | None]] = []
    for discount in discounts:
        if discount["discount"]:
            params.append({"discount": id_of(discount["discount"])})
        elif discount["promotion_code"]:
            params.append({"promotion_code": id_of(discount["promotion_code"])})
        else:
            params.append({"coupon": id_of(discount["coupon"])})
    return params
