"""Stripe asked for what a change would cost, at a fixed proration date, by which the change is then made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Literal

from stripe_billing_cli.stripe_api.client import Object, StripeApi
from stripe_billing_cli.stripe_api.errors import InvalidRequestError
from stripe_billing_cli.subscriptions import cost, pending_invoice_items, renewals
from stripe_billing_cli.subscriptions.cost import Cost
from stripe_billing_cli.subscriptions.terms import Terms, is_metered, terms_of

Proration = Literal["create", "invoice", "none"]
BEHAVIORS = {"create": "create_prorations", "invoice": "always_invoice", "none": "none"}
NEW_PERIOD = {"billing_cycle_anchor": {"type": "now"}}
"""Said with a change of the interval: in flexible billing mode, the default, the anchor "is never automatically reset"
(https://docs.stripe.com/billing/subscriptions/billing-mode/compare#reset-the-billing-cycle-anchor), and what the new
interval costs would wait for its end to be invoiced. In classic mode it goes without saying."""


@dataclass(frozen=True)
class Quote:
    """The cost of a change, and how it is billed. `proration` is how the change is billed; `restarts`: a new period
    begins at once, at `proration_date`; `ends`: when that period does, and the subscription with it."""

    cost: Cost
    proration: Proration
    proration_date: int
    restarts: bool = False
    ends: int | None = None


def of_new_period(
    api: StripeApi,
    subscription: Object,
    invoice: Object,
    proration: Proration,
    at: int,
    waiting: Sequence[Object],
    prices: Sequence[Object],
) -> Quote:
    """Return what a change costs that begins a new period at `at` with `invoice`, by its preview; of metered prices
    alone that is the next one. Nothing follows where the subscription is to end with its period, which is the new one
    then, or before. `prices` are those that the items are on then."""
    if cost.is_next(invoice, at, metered_of(prices)):
        ends = int(invoice["period_end"]) if subscription["cancel_at_period_end"] else None
        upcoming = with_next({**subscription, "cancel_at": ends} if ends else subscription, invoice, waiting, proration)
        return Quote(upcoming, proration, at, restarts=True, ends=ends)
    again, ends = cost.due_again(invoice, at), subscription["cancel_at"]
    until = max((int(line["period"]["end"]) for line in again or invoice["lines"]["data"]), default=at)
    lasting = discounts_lasting(api, subscription, invoice, until)
    billed = cost.billed_at_once(invoice, None, lasting, at)
    use_ends = _first_period_of_use(prices, at)
    if use_ends is not None and (not again or use_ends < until):
        until, again = use_ends, []
        amount = cost.amount_asked(billed.to_balance, billed.currency)
        billed = replace(billed, next_invoice=cost.NextInvoice(amount, until))
    if ends is None or not (again or use_ends):
        return Quote(billed, proration, at, restarts=True)
    if subscription["cancel_at_period_end"]:
        return Quote(replace(billed, next_invoice=None), proration, at, restarts=True, ends=until)
    if ends <= until:
        return Quote(replace(billed, next_invoice=None), proration, at, restarts=True)
    if not again:
        return Quote(billed, proration, at, restarts=True)
    start = int(again[0]["period"]["start"])
    following_end = renewals.end_after(start, until)
    if ends < following_end:
        parts = (renewals.part_of(cost.paid_for(line, lasting), until, following_end, ends) for line in again)
        amount = cost.amount_asked(sum(parts) + billed.to_balance, billed.currency)
        billed = replace(billed, next_invoice=cost.NextInvoice(amount, until))
    return Quote(billed, proration, at, restarts=True)


def metered_of(prices: Sequence[Object]) -> set[str]:
    """Return the ids of those prices that are metered."""
    return {price["id"] for price in prices if is_metered(price)}


def _first_period_of_use(prices: Sequence[Object], at: int) -> int | None:
    """Return when the first period of a metered price ends, of periods that begin at `at`: its use is billed then."""
    recurring = [price["recurring"] for price in prices if is_metered(price)]
    ends = [next(renewals.boundaries(at, one["interval"], one["interval_count"], at)) for one in recurring]
    return min(ends, default=None)


def item_change(item: str, terms: Terms) -> dict[str, Any]:
    """Return an item of `items`, as an update or a preview takes it. Without its id a second item would be added."""
    changed: dict[str, Any] = {"id": item, "price": terms.price}
    if terms.quantity is not None:
        changed["quantity"] = terms.quantity
    return changed


def items_as_they_are(subscription: Object) -> list[dict[str, Any]]:
    """Return the items as `items` of a preview that is to leave out what is scheduled for them."""
    return [item_change(one["id"], terms_of(one)) for one in subscription["items"]["data"]]


def new_item(terms: Terms) -> dict[str, Any]:
    """Return an item that the subscription does not have yet."""
    return {"price": terms.price} if terms.quantity is None else {"price": terms.price, "quantity": terms.quantity}


def restarts(subscription: Object, before: Object, after: Object) -> bool:
    """Return whether the change starts a new period at once: another interval, outside of a trial."""
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
    wanted_proration: Proration | None,
    anew: bool,
    prices: Sequence[Object],
) -> Quote:
    """Return what the change costs if it is made at `at`; with `anew` it starts a new period. `prices` are those that
    the items are on then.

    Without `wanted_proration`, what costs more is billed at once, as an upgrade whose payment decides; what costs less
    is credited to the next invoice.
    """

    def preview(proration: Proration) -> Object:
        details = {
            "items": [item_change(item, terms)],
            "proration_behavior": BEHAVIORS[proration],
            "proration_date": at,
            **(NEW_PERIOD if anew else {}),
        }
        return of_invoice(api, subscription, details)

    waiting = pending_invoice_items.for_customer(api, subscription)

    def later(proration: Proration, said: Proration) -> Quote:
        return Quote(with_next(subscription, following(lambda: preview(proration)), waiting, proration), said, at)

    if subscription["status"] == "trialing":
        return later("none", in_trial(wanted_proration))
    if wanted_proration in (None, "invoice"):
        with ThreadPoolExecutor(2) as pool:
            upcoming = None if anew else pool.submit(following, lambda: preview("none"))
            at_once = following(lambda: preview("invoice"))
        if at_once is None or (not anew and cost.is_next(at_once, at, metered_of(prices))):
            return later("create", "create")
        if wanted_proration or cost.costs_more(at_once, waiting, at):
            if anew:
                return of_new_period(api, subscription, at_once, "invoice", at, waiting, prices)
            return Quote(cost.billed_at_once(at_once, upcoming.result() if upcoming else None), "invoice", at)
    proration = wanted_proration or "create"
    if anew:
        return of_new_period(api, subscription, preview(proration), proration, at, waiting, prices)
    return later(proration, proration)


def in_trial(wanted_proration: Proration | None) -> Proration:
    """Return how a change is billed while nothing is charged: never at once, which would bill whatever waits."""
    return "none" if wanted_proration == "none" else "create"


def with_next(subscription: Object, upcoming: Object | None, waiting: Sequence[Object], proration: Proration) -> Cost:
    """Return the cost where all waits for `upcoming`, as `waiting` does already; nothing where the subscription ends
    without another invoice, or with one of nothing."""
    if upcoming is None:
        return Cost(subscription["currency"])
    billed = cost.billed_later(upcoming, waiting)
    ends = subscription["cancel_at"]
    is_last = ends is not None and ends <= upcoming["period_end"]
    if is_last and not any(line["amount"] for line in upcoming["lines"]["data"]):
        billed = replace(billed, next_invoice=None)
    return replace(billed, lines=()) if proration == "none" else billed


def following(preview: Callable[[], Object]) -> Object | None:
    """Return the preview of the next invoice; None where the subscription ends before."""
    try:
        return preview()
    except InvalidRequestError as refused:
        if refused.code == "invoice_upcoming_none":
            return None
        raise


def discounts_lasting(
    api: StripeApi, subscription: Object, invoice: Object, until: int, *, once: bool = False
) -> set[str] | None:
    """Return the discounts of `invoice` that one made at `until` has too; None where it has none at all. `once`: those
    for one invoice only are among them."""
    if not any(line["discount_amounts"] for line in invoice["lines"]["data"]):
        return None
    expand = {"expand": ["discounts.source.coupon"]}
    discounts = api.get(f"/v1/subscriptions/{subscription['id']}", expand)["discounts"]
    return {one["id"] for one in discounts if _lasts(one, until, once=once)}


def _lasts(discount: Object, until: int, *, once: bool) -> bool:
    coupon = discount["source"]["coupon"]
    if not isinstance(coupon, Mapping) or coupon["duration"] == "forever":
        return True
    if coupon["duration"] == "once":
        return once
    return discount["end"] is not None and discount["end"] > until


def of_invoice(api: StripeApi, subscription: Object, details: dict[str, Any]) -> Object:
    """Return the preview of an invoice (https://docs.stripe.com/api/invoices/create_preview). Raises
    `StripeCallError`."""
    params = {"subscription": subscription["id"], "subscription_details": details}
    return api.post("/v1/invoices/create_preview", params).body


def if_any(api: StripeApi, subscription: Object, details: dict[str, Any]) -> Object | None:
    """Return Stripe's preview of an invoice; None where nothing would be invoiced."""
    try:
        return of_invoice(api, subscription, details)
    except InvalidRequestError as refused:
        if refused.code == "invoice_upcoming_none":
            return None
        raise


def now_of(api: StripeApi, subscription: Object, real_now: int) -> int:
    """Return the time that a subscription lives by: that of its test clock, or the real one."""
    clock = subscription["test_clock"]
    if clock is None:
        return real_now
    id = clock if isinstance(clock, str) else clock["id"]
    return int(api.get(f"/v1/test_helpers/test_clocks/{id}")["frozen_time"])
