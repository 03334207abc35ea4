"""Parameters that Stripe has renamed or moved, as callers of an earlier version of its API still send them.

The local Stripe answers in one version, whatever version a call asks for; what the call says in its own version's words
it understands all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stripe_billing_cli.local_stripe.core.forms import Raw


@dataclass(frozen=True)
class RenamedValues:
    """Values of a parameter that are called otherwise since a version, of which the date counts."""

    call: tuple[str, str]
    parameter: str
    since: str
    values: Mapping[str, str]


RENAMED = (
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


MOVED = (
    # https://docs.stripe.com/changelog/clover/2025-09-30/polymorphic-coupon
    MovedParameter(("POST", "/v1/promotion_codes"), "coupon", "2025-09-30", "promotion", {"type": "coupon"}),
)


def in_today_s_words(method: str, path: str, version: str | None, fields: dict[str, Raw]) -> dict[str, Raw]:
    """Return the parameters of a call as one that asks for today's version would say them."""
    if not version:
        return fields
    date, call = version[:10], (method, path)
    for renamed in RENAMED:
        value = fields.get(renamed.parameter)
        if date < renamed.since and renamed.call == call and isinstance(value, str):
            fields = {**fields, renamed.parameter: renamed.values.get(value, value)}
    for moved in MOVED:
        if date < moved.since and moved.call == call and moved.parameter in fields and moved.into not in fields:
            others = {name: value for name, value in fields.items() if name != moved.parameter}
            fields = {**others, moved.into: {**moved.besides, moved.parameter: fields[moved.parameter]}}
    return fields
