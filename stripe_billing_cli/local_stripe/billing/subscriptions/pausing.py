"""Pauses of a subscription: what they credit, and what going on costs
(https://docs.stripe.com/billing/subscriptions/pause)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing import billing_intervals
from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line
from stripe_billing_cli.local_stripe.billing.subscriptions import items, price_checks, proration
from stripe_billing_cli.local_stripe.billing.subscriptions.billing_catalog import Catalog
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def details(call: Call, reason: str) -> Object:
    """Return the `status_details` of a subscription that is paused now."""
    return {
        "paused": {"subscription": {"type": reason}, "transitioned_at": call.now, "type": "subscription"},
    }


def bill_pause(call: Call, subscription: Object, params: Mapping[str, Any]) -> list[Line]:
    """Return what a pause bills: use until now, and the credits of the time that is not used, from now or from the
    period's start on. `bill_for` says where either is not billed.
    """
    since = params.get("bill_for", {}).get("unused_time_from", {}).get("type", "now")
    catalog = price_checks.catalog(call)
    lines: list[Line] = []
    for item in subscription["items"]["data"]:
        if _bills_use(params):
            lines += catalog.list_use(item)
        if since != "none":
            at = call.now if since == "now" else item["current_period_start"]
            lines += proration.credits_for(subscription, [item], catalog, at)
    return lines


def _bills_use(params: Mapping[str, Any]) -> bool:
    through: str = params.get("bill_for", {}).get("outstanding_usage_through", {}).get("type", "now")
    return through == "now"


def paused_items(call: Call, subscription: Object, params: Mapping[str, Any]) -> list[Object]:
    """Return the items, whose periods end with the pause; what is billed of use now is not billed again, by whatever
    ends the pause."""
    catalog = price_checks.catalog(call)
    items_after = []
    for item in subscription["items"]["data"]:
        end = min(item["current_period_end"], call.now)
        if _bills_use(params) and items.is_metered(catalog.price(item["price"])):
            item = items.counting_anew(item, catalog.last_report(), end)
        items_after.append({**item, "current_period_end": end, "_debits": []})
    return items_after


def resumed_items(
    call: Call, subscription: Object, params: Mapping[str, Any]
) -> tuple[list[Object], list[Line], list[Line]]:
    """Return the items when the subscription goes on now, what is prorated for it, and what is billed at once."""
    catalog = price_checks.catalog(call)
    currency, anchor = subscription["currency"], subscription["billing_cycle_anchor"]
    current_items = subscription["items"]["data"]
    if params.get("billing_cycle_anchor", {}).get("type", "now") == "now":
        new_items = [
            items.in_period(
                item,
                (
                    call.now,
                    billing_intervals.billing_interval(catalog.price(item["price"])).next_after(call.now, call.now),
                ),
            )
            for item in current_items
        ]
        data, lines = proration.whole_periods(new_items, catalog, currency)
        return data, [], lines
    going_on = [_going_on(call, item, catalog, anchor) for item in current_items]
    if params.get("proration_behavior") == "none":
        return going_on, [], []
    data, lines = proration.debited_from(going_on, catalog, currency, anchor, params.get("proration_date", call.now))
    return data, lines, []


def _going_on(call: Call, item: Object, catalog: Catalog, anchor: int) -> Object:
    """Return the item in the period that the anchor makes; of use, only what comes from now on is billed in it."""
    price = catalog.price(item["price"])
    item = items.in_period(item, billing_intervals.period_at(price, anchor, call.now))
    return items.counting_anew(item, catalog.last_report(), call.now) if items.is_metered(price) else item
