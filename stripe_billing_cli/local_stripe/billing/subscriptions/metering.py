"""What was used of a subscription's metered items, billed at the end of the period in which it was used
(https://docs.stripe.com/billing/subscriptions/usage-based)."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.local_stripe.billing import lines
from stripe_billing_cli.local_stripe.billing.lines import Line
from stripe_billing_cli.local_stripe.billing.meters import usage
from stripe_billing_cli.local_stripe.billing.subscriptions import items
from stripe_billing_cli.local_stripe.billing.subscriptions.changes import Catalog
from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.store import Object


def usage_of(call: Call, subscription: Object, catalog: Catalog, *, until: int) -> list[Line]:
    """A line for each metered item whose period is over at `until`. Use within a trial costs nothing."""
    over = [item for item in subscription["items"]["data"] if item["current_period_end"] <= until]
    return _lines(call, subscription, over, catalog, until)


def unbilled(call: Call, subscription: Object, catalog: Catalog) -> list[Line]:
    """What was used until now, of whichever metered items anything was used."""
    lines_of_all = _lines(call, subscription, subscription["items"]["data"], catalog, call.now)
    return [line for line in lines_of_all if line.used]


def _lines(call: Call, subscription: Object, held: Sequence[Object], catalog: Catalog, until: int) -> list[Line]:
    found = []
    for item in held:
        price = catalog.price(item["price"])
        if not items.is_metered(price) or subscription["status"] == "trialing":
            continue
        start, end = item["current_period_start"], min(item["current_period_end"], until)
        used = usage.used(call, price["recurring"]["meter"], subscription["customer"], start, end)
        sold = catalog.sold(price["product"])
        found += lines.for_usage(item, price, sold, subscription["currency"], used, start, end)
    return found
