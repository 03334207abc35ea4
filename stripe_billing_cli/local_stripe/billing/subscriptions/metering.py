"""Use of a subscription's metered items, billed at the end of the period in which it was used
(https://docs.stripe.com/billing/subscriptions/usage-based)."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.local_stripe.billing.invoicing import lines
from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line
from stripe_billing_cli.local_stripe.billing.metering import usage
from stripe_billing_cli.local_stripe.billing.subscriptions import items
from stripe_billing_cli.local_stripe.billing.subscriptions.billing_catalog import Catalog
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def usage_of(call: Call, subscription: Object, catalog: Catalog, *, until: int) -> list[Line]:
    """Return a line for each metered item whose period is over at `until`. Use within a trial costs nothing."""
    over = [item for item in subscription["items"]["data"] if item["current_period_end"] <= until]
    return _lines(call, subscription, over, catalog, until)


def unbilled(call: Call, subscription: Object, catalog: Catalog) -> list[Line]:
    """Return what was used until now, of whichever metered items anything was used."""
    return [
        line for item in subscription["items"]["data"] for line in lines_for_item(call, subscription, item, catalog)
    ]


def lines_for_item(call: Call, subscription: Object, item: Object, catalog: Catalog) -> list[Line]:
    """Return what was used of an item and is not billed yet, reports of this second included; none of what was not
    used."""
    usage_lines = _lines(call, subscription, [item], catalog, call.now + 1)
    return usage_lines if any(line.used for line in usage_lines) else []


def last_report(call: Call) -> int:
    """Return the number of the last report of use, in the order in which they came."""
    return int(call.store.row("SELECT COALESCE(MAX(seq), 0) FROM objects")[0])


def _lines(
    call: Call, subscription: Object, metered_items: Sequence[Object], catalog: Catalog, until: int
) -> list[Line]:
    usage_lines = []
    for item in metered_items:
        price = catalog.price(item["price"])
        if not items.is_metered(price) or subscription["status"] == "trialing":
            continue
        counted = item.get("_use") or {"after": 0, "start": item["current_period_start"]}
        start, end = counted["start"], min(item["current_period_end"], until)
        if start >= end:
            continue
        meter, customer = price["recurring"]["meter"], subscription["customer"]
        used = usage.total_usage(call, meter, customer, start, end, after=counted["after"])
        sold = catalog.sold(price["product"])
        usage_lines += lines.for_usage(item, price, sold, subscription["currency"], used, start, end)
    return usage_lines
