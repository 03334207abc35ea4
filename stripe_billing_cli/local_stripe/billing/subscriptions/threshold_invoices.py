"""Invoices that billing thresholds bring about when use is reported
(https://docs.stripe.com/billing/subscriptions/usage-based/thresholds).

Such an invoice has all that was used in the period so far, and takes off what is billed of it already: "Stripe
maintains tiers across threshold invoices". Where the anchor is reset, "Stripe treats this configured behavior as if the
subscription naturally arrived at its rollover point": nothing is prorated, and the next period is billed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.invoicing import invoice_items, invoices
from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line, item_of
from stripe_billing_cli.local_stripe.billing.metering.usage import UsageReported
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    automatic_invoices,
    items,
    metering,
    price_checks,
    renewal,
    repository,
    schedule_jobs,
)
from stripe_billing_cli.local_stripe.billing.subscriptions.billing_catalog import Catalog
from stripe_billing_cli.local_stripe.billing.subscriptions.metering import AccruedUse
from stripe_billing_cli.local_stripe.core.lists import all_with
from stripe_billing_cli.local_stripe.core.requests import Api, Call
from stripe_billing_cli.local_stripe.core.store import Object

EVALUATED_STATUSES = ("active", "past_due", "unpaid")
""""Thresholds don't apply to trial subscriptions"."""
LAST_DAY = 24 * 60 * 60
"""How long before a period's end thresholds are not looked at any more: "This helps limit confusion for a customer who
receives multiple invoices on the same date"."""


@dataclass(frozen=True)
class ReachedThresholds:
    """The thresholds that use has reached: the subscription's `amount`, and those of `items`, by the items' ids."""

    amount: int | None
    items: dict[str, int]


def bill_reached(call: Call, effect: UsageReported) -> None:
    """Bill the subscriptions of a customer whose thresholds are reached by what was reported."""
    for subscription in all_with(call, repository.KIND, "customer", effect.customer):
        if _is_evaluated(subscription, call.now):
            _bill_if_reached(call, subscription)


def _is_evaluated(subscription: Object, now: int) -> bool:
    item_objects = subscription["items"]["data"]
    thresholds = [subscription["billing_thresholds"], *(item["billing_thresholds"] for item in item_objects)]
    return (
        any(thresholds)
        and subscription["status"] in EVALUATED_STATUSES
        and items.first_end(item_objects) - now > LAST_DAY
    )


def _bill_if_reached(call: Call, before: Object) -> None:
    catalog = price_checks.catalog(call)
    uses = metering.accrued_items(call, before, catalog)
    pending_items = invoice_items.pending_of(call, before)
    usage_lines = [line for one in uses for line in one.lines]
    draft = _draft(call, before, pending_items, usage_lines)
    thresholds = _find_reached(before, uses, draft["total_excluding_tax"])
    if thresholds.amount is None and not thresholds.items:
        return
    changes: Object
    if (before["billing_thresholds"] or {}).get("reset_billing_cycle_anchor"):
        data, period_lines = _next_period(before, catalog, call.now)
        changes = {"billing_cycle_anchor": call.now, "items": items.with_items(before, data)}
        draft = _draft(call, {**before, **changes}, pending_items, [*period_lines, *usage_lines], since=before)
    else:
        changes = {"items": items.with_items(before, _billed_items(before, uses, draft))}
    draft["threshold_reason"] = _reason(thresholds, draft)
    after = repository.amend(call, before["id"], **changes, latest_invoice=draft["id"])
    schedule_jobs.plan_ahead(call, after)
    automatic_invoices.create(call, before, draft, pending_items)


def _draft(
    call: Call,
    subscription: Object,
    pending_items: Sequence[Object],
    lines: Sequence[Line],
    since: Object | None = None,
) -> Object:
    """Return the invoice for a period until now; `since`: the subscription in that period, where it is in the next."""
    return invoices.new_draft(
        call,
        customers.find(call, subscription["customer"]),
        [*(invoice_items.as_line(call, item) for item in pending_items), *lines],
        subscription["currency"],
        reason="subscription_threshold",
        subscription=subscription,
        period=(items.first_start((since or subscription)["items"]["data"]), call.now),
        auto_advance=automatic_invoices.advances(subscription),
    )


def _find_reached(subscription: Object, uses: Sequence[AccruedUse], total: int) -> ReachedThresholds:
    """Return what is reached: "the value used excludes taxes but includes discounts", and of a number of units those
    that are not billed."""
    amount = (subscription["billing_thresholds"] or {}).get("amount_gte")
    by_item = {}
    for one in uses:
        least = (one.item["billing_thresholds"] or {}).get("usage_gte")
        if least is not None and one.units - one.billed_units >= least:
            by_item[one.item["id"]] = least
    return ReachedThresholds(amount if amount is not None and total >= amount else None, by_item)


def _reason(thresholds: ReachedThresholds, draft: Object) -> Object:
    """Return `threshold_reason` of the invoice."""
    return {
        "amount_gte": thresholds.amount,
        "item_reasons": [
            {"line_item_ids": [line["id"] for line in _lines_of(id, draft)], "usage_gte": least}
            for id, least in thresholds.items.items()
        ],
    }


def _lines_of(item: str, draft: Object) -> list[Object]:
    """Return the lines of a subscription item."""
    details = [(line, line["parent"]["subscription_item_details"]) for line in draft["lines"]["data"]]
    return [line for line, parent in details if parent is not None and parent["subscription_item"] == item]


def _billed_items(subscription: Object, uses: Sequence[AccruedUse], draft: Object) -> list[Object]:
    """Return the items, whose periods go on, with the use that is billed now."""
    uses_by_item = {one.item["id"]: one for one in uses}
    return [
        _billed_item(uses_by_item[item["id"]], draft) if item["id"] in uses_by_item else item
        for item in subscription["items"]["data"]
    ]


def _billed_item(use: AccruedUse, draft: Object) -> Object:
    """Return an item with the use that is billed now, for what its lines come to, those before among them."""
    usage_lines = [line for line in _lines_of(use.item["id"], draft) if item_of(line) is None]
    net = sum(line["amount"] - sum(off["amount"] for off in line["discount_amounts"]) for line in usage_lines)
    return items.with_billed_use(use.item, use.units, use.billed_net + net)


def _next_period(subscription: Object, catalog: Catalog, now: int) -> tuple[list[Object], list[Line]]:
    """Return the items in periods that begin now, and what these cost; what was reported until now is of those
    before."""
    over = [{**item, "current_period_end": now} for item in subscription["items"]["data"]]
    before_period = {**subscription, "billing_cycle_anchor": now, "items": items.with_items(subscription, over)}
    data, lines = renewal.begin_periods(before_period, catalog, now)
    last_report = catalog.last_report()
    return [
        items.counting_anew(item, last_report, now) if items.is_metered(catalog.price(item["price"])) else item
        for item in data
    ], lines


API = Api(listeners={UsageReported: (bill_reached,)})
