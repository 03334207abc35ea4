"""A subscription's next period, and what is billed for it; decided, for the renewal and for its preview."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import billing_intervals
from stripe_billing_cli.local_stripe.billing.invoicing import invoice_items
from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line
from stripe_billing_cli.local_stripe.billing.subscriptions import items, metering, price_checks, proration, trial_offers
from stripe_billing_cli.local_stripe.billing.subscriptions.billing_catalog import Catalog
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

RENEWABLE = ("active", "past_due", "trialing", "unpaid")


def next_period(call: Call, before: Object, now: int) -> tuple[Object, list[Line], list[Object]]:
    """Return the subscription after a renewal at `now`, what is billed for it, and the pending items that are billed
    with it.

    A period may be a part of a whole one: after a trial that ends before its anchor, or up to an end that is set.
    """
    catalog = price_checks.catalog(call)
    after_trials = trial_offers.end_trials(call, before, now)
    data, lines = begin_periods(after_trials, catalog, now)
    lines += metering.usage_of(call, before, catalog, until=now)
    status = "active" if before["status"] == "trialing" else before["status"]
    after = {**after_trials, "items": items.with_items(before, data), "status": status}
    return after, lines, invoice_items.pending_of(call, before)


def begin_periods(before: Object, catalog: Catalog, now: int) -> tuple[list[Object], list[Line]]:
    """Return the items, of which those whose period is over are in their next one, and what that one costs."""
    anchor, ends = before["billing_cycle_anchor"], before["cancel_at"]
    new_items = []
    for item in before["items"]["data"]:
        if item["current_period_end"] <= now:
            end = billing_intervals.billing_interval(catalog.price(item["price"])).next_after(anchor, now)
            new_items.append(items.in_period(item, (now, end if ends is None else min(end, ends))))
    data, lines = proration.part_periods(new_items, catalog, before["currency"], anchor)
    items_by_id = {item["id"]: item for item in data}
    return [items_by_id.get(item["id"], item) for item in before["items"]["data"]], lines
