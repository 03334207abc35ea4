"""Looking at a subscription again and again, and whether a status can still be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from stripe_billing_cli.stripe_api import json_output
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import NetworkError, RateLimitedError, StripeCallError, StripeServerError
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import require_expanded

EXPAND = ("latest_invoice",)
PASSING = (NetworkError, RateLimitedError, StripeServerError)
"""Trouble that a watch outlasts."""

Prospect = Literal["reached", "open", "impossible"]


def prospect(status: str, statuses: frozenset[str]) -> Prospect:
    """Return whether a subscription of this status is where it should be, or may still come to be.

    Canceled and expired ones change no more; only a new subscription is incomplete or expires
    (https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses).
    """
    if status in statuses:
        return "reached"
    if status in ("canceled", "incomplete_expired"):
        return "impossible"
    unreachable = set() if status == "incomplete" else {"incomplete", "incomplete_expired"}
    return "impossible" if statuses <= unreachable else "open"


def record(subscription: Subscription) -> dict[str, Any]:
    """Return the record that a watch compares: the subscription, and where its latest invoice stands."""
    invoice, pause = require_expanded(subscription["latest_invoice"]), subscription["pause_collection"]
    return {
        **json_output.subscription(subscription),
        "latest_invoice_status": invoice["status"] if invoice else None,
        "pending_update": subscription["pending_update"] is not None,
        "paused_collection": pause["behavior"] if pause else None,
    }


@dataclass(frozen=True)
class Observation:
    """A subscription as it is, and which fields differ from the observation before; none in the first one."""

    record: Mapping[str, Any]
    before: Mapping[str, Any] | None
    changed_names: tuple[str, ...] = ()


def observe(
    api: StripeApi,
    id: str,
    *,
    every: float,
    seconds: float | None,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    on_trouble: Callable[[StripeCallError], None],
) -> Iterator[Observation]:
    """Yield the subscription now, and each time that it has changed, read `every` so many seconds.

    Ends after `seconds`; None: never. `clock` counts seconds. Raises `StripeCallError` for what will not pass.
    """
    end = None if seconds is None else clock() + seconds
    before: Mapping[str, Any] | None = None
    while True:
        try:
            now = record(api.get(f"/v1/subscriptions/{id}", {"expand": list(EXPAND)}, kind=Subscription))
        except PASSING as failure:
            on_trouble(failure)
        else:
            changed_names = tuple(name for name in now if before is not None and now[name] != before[name])
            if before is None or changed_names:
                yield Observation(now, before, changed_names)
            before = now
        pause = every if end is None else min(every, end - clock())
        if pause <= 0 and end is not None:
            return
        sleep(pause)
