"""Values of parameters that Stripe has renamed, as callers of an earlier version of its API still send them.

The local Stripe answers in one version, whatever version a call asks for; what the call says in its own version's words
it understands all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stripe_billing_cli.local_stripe.core.forms import Raw


@dataclass(frozen=True)
class Renamed:
    """Values of a parameter that are called otherwise since a version, of which the date counts."""

    call: tuple[str, str]
    parameter: str
    since: str
    values: Mapping[str, str]


RENAMED = (
    # https://docs.stripe.com/changelog/dahlia/2026-03-25/updates-available-checkout-session-ui-modes
    Renamed(
        ("POST", "/v1/checkout/sessions"),
        "ui_mode",
        "2026-03-25",
        {"custom": "elements", "embedded": "embedded_page", "hosted": "hosted_page"},
    ),
)


def in_today_s_words(method: str, path: str, version: str | None, fields: dict[str, Raw]) -> dict[str, Raw]:
    """Return the parameters of a call as one that asks for today's version would say them."""
    for renamed in RENAMED:
        value = fields.get(renamed.parameter)
        if version and version[:10] < renamed.since and renamed.call == (method, path) and isinstance(value, str):
            fields = {**fields, renamed.parameter: renamed.values.get(value, value)}
    return fields
