"""Stripe asked for what a change would cost, at a fixed proration date, by which the change is then made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Literal

from stripe_billing_cli.stripe_api.client import Object, StripeApi
from stripe_billing_cli.stripe_api.errors import RequestRefused
from stripe_billing_cli.subscriptions import cost, renewals
from stripe_billing_cli.subscriptions.cost import Cost
from stripe_billing_cli.subscriptions.records import id_of
from stripe_billing_cli.subscriptions.terms import Terms

Proration = Literal["create", "invoice", "none"]
BEHAVIORS = {"create": "create_prorations", "invoice": "always_invoice", "none": "none"}
NEW_PERIOD = {"billing_cycle_anchor": {"type": "now"}}
"""Said with a change of the interval: in flexible billing mode, the default, the anchor "is never automatically reset"
(https://docs.stripe.com/billing/subscriptions/billing-mode/compare#reset-the-billing-cycle-anchor), and what the new
interval costs would wait for its end to be invoiced. In classic mode it goes without saying."""


@dataclass(frozen=True)
class Quote:
    """`proration` is how the change is billed; `restarts`: a new period begins at once, at `proration_date`."""

    cost: Cost
    proration: Proration
    proration_date: int
    restarts: bool = False


def item_change(item: str, terms: Terms) -> dict[str, Any]:
    """One item of `items`, as an update or a preview takes it. Without its id a second item would be added."""
    changed: dict[str, Any] = {"id": item, "price": terms.price}
    if terms.quantity is not None:
        changed["quantity"] = terms.quantity
    return changed


def restarts(subscription: Object, before: Object, after: Object) -> bool:
    """Whether the change starts a new period at once: another interval, outside of a trial."""
    if subscription["status"] == "trialing":
        return False
    names = "interval", "interval_count"
    return any(before["recurring"][name] != after["recurring"][name] for name in names)


def of_change(
    api: StripeApi,
    subscription: Object,
    item: str,
    terms: Terms,
    *,
    at: int,
    asked: Proration | None,
    anew: bool,
) -> Quote:
    """What the change costs if it is made at `at`. Without `asked`, what costs more is billed at once, as an upgrade
    whose payment decides; what costs less is credited to the next invoice. `anew`: it starts a new period."""

    def preview(proration: Proration) -> Object:
        details = {
            "items": [item_change(item, terms)],
            "proration_behavior": BEHAVIORS[proration],
            "proration_date": at,
            **(NEW_PERIOD if anew else {}),
        }
        return of_invoice(api, subscription, details)

    if subscription["status"] == "trialing":
        return Quote(cost.billed_later(preview("none"), at), asked or "create", at)
    if asked in (None, "invoice"):
        with ThreadPoolExecutor(2) as pool:
            upcoming = None if anew else pool.submit(following, lambda: preview("none"))
            at_once = preview("invoice")
        if asked or cost.costs_more(at_once, at):
            after = upcoming.result() if upcoming else None
            lasting = _lasting_discounts(api, subscription, at_once) if anew else None
            return Quote(cost.billed_at_once(at_once, after, lasting), "invoice", at, anew)
    proration = asked or "create"
    later = preview(proration)
    if anew:
        return Quote(
            cost.billed_at_once(later, None, _lasting_discounts(api, subscription, later)), proration, at, anew
        )
    return Quote(cost.billed_later(later, at), proration, at)


def following(preview: Callable[[], Object]) -> Object | None:
    """The preview of the next invoice; None where the subscription ends before."""
    try:
        return preview()
    except RequestRefused as refused:
        if refused.code == "invoice_upcoming_none":
            return None
        raise


def _lasting_discounts(api: StripeApi, subscription: Object, invoice: Object) -> set[str] | None:
    """The discounts that the invoice after one that begins a period has too; None where there are none at all."""
    if not any(line["discount_amounts"] for line in invoice["lines"]["data"]):
        return None
    expand = {"expand": ["discounts.source.coupon"]}
    held = api.get(f"/v1/subscriptions/{subscription['id']}", expand)["discounts"]
    ends = max(int(line["period"]["end"]) for line in invoice["lines"]["data"])
    return {one["id"] for one in held if _lasts(one, ends)}


def _lasts(discount: Object, until: int) -> bool:
    coupon = discount["source"]["coupon"]
    if not isinstance(coupon, Mapping) or coupon["duration"] == "forever":
        return True
    return coupon["duration"] == "repeating" and discount["end"] is not None and discount["end"] > until


def of_later_change(api: StripeApi, subscription: Object, later: Sequence[Terms], starts: int) -> Cost:
    """What the first invoice of a change at the period's end will be: as if the items were changed for nothing now.

    `later` is what each of them will be, in the subscription's order.
    """
    held = subscription["items"]["data"]
    if len({item["current_period_end"] for item in held}) > 1:
        return _of_items_due(api, subscription, later, starts)
    items = [item_change(item["id"], terms) for item, terms in zip(held, later, strict=True)]
    details = {"items": items, "proration_behavior": "none"}
    invoice = of_invoice(api, subscription, details)
    upcoming = cost.billed_later(invoice, 0)
    assert upcoming.next_invoice is not None
    return replace(upcoming, lines=(), next_invoice=replace(upcoming.next_invoice, at=starts))


def _of_items_due(api: StripeApi, subscription: Object, later: Sequence[Terms], starts: int) -> Cost:
    """What is invoiced at `starts` where items have periods of their own: those whose period begins then, as the first
    invoice of a subscription to them is."""
    anchor = int(subscription["billing_cycle_anchor"])
    due = []
    for item, terms in zip(subscription["items"]["data"], later, strict=True):
        recurring, ends = item["price"]["recurring"], int(item["current_period_end"])
        moments = renewals.boundaries(anchor, recurring["interval"], recurring["interval_count"], ends - 1)
        if ends == starts or next(moment for moment in moments if moment >= starts) == starts:
            due.append({"price": terms.price, **({} if terms.quantity is None else {"quantity": terms.quantity})})
    params: dict[str, Any] = {"customer": id_of(subscription["customer"]), "subscription_details": {"items": due}}
    if subscription["discounts"]:
        params["discounts"] = [{"discount": id_of(one)} for one in subscription["discounts"]]
    invoice = api.post("/v1/invoices/create_preview", params).body
    amount = sum(cost.paid_for(line) for line in invoice["lines"]["data"] if not cost.is_invoice_item(line))
    return Cost(invoice["currency"], next_invoice=cost.NextInvoice(amount, starts))


def of_invoice(api: StripeApi, subscription: Object, details: dict[str, Any]) -> Object:
    """The preview of an invoice (https://docs.stripe.com/api/invoices/create_preview). Raises `StripeFailure`."""
    params = {"subscription": subscription["id"], "subscription_details": details}
    return api.post("/v1/invoices/create_preview", params).body


def if_any(api: StripeApi, subscription: Object, details: dict[str, Any]) -> Object | None:
    """The same; None where nothing would be invoiced."""
    try:
        return of_invoice(api, subscription, details)
    except RequestRefused as refused:
        if refused.code == "invoice_upcoming_none":
            return None
        raise


def now_of(api: StripeApi, subscription: Object, real_now: int) -> int:
    """The time that a subscription lives by: that of its test clock, or the real one."""
    clock = subscription["test_clock"]
    if clock is None:
        return real_now
    id = clock if isinstance(clock, str) else clock["id"]
    return int(api.get(f"/v1/test_helpers/test_clocks/{id}")["frozen_time"])
