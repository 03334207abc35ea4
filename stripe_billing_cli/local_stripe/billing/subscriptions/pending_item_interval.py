"""The interval at which a subscription's pending invoice items are billed between its renewals: "It is analogous to
calling Create an invoice for the given subscription at the specified interval" (`stripe/_subscription.py`).

Stripe does not say from when the intervals are reckoned; here it is the billing cycle anchor.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing.periods import BillingInterval
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.store import Object

INTERVAL, NEXT = "pending_invoice_item_interval", "next_pending_invoice_item_invoice"
MOST = {"day": 365, "week": 52, "month": 12, "year": 1}


def fields(params: Mapping[str, Any] | None, anchor: int, now: int) -> Object:
    """Return what a subscription says of the interval that a call wants; None for none. Raises where it is longer than
    a year."""
    if params is None:
        return {INTERVAL: None, NEXT: None}
    interval = {"interval": params["interval"], "interval_count": params.get("interval_count", 1)}
    most = MOST[interval["interval"]]
    if interval["interval_count"] > most:
        raise invalid(
            f"The maximum interval is one year: at most {most} for `interval={interval['interval']}`.",
            f"{INTERVAL}[interval_count]",
        )
    return {INTERVAL: interval, NEXT: next_after(interval, anchor, now)}


def next_after(interval: Mapping[str, Any], anchor: int, now: int) -> int:
    """Return when pending items are billed next, in Unix seconds."""
    return BillingInterval(interval["interval"], interval["interval_count"]).next_after(anchor, now)
