"""Use of a subscription's metered items, billed at the end of the period in which it was used
(https://docs.stripe.com/billing/subscriptions/usage-based)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from stripe_billing_cli.local_stripe.billing.invoicing import lines
from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line
from stripe_billing_cli.local_stripe.billing.metering import usage
from stripe_billing_cli.local_stripe.billing.subscriptions import items
from stripe_billing_cli.local_stripe.billing.subscriptions.billing_catalog import Catalog
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


@dataclass(frozen=True)
class AccruedUse:
    """The use of a metered `item` in its period until now: `units`, of which `billed_units` are on invoices that
    thresholds have brought about, for `billed_net` net of discounts. `lines` have all of it, and take off what is
    billed."""

    item: Object
    units: Decimal
    billed_units: Decimal
    billed_net: int
    lines: list[Line]

    @property
    def is_new(self) -> bool:
        """Return whether there is something to bill."""
        return self.units != self.billed_units


def usage_of(call: Call, subscription: Object, catalog: Catalog, *, until: int) -> list[Line]:
    """Return a line for each metered item whose period is over at `until`. Use within a trial costs nothing."""
    over = [item for item in subscription["items"]["data"] if item["current_period_end"] <= until]
    uses = [_accrue(call, subscription, item, catalog, until) for item in over]
    return [line for one in uses if one is not None for line in one.lines]


def list_unbilled(call: Call, subscription: Object, catalog: Catalog) -> list[Line]:
    """Return what was used until now, of whichever metered items anything was used."""
    return [line for one in accrued_items(call, subscription, catalog) for line in one.lines]


def accrued_items(call: Call, subscription: Object, catalog: Catalog) -> list[AccruedUse]:
    """Return what was used until now and is not billed yet, of whichever metered items anything was used."""
    uses = [until_now(call, subscription, item, catalog) for item in subscription["items"]["data"]]
    return [one for one in uses if one is not None and one.is_new]


def lines_for_item(call: Call, subscription: Object, item: Object, catalog: Catalog) -> list[Line]:
    """Return what was used of an item and is not billed yet; none of what was not used."""
    use = until_now(call, subscription, item, catalog)
    return use.lines if use is not None and use.is_new else []


def until_now(call: Call, subscription: Object, item: Object, catalog: Catalog) -> AccruedUse | None:
    """Return what was used of an item, reports of this second included; None of one that is not metered."""
    return _accrue(call, subscription, item, catalog, call.now + 1)


def last_report(call: Call) -> int:
    """Return the number of the last report of use, in the order in which they came."""
    return int(call.store.row("SELECT COALESCE(MAX(seq), 0) FROM objects")[0])


def _accrue(call: Call, subscription: Object, item: Object, catalog: Catalog, until: int) -> AccruedUse | None:
    """Return what was used of an item until then; nothing for less than nothing."""
    price = catalog.price(item["price"])
    if not items.is_metered(price) or subscription["status"] == "trialing":
        return None
    count = item.get("_use") or {"after": 0, "start": item["current_period_start"]}
    start, end = count["start"], min(item["current_period_end"], until)
    if start >= end:
        return None
    meter, customer = price["recurring"]["meter"], subscription["customer"]
    quantity = max(usage.total_usage(call, meter, customer, start, end, after=count["after"]), Decimal(0))
    billed_units, currency = Decimal(count.get("billed", 0)), subscription["currency"]
    net = count.get("billed_net", 0)
    usage_lines = lines.for_usage(item, price, catalog.product_name(price["product"]), currency, quantity, start, end)
    unbilled_lines = lines.less_billed(usage_lines, item, price, currency, billed_units, net)
    return AccruedUse(item, quantity, billed_units, net, unbilled_lines)
