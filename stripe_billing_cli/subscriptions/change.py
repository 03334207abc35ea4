"""Putting an item of a subscription on another price or quantity, now or at the end of its period."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api import json_output, lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.catalog import Price
from stripe_billing_cli.stripe_api.objects.invoices import Invoice
from stripe_billing_cli.stripe_api.objects.subscriptions import Schedule, Subscription
from stripe_billing_cli.stripe_api.references import id_of
from stripe_billing_cli.subscriptions import (
    item_change,
    later_quote,
    payments,
    pending_invoice_items,
    quote,
    schedule,
    steps,
    terms,
)
from stripe_billing_cli.subscriptions.cost import Cost
from stripe_billing_cli.subscriptions.item_change import At, Change
from stripe_billing_cli.subscriptions.payments import OwedInvoice
from stripe_billing_cli.subscriptions.quote import Proration, Quote

RESULTS = {
    "none": "unchanged",
    "wait": "payment_needed",
    "now": "changed",
    "later": "scheduled",
    "take_back": "taken_back",
}


@dataclass(frozen=True)
class ChangeRequest:
    """A request for another price or quantity of one item of the subscription with this id, or of this customer.

    `price` by id or lookup key, None for the one that it has; `item` by id or price where there are several.
    `proration` is of a change now, and None for what suits it.
    """

    subscription: str
    price: str | None = None
    quantity: int | None = None
    item: str | None = None
    at: At = "now"
    proration: Proration | None = None


@dataclass(frozen=True)
class ChangePlan:
    """A change with what comes of it: `current_price` is the item's price, `new_price` the one that it is to have.

    `quote` is of a change now, `later_cost` of one at the period's end. `owes`: the same change waits for this invoice
    already. `unpaid_invoice` is the open invoice of time that is credited all the same.
    """

    subscription: Subscription
    current_price: Price
    new_price: Price
    change: Change
    schedule: Schedule | None
    quote: Quote | None = None
    later_cost: Cost | None = None
    owes: OwedInvoice | None = None
    unpaid_invoice: Invoice | None = None

    @property
    def moves(self) -> bool:
        """Return whether there is anything to do."""
        return self.change.action not in ("none", "wait")

    def preview(self) -> ChangeResult:
        """Return the result while nothing is done."""
        return ChangeResult(self, self.subscription, "previewed")

    def apply(self, api: StripeApi) -> ChangeResult:
        """Change the subscription, as it was decided and quoted.

        Raises `OperationError` if the subscription has changed since it was read, `PaymentFailedError` where nothing
        was changed because it could not be paid, `StripeCallError`.
        """
        if not self.moves:
            return ChangeResult(self, self.subscription, RESULTS[self.change.action], self.owes)
        after = self._write(api)
        if after["pending_update"] is not None:
            return ChangeResult(self, after, "payment_needed", payments.owed_latest(api, after))
        return ChangeResult(self, after, RESULTS[self.change.action])

    def _write(self, api: StripeApi) -> Subscription:
        """Return the subscription after the change is made, scheduled or taken back."""
        check_as_read(api, self.subscription)
        if self.change.drops_update:
            steps.void_update(api, self.change.drops_update)
        if self.change.drops_schedule:
            steps.release(api, self.change.drops_schedule)
        match self.change.action:
            case "now":
                assert self.quote is not None
                has_waiting_items = pending_invoice_items.are_there(api, self.subscription)
                params = update_params(self.subscription, self.change, self.quote, has_waiting_items=has_waiting_items)
                return steps.update(api, self.subscription["id"], params)
            case "later":
                _put_on_schedule(api, self.subscription, self.change, self.new_price)
        return steps.read(api, self.subscription["id"])


@dataclass(frozen=True)
class ChangeResult:
    """The subscription after a change; `owes` is the invoice that the change waits for.

    `result` is one of `previewed`, `unchanged`, `changed`, `scheduled`, `taken_back`, `payment_needed`.
    """

    plan: ChangePlan
    subscription: Subscription
    result: str
    owes: OwedInvoice | None = None

    def record(self) -> dict[str, Any]:
        """Return the change as it is printed (docs/output.md)."""
        change, cost_quote = self.plan.change, self.plan.quote
        cost = cost_quote.cost if cost_quote else self.plan.later_cost
        return {
            "id": self.subscription["id"],
            "result": self.result,
            "item": change.item,
            "from": asdict(change.before),
            "to": asdict(change.after),
            "added": [],
            "removed": [],
            "starts": change.starts,
            "proration": cost_quote.proration if cost_quote else None,
            "proration_date": cost_quote.proration_date if cost_quote else None,
            "new_period_starts": cost_quote.restarts if cost_quote else False,
            "cost": None if cost is None else cost.record(),
            **payments.owed_record(self.owes),
            "subscription": json_output.subscription(self.subscription),
            "unpaid_time": self.plan.unpaid_invoice is not None,
        }


def plan_change(api: StripeApi, request: ChangeRequest) -> ChangePlan:
    """Read what there is, decide the change, and ask Stripe what it costs.

    Raises `LookupFailedError`, `OperationError`, `StripeCallError`.
    """
    with ThreadPoolExecutor(1) as pool:
        price_search = pool.submit(lookup.find_price, api, request.price) if request.price else None
        subscription = lookup.find_subscription(api, request.subscription, expand=steps.EXPAND)
    item = terms.choose_item(subscription, request.item)
    as_it_is = request.price in (None, item["price"]["id"])  # which may be archived by now
    new_price = item["price"] if price_search is None or as_it_is else price_search.result()
    current_schedule = steps.attached_schedule(api, subscription)
    after = terms.new_terms(item, new_price, request.quantity)
    change = item_change.decide(subscription, current_schedule, item, after, request.at)
    plan = ChangePlan(subscription, item["price"], new_price, change, current_schedule)
    restarts = quote.restarts_period(subscription, item["price"], new_price)
    match change.action:
        case "now":
            restarts = restarts or quote.begins_to_cost(subscription, new_price)
            return _quote_plan(api, plan, request.proration, restarts=restarts)
        case "later":
            assert change.starts is not None
            cost = later_quote.of_later_change(api, subscription, change.later, change.starts, restarts=restarts)
            return replace(plan, later_cost=cost)
        case "wait":
            return replace(plan, owes=payments.owed_latest(api, subscription))
    return plan


def _quote_plan(api: StripeApi, plan: ChangePlan, proration: Proration | None, *, restarts: bool) -> ChangePlan:
    """Return the plan of a change now with what it costs."""
    subscription, change = plan.subscription, plan.change
    now = quote.current_time(api, subscription, int(time.time()))
    items = subscription["items"]["data"]
    cost_quote = quote.quote_change(
        api,
        subscription,
        change.item,
        change.after,
        at=now,
        wanted_proration=proration,
        restarts=restarts,
        prices=[plan.new_price if item["id"] == change.item else item["price"] for item in items],
    )
    unpaid_invoice = None
    if cost_quote.cost.credited:
        unpaid_invoice = payments.unpaid_time(api, payments.never_paid(api, subscription), now)
    return replace(plan, quote=cost_quote, unpaid_invoice=unpaid_invoice)


def update_params(
    subscription: Subscription, change: Change, cost_quote: Quote, *, has_waiting_items: bool = False
) -> dict[str, Any]:
    """Return the parameters of the change as previewed, which is paid for or not done: Stripe keeps the plan until the
    change's invoice is paid.

    A pending update takes few other parameters, and none exist where the customer is sent an invoice
    (https://docs.stripe.com/billing/subscriptions/pending-updates). While invoice items wait, the change is made or
    refused at once: the invoice of a pending update need not take them in, and then costs something else.
    """
    params: dict[str, Any] = {
        "items": [quote.item_change(change.item, change.after)],
        "proration_behavior": quote.BEHAVIORS[cost_quote.proration],
    }
    if cost_quote.proration != "none":
        params["proration_date"] = cost_quote.proration_date
    if cost_quote.restarts:
        params |= quote.NEW_PERIOD
    if subscription["collection_method"] == "charge_automatically":
        params["payment_behavior"] = "error_if_incomplete" if has_waiting_items else "pending_if_incomplete"
    return params


def _put_on_schedule(api: StripeApi, subscription: Subscription, change: Change, price: Price) -> None:
    """Make the schedule if there is none, then write its phases. Cut off between the two, the next run finds it."""
    id = subscription["id"]
    current_schedule = steps.schedule_at(api, change.schedule) if change.schedule else steps.attach_schedule(api, id)
    assert change.starts is not None
    [item] = [item for item in subscription["items"]["data"] if item["id"] == change.item]
    restarts = quote.restarts_period(subscription, item["price"], price)
    params = schedule.update_params(current_schedule, change.later, change.starts, price, restarts=restarts)
    api.post(f"/v1/subscription_schedules/{current_schedule['id']}", params)


def check_as_read(api: StripeApi, subscription: Subscription) -> None:
    """Refuse if the subscription is not what was shown, and agreed to, any more."""
    now = api.get(f"/v1/subscriptions/{subscription['id']}", kind=Subscription)
    if _state(now) != _state(subscription):
        raise OperationError(
            f"the subscription {subscription['id']} has changed since it was shown", "run the same command again"
        )


def _state(subscription: Subscription) -> tuple[object, ...]:
    """Return the fields that the decision and its cost depend on."""
    items = [
        (item["id"], item["price"]["id"], item["quantity"], item["current_period_end"])
        for item in subscription["items"]["data"]
    ]
    return (
        items,
        subscription["status"],
        id_of(subscription["schedule"]),
        bool(subscription["pending_update"]),
        id_of(subscription["latest_invoice"]),
        subscription["cancel_at"],
    )
