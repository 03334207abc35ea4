"""Backdated subscriptions: what the time before they were made costs
(https://docs.stripe.com/billing/subscriptions/backdating).

Flexible billing mode has "one line item for each natural billing period that occurs during the backdated period", and
"aligns the billing cycle anchor to the `backdate_start_date` when not explicitly set"
(https://docs.stripe.com/billing/subscriptions/billing-mode/compare#backdate-subscriptions); classic billing mode one
prorated line, "based on an imagined interval that starts on the backdated start date".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from stripe_billing_cli.local_stripe.billing import billing_intervals, pricing
from stripe_billing_cli.local_stripe.billing.invoicing import lines
from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line
from stripe_billing_cli.local_stripe.billing.subscriptions import items, proration
from stripe_billing_cli.local_stripe.billing.subscriptions.billing_catalog import Catalog
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.store import Object

PARAM = "backdate_start_date"
MOST_LINES = 250


def check(start: int, now: int) -> None:
    if start > now:
        raise invalid("The backdate start date must be in the past.", PARAM)


def first_start(price: Object, anchor: int, start: int, now: int, *, is_classic: bool) -> int:
    """Return when the period begins in which a backdated subscription is made."""
    if is_classic:
        return now if anchor <= now else start
    return max(start, billing_intervals.period_at(price, anchor, now)[0])


def is_backdated(subscription: Object) -> bool:
    return bool(subscription["start_date"] < subscription["created"])


def is_one_period(subscription: Object) -> bool:
    """Return whether all the time until the anchor is one period, as classic billing mode has it."""
    is_classic = subscription["billing_mode"]["type"] == "classic"
    return is_classic and is_backdated(subscription) and subscription["billing_cycle_anchor"] > subscription["created"]


def bill_elapsed(subscription: Object, catalog: Catalog) -> list[Line]:
    """Return what the time from the start of a subscription to the period in which it is made costs; in classic billing
    mode with a period that an anchor to come ends."""
    elapsed_lines: list[Line] = []
    for item in subscription["items"]["data"]:
        price = catalog.price(item["price"])
        if not items.is_metered(price):
            is_classic = subscription["billing_mode"]["type"] == "classic"
            elapsed_lines += (_in_one if is_classic else _by_periods)(subscription, item, price, catalog)
    if len(elapsed_lines) > MOST_LINES:
        raise invalid(f"An invoice cannot have more than {MOST_LINES} line items.", PARAM)
    return elapsed_lines


def _by_periods(subscription: Object, item: Object, price: Object, catalog: Catalog) -> Iterator[Line]:
    anchor, start = subscription["billing_cycle_anchor"], subscription["start_date"]
    while start < item["current_period_start"]:
        _, ends = billing_intervals.period_at(price, anchor, start)
        end = min(ends, item["current_period_start"])
        past = items.in_period(item, (start, end))
        yield from proration.part_periods([past], catalog, subscription["currency"], anchor)[1]
        start = end


def _in_one(subscription: Object, item: Object, price: Object, catalog: Catalog) -> list[Line]:
    start, end = subscription["start_date"], item["current_period_start"]
    if start >= subscription["created"]:
        return []
    if start >= end:
        end = item["current_period_end"]
    interval = billing_intervals.billing_interval(price)
    whole = pricing.amount(price, subscription["currency"], item["quantity"])
    count = 0
    while interval.boundary(start, count + 1) <= end:
        count += 1
    begins, ends = interval.boundary(start, count), interval.boundary(start, count + 1)
    amount = count * whole + pricing.part_of(whole, end - begins, ends - begins)
    many = f"{item['quantity']} × " if item["quantity"] != 1 else ""
    name = catalog.product_name(price["product"]).name
    words = f"Time on {many}{name} from {lines.day(start)} until {lines.day(end)}"
    line = Line(amount, words, start, end, price, item["quantity"], item["id"], proration=True, discountable=True)
    return [replace(line, discounts=tuple(item["discounts"]), tax_rates=tuple(item["tax_rates"]))]
