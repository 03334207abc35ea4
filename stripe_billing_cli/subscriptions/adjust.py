"""Changes of a subscription beside the price and quantity of an item: items added and removed, the discount, the trial,
the billing date. Decided from what Stripe holds, quoted by Stripe's own preview, then done in one call.

What is as wanted already is left alone, so that the same command run again does nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from stripe_billing_cli.errors import OperationError, UsageError
from stripe_billing_cli.promotion_codes import name_errors
from stripe_billing_cli.promotion_codes.coverage import coverage_remarks
from stripe_billing_cli.stripe_api import json_output, lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.catalog import Price
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription, SubscriptionItem
from stripe_billing_cli.stripe_api.references import id_of, name_of, whole
from stripe_billing_cli.subscriptions import (
    item_change,
    payments,
    pending_invoice_items,
    quote,
    start,
    status_checks,
    steps,
)
from stripe_billing_cli.subscriptions.adjust_quote import MAY_WAIT, quote_adjustment
from stripe_billing_cli.subscriptions.change import check_as_read
from stripe_billing_cli.subscriptions.payments import OwedInvoice
from stripe_billing_cli.subscriptions.quote import BEHAVIORS, NEW_PERIOD, Proration, Quote
from stripe_billing_cli.subscriptions.start import Line
from stripe_billing_cli.subscriptions.terms import Terms, is_classic, is_metered, terms_of

DAY = 86400
EXPAND = ("discounts",)


@dataclass(frozen=True)
class AdjustRequest:
    """A change of items, discount, trial or billing date. `trial_end` in Unix seconds. `promotion_code` as customers
    write it, or its id. `again`: a new period is begun though one began within a day."""

    add: Sequence[Line] = ()
    remove: Sequence[str] = ()
    coupon: str | None = None
    promotion_code: str | None = None
    no_discount: bool = False
    trial_end: int | Literal["now"] | None = None
    restart_period: bool = False
    again: bool = False
    proration: Proration | None = None


@dataclass(frozen=True)
class AdjustResult:
    """The subscription after a change; `owes` is the invoice that the change waits for.

    `result` is one of `previewed`, `unchanged`, `changed`, `payment_needed`.
    """

    plan: AdjustPlan
    subscription: Subscription
    result: str
    owes: OwedInvoice | None = None

    def record(self) -> dict[str, Any]:
        """Return the change as it is printed (docs/output.md)."""
        plan, cost_quote = self.plan, self.plan.quote
        return {
            "id": self.subscription["id"],
            "result": self.result,
            "item": None,
            "from": None,
            "to": None,
            "added": [asdict(terms) for _, terms in plan.added_prices],
            "removed": [asdict(terms_of(item)) for item in plan.removed_items],
            "starts": None,
            "proration": cost_quote.proration if cost_quote else None,
            "proration_date": cost_quote.proration_date if cost_quote else None,
            "new_period_starts": cost_quote.restarts if cost_quote else False,
            "unpaid_time": plan.unpaid_invoice is not None,
            "cost": None if cost_quote is None else cost_quote.cost.record(),
            **payments.owed_record(self.owes),
            "subscription": json_output.subscription(self.subscription),
        }


@dataclass(frozen=True)
class AdjustPlan:
    """A change that is going to be made at once: `update` are the parameters of it, none where all is as wanted.

    `added_prices` and `removed_items` are named by their prices. `period_began`: a new period is wanted, and one began
    then, less than a day ago. `waits`: the same change waits for its payment already. `has_waiting_items`: invoice
    items wait, which the invoice of a change that may wait for its payment need not take in; that of one that is made
    or refused at once does, as Stripe's preview says.
    """

    subscription: Subscription
    request: AdjustRequest
    update: Mapping[str, Any]
    added_prices: tuple[tuple[Price, Terms], ...] = ()
    removed_items: tuple[SubscriptionItem, ...] = ()
    quote: Quote | None = None
    drops_update: str | None = None
    drops_schedule: str | None = None
    remarks: tuple[str, ...] = field(default_factory=tuple)
    waits: OwedInvoice | None = None
    has_waiting_items: bool = False
    unpaid_invoice: Invoice | None = None
    period_began: int | None = None

    @property
    def is_done(self) -> bool:
        return not self.update

    @property
    def moves(self) -> bool:
        """Return whether there is anything to do: not where the change waits for its payment already."""
        return not self.is_done and self.waits is None

    @property
    def payment_behavior(self) -> str | None:
        """Return `payment_behavior`: what becomes of the change if its invoice is not paid; None without such an
        invoice."""
        if self.subscription["collection_method"] != "charge_automatically" or not self.update.keys() & MAY_WAIT:
            return None
        may_wait = self.update.keys() <= MAY_WAIT and not self.has_waiting_items
        return "pending_if_incomplete" if may_wait else "error_if_incomplete"

    def preview(self) -> AdjustResult:
        """Return the result while nothing is done."""
        result = "unchanged" if self.is_done else "payment_needed" if self.waits else "previewed"
        return AdjustResult(self, self.subscription, result, self.waits)

    def apply(self, api: StripeApi) -> AdjustResult:
        """Change the subscription, as it was quoted.

        Raises `OperationError` if it has changed since it was read, `StripeCallError`.
        """
        if not self.moves:
            return self.preview()
        check_as_read(api, self.subscription)
        if self.drops_update:
            steps.void_update(api, self.drops_update)
        if self.drops_schedule:
            steps.release(api, self.drops_schedule)
        params = dict(self.update)
        if self.quote is not None and self.update.keys() & MAY_WAIT:
            params["proration_behavior"] = BEHAVIORS[self.quote.proration]
            if self.quote.proration != "none":
                params["proration_date"] = self.quote.proration_date
        if self.payment_behavior:
            params["payment_behavior"] = self.payment_behavior
        after = steps.update(api, self.subscription["id"], params)
        owes = payments.owed_latest(api, after) if after["pending_update"] is not None else None
        return AdjustResult(self, after, "payment_needed" if owes else "changed", owes)


def plan_adjust(api: StripeApi, name: str, request: AdjustRequest) -> AdjustPlan:
    """Read the subscription, decide what is to be changed and what it costs.

    Raises `LookupFailedError`, `OperationError`, `UsageError`, `StripeCallError`.
    """
    subscription = lookup.find_subscription(api, name, expand=(*steps.EXPAND, *EXPAND))
    status_checks.check_changeable(subscription)
    now = quote.current_time(api, subscription, int(time.time()))
    added_prices = _find_added(api, subscription, request.add)
    removed_items = _find_removed(api, subscription, request.remove)
    update: dict[str, Any] = {}
    if added_prices or removed_items:
        update["items"] = [*(quote.new_item(terms) for _, terms in added_prices), *map(_deleted_item, removed_items)]
    discounts = _discounts(api, subscription, request)
    if discounts is not None:
        update["discounts"] = discounts
    update |= _trial(subscription, request, now)
    began = _period_began(subscription, now) if request.restart_period and not request.again else None
    if request.restart_period and began is None:
        _check_has_periods(subscription)
        update |= NEW_PERIOD
    if not update:
        return AdjustPlan(subscription, request, {}, period_began=began)
    if update.get("trial_end") not in (None, "now"):
        status_checks.check_end_stays(subscription)
    status_checks.check_ends_no_sooner(subscription, [price for price, _ in added_prices], now)
    update_id = item_change.pending_update(subscription)
    if update_id and _waits_for(subscription, added_prices, removed_items):
        owed_invoice = payments.owed_latest(api, subscription)
        return AdjustPlan(subscription, request, update, added_prices, removed_items, waits=owed_invoice)
    schedule = id_of(subscription["schedule"])
    kept_prices = [item["price"] for item in subscription["items"]["data"] if item not in removed_items]
    prices = [*kept_prices, *(price for price, _ in added_prices)]
    cost_quote = quote_adjustment(api, subscription, update, now, request.proration, prices)
    remarks = _remarks(subscription, request, added_prices, removed_items, cost_quote)
    remarks += tuple(coverage_remarks(api, discounts if isinstance(discounts, list) else (), prices))
    plan = AdjustPlan(
        subscription, request, update, added_prices, removed_items, cost_quote, update_id, schedule, remarks
    )
    unpaid_invoice = (
        payments.unpaid_time(api, payments.never_paid(api, subscription), now) if cost_quote.cost.credited else None
    )
    has_waiting_items = pending_invoice_items.are_there(api, subscription)
    return replace(plan, has_waiting_items=has_waiting_items, unpaid_invoice=unpaid_invoice, period_began=began)


def _deleted_item(item: SubscriptionItem) -> dict[str, Any]:
    return {"id": item["id"], "deleted": True}


def _find_added(api: StripeApi, subscription: Subscription, lines: Sequence[Line]) -> tuple[tuple[Price, Terms], ...]:
    """Return the prices that the subscription is not on yet."""
    added_prices = []
    items_by_price = {item["price"]["id"]: item for item in subscription["items"]["data"]}
    for line in lines:
        price = lookup.find_price(api, line.price)
        if price["recurring"] is None:
            raise OperationError(
                f"the price {line.price} is charged once, and a subscription needs a recurring one",
                "name a price with an interval",
            )
        if is_metered(price) and line.quantity is not None:
            raise OperationError(
                f"the price {line.price} is metered: its quantity is what is used", f"write --add {line.price}"
            )
        terms = Terms(price["id"], None if is_metered(price) else line.quantity or 1)
        current = items_by_price.get(price["id"])
        if current is None:
            added_prices.append((price, terms))
        elif terms_of(current) != terms:
            raise OperationError(
                f"the subscription {subscription['id']} is on {name_of(price)} already, × {current['quantity']}",
                f"billing sub change {subscription['id']} --item {name_of(price)} --quantity {terms.quantity}",
            )
    return tuple(added_prices)


def _find_removed(api: StripeApi, subscription: Subscription, names: Sequence[str]) -> tuple[SubscriptionItem, ...]:
    """Return the items on these prices; a price that the subscription is not on has been removed already."""
    items = subscription["items"]["data"]
    removed_items = []
    for name in names:
        matches = [item for item in items if name in (item["id"], item["price"]["id"], item["price"]["lookup_key"])]
        if not matches:
            lookup.find_price(api, name, archived_too=True)
        removed_items += matches
    if removed_items and len(removed_items) == len(items):
        raise OperationError(
            f"{name_of(removed_items[0]['price'])} is all that the subscription {subscription['id']} is on",
            f"billing sub cancel {subscription['id']} ends it; --price puts it on another price",
        )
    return tuple(removed_items)


def _discounts(api: StripeApi, subscription: Subscription, request: AdjustRequest) -> str | list[dict[str, str]] | None:
    """Return the parameter for the discount that is wanted; None where it is as wanted."""
    discounts = [one for one in map(whole, subscription["discounts"]) if one]
    if request.no_discount:
        return "" if discounts else None
    if request.coupon:
        coupons = [id_of(discount["source"]["coupon"]) for discount in discounts if discount["promotion_code"] is None]
        if coupons == [request.coupon]:
            return None
        name_errors.check_coupon(api, request.coupon)
        return [{"coupon": request.coupon}]
    if request.promotion_code:
        code = start.promotion_code_id(api, request.promotion_code, id_of(subscription["customer"]))
        return (
            None
            if [id_of(discount["promotion_code"]) for discount in discounts] == [code]
            else [{"promotion_code": code}]
        )
    return None


def _trial(subscription: Subscription, request: AdjustRequest, now: int) -> dict[str, Any]:
    trial_end = request.trial_end
    if trial_end is None:
        return {}
    if trial_end == "now":
        return {"trial_end": "now"} if subscription["status"] == "trialing" else {}
    if subscription["trial_end"] == trial_end and subscription["status"] == "trialing":
        return {}
    if trial_end <= now:
        raise UsageError("--trial-end lies in the past", "--trial-end now ends a trial at once")
    return {"trial_end": trial_end}


def _period_began(subscription: Subscription, now: int) -> int | None:
    """Return when the periods of all items began, if that is within a day: the same command, run again, charges for no
    second one."""
    if subscription["status"] == "trialing":
        return None
    began = min(item["current_period_start"] for item in subscription["items"]["data"])
    return began if now - began < DAY else None


def _check_has_periods(subscription: Subscription) -> None:
    if subscription["status"] == "trialing":
        raise OperationError(
            f"the subscription {subscription['id']} is in its trial: its first paid period begins when that ends",
            "--trial-end now ends it",
        )


def _waits_for(
    subscription: Subscription, added_prices: Sequence[tuple[Price, Terms]], removed_items: Sequence[SubscriptionItem]
) -> bool:
    """Return whether the change that waits for its payment is to these items."""
    if not (added_prices or removed_items):
        return False
    removed_ids = {item["id"] for item in removed_items}
    terms_after = [terms_of(item) for item in subscription["items"]["data"] if item["id"] not in removed_ids]
    terms_after += [terms for _, terms in added_prices]
    update = subscription["pending_update"]
    pending_terms = [terms_of(item) for item in (update and update["subscription_items"]) or ()]
    return sorted(map(str, terms_after)) == sorted(map(str, pending_terms))


def _remarks(
    subscription: Subscription,
    request: AdjustRequest,
    added_prices: Sequence[tuple[Price, Terms]],
    removed_items: Sequence[SubscriptionItem],
    cost_quote: Quote,
) -> tuple[str, ...]:
    """Return remarks about the effects of a change besides its cost."""
    remarks = []
    if request.trial_end == "now":
        remarks.append("The trial ends now, and the first paid period begins.")
    elif request.trial_end is not None and subscription["status"] != "trialing":
        credit_text = "is not credited" if request.proration == "none" else "is credited"
        due = "What waits is billed now, and nothing more" if cost_quote.cost.due_now else "Nothing"
        remarks.append(f"{due} is due until the trial ends; what is paid for of the current period {credit_text}.")
    if request.restart_period or (cost_quote.restarts and request.trial_end is None):
        remarks.append("A new period begins now: the billing date becomes today.")
    use_is_lost = request.proration == "none" or is_classic(subscription)
    use_text = "is never billed" if use_is_lost else "is billed with it"
    remarks += [
        f"What was used of {name_of(item['price'])} and not billed yet {use_text}."
        for item in removed_items
        if is_metered(item["price"])
    ]
    remarks += [
        f"{name_of(price)} has a trial of its own ({start.trial_of(price)} days), which is not used."
        for price, _ in added_prices
        if start.trial_of(price)
    ]
    return tuple(remarks)
