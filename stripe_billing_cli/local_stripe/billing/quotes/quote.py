"""Quotes: their statuses, numbers and expiry (https://docs.stripe.com/quotes/overview)."""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.core import clocks, events, objects, scheduler
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.requests import Call, Job
from stripe_billing_cli.local_stripe.core.store import Condition, Object

KIND = "quote"
EXPIRE = "quote.expire"
DAYS_OPEN = 30
"""How long a quote stands where nothing else is said (the examples of https://docs.stripe.com/api/quotes)."""
DAY = 24 * 60 * 60


def find(call: Call, id: str) -> tuple[Call, Object]:
    """Return a quote, and the call as of its time."""
    quote = objects.find(call, KIND, id, "quote", 404)
    return clocks.at_time_of(call, quote), quote


def check_status(quote: Object, *statuses: str, action: str) -> None:
    if quote["status"] not in statuses:
        raise invalid(
            f"You cannot {action} a quote that is `{quote['status']}`. It must be in `{', '.join(statuses)}` status."
        )


def plan_expiry(call: Call, quote: Object) -> None:
    """Have the quote canceled when it expires, as long as it is a draft or open."""
    at = quote["expires_at"] if quote["status"] in ("draft", "open") else None
    scheduler.put(call.store, EXPIRE, quote["id"], at, quote["test_clock"])


def move(call: Call, before: Object, status: str, event: str, **changes: Any) -> Object:
    """Return the quote in another status, stored, with its event."""
    moments = {**before["status_transitions"], f"{event}_at": call.now}
    after = {**before, **changes, "status": status, "status_transitions": moments}
    call.store.replace(KIND, after)
    plan_expiry(call, after)
    events.record(call, f"quote.{event}", after)
    return after


def expire(call: Call, id: str) -> None:
    quote = call.store.get(KIND, id)
    if quote is not None and quote["status"] in ("draft", "open"):
        move(call, quote, "canceled", "canceled")


def next_number(call: Call, quote: Object, customer: Object) -> str:
    """Return the number of a quote that is finalized: `QT-68BB1140-0001-1` is the first quote of a customer, its
    second revision ends in 2 (https://docs.stripe.com/quotes/overview#finalize)."""
    if quote["_revises"] is not None:
        series, _, revision = quote["_revises"].rpartition("-")
        return f"{series}-{int(revision) + 1}"
    first_revisions = [*equal(json_field("customer"), customer["id"]), Condition(f"{json_field('number')} LIKE '%-1'")]
    return f"QT-{customer['invoice_prefix']}-{call.store.count(KIND, first_revisions) + 1:04}-1"


JOBS: dict[str, Job] = {EXPIRE: expire}
