"""Parameters that Stripe has renamed or entry, as callers of an earlier version of its API still send them.

The local Stripe answers in one version, whatever version a call asks for; what the call says in its own version's words
it understands all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from stripe_billing_cli.local_stripe.core.forms import Raw


@dataclass(frozen=True)
class RenamedValues:
    """Values of a parameter that are called otherwise since a version, of which the date counts."""

    call: tuple[str, str]
    parameter: str
    since: str
    values: Mapping[str, str]


RENAMED_VALUES = (
    # https://docs.stripe.com/changelog/dahlia/2026-03-25/updates-available-checkout-session-ui-modes
    RenamedValues(
        ("POST", "/v1/checkout/sessions"),
        "ui_mode",
        "2026-03-25",
        {"custom": "elements", "embedded": "embedded_page", "hosted": "hosted_page"},
    ),
)


@dataclass(frozen=True)
class MovedParameter:
    """A parameter that stands in a hash since a version, of which the date counts; `besides` is what the hash says
    besides."""

    call: tuple[str, str]
    parameter: str
    since: str
    into: str
    besides: Mapping[str, str]


MOVED_PARAMETERS = (
    # https://docs.stripe.com/changelog/clover/2025-09-30/polymorphic-coupon
    MovedParameter(("POST", "/v1/promotion_codes"), "coupon", "2025-09-30", "promotion", {"type": "coupon"}),
)


SUBSCRIPTIONS = "/v1/subscriptions(?:/[^/]+)?"
ONE_DISCOUNT_UNTIL = "2025-03-31"
"""Since then a subscription has `discounts`, and no longer one coupon or promotion code
(https://docs.stripe.com/changelog/basil/2025-03-31/deprecate-singular-coupon-promotion-code)."""
SCHEDULES = "/v1/subscription_schedules"
Interval: TypeAlias = tuple[str, int]
"""`interval` and `interval_count` of a price."""
ITERATIONS_UNTIL = "2025-09-30"
"""Since then a phase of a schedule says its `duration`, and no longer how many periods of its price it has
(https://docs.stripe.com/changelog/clover/2025-09-30/remove-iterations)."""


def in_today_s_words(
    method: str,
    path: str,
    version: str | None,
    fields: dict[str, Raw],
    interval_of: Callable[[str], Interval | None],
) -> dict[str, Raw]:
    """Return the parameters of a call as one that asks for today's version would say them; `interval_of` a price."""
    if not version:
        return fields
    date, call = version[:10], (method, path)
    if date < ONE_DISCOUNT_UNTIL and method == "POST" and re.fullmatch(SUBSCRIPTIONS, path):
        fields = _with_discounts(fields)
    if date < ITERATIONS_UNTIL and method == "POST":
        fields = _with_durations(path, fields, interval_of)
    for rename in RENAMED_VALUES:
        value = fields.get(rename.parameter)
        if date < rename.since and rename.call == call and isinstance(value, str):
            fields = {**fields, rename.parameter: rename.values.get(value, value)}
    for move in MOVED_PARAMETERS:
        if date < move.since and move.call == call and move.parameter in fields and move.into not in fields:
            others = {name: value for name, value in fields.items() if name != move.parameter}
            fields = {**others, move.into: {**move.besides, move.parameter: fields[move.parameter]}}
    return fields


def _with_discounts(fields: dict[str, Raw]) -> dict[str, Raw]:
    """Return the parameters with `discounts` in place of a coupon or a promotion code; an empty one takes it off."""
    names = [name for name in ("coupon", "promotion_code") if isinstance(fields.get(name), str)]
    if len(names) != 1 or "discounts" in fields:
        return fields
    code = fields[names[0]]
    others = {name: value for name, value in fields.items() if name != names[0]}
    return {**others, "discounts": {"0": {names[0]: code}} if code else ""}


def _with_durations(path: str, fields: dict[str, Raw], interval_of: Callable[[str], Interval | None]) -> dict[str, Raw]:
    """Return the parameters with the durations of phases in place of their iterations."""
    details = fields.get("schedule_details")
    if path == "/v1/invoices/create_preview" and isinstance(details, dict):
        return {**fields, "schedule_details": _with_durations(SCHEDULES, details, interval_of)}
    phases = fields.get("phases")
    if not path.startswith(SCHEDULES) or not isinstance(phases, dict):
        return fields
    return {**fields, "phases": {at: _with_duration(phase, interval_of) for at, phase in phases.items()}}


def _with_duration(phase: Raw, interval_of: Callable[[str], Interval | None]) -> Raw:
    """Return a phase with its duration, where its iterations are a number and its first item has a known price."""
    if not isinstance(phase, dict) or not {"duration", "end_date"}.isdisjoint(phase):
        return phase
    times, items = phase.get("iterations"), phase.get("items")
    first = next(iter(items.values()), None) if isinstance(items, dict) else None
    price = first.get("price", first.get("plan")) if isinstance(first, dict) else None
    interval = interval_of(price) if isinstance(price, str) else None
    if interval is None or not isinstance(times, str) or not re.fullmatch("[1-9][0-9]{0,3}", times):
        return phase
    others = {name: value for name, value in phase.items() if name != "iterations"}
    return {**others, "duration": {"interval": interval[0], "interval_count": str(interval[1] * int(times))}}
