"""Pausing a subscription.

Two pauses exist. Stripe's own (https://docs.stripe.com/api/subscriptions/pause) stops the service and its invoices,
with the status `paused`; pausing the collection (https://docs.stripe.com/billing/subscriptions/pause-payment) leaves
the service and the status as they are, and gives the invoices another fate.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from stripe_billing_cli.errors import OperationError, UsageError
from stripe_billing_cli.stripe_api import json_output, lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import InvalidRequestError
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of, name_of
from stripe_billing_cli.subscriptions import quote, schedule, status_checks, steps
from stripe_billing_cli.subscriptions.cost import Cost, billed_at_once


@dataclass(frozen=True)
class PauseRequest:
    """A pause of the subscription with this id, or of this customer.

    `behavior` is Stripe's for the invoices of a paused collection; None pauses the service itself. `until`, in Unix
    seconds: when they are collected again.
    """

    subscription: str
    behavior: str | None = None
    until: int | None = None


@dataclass(frozen=True)
class PausePlan:
    """A pause by these `params`; None where the subscription is paused so already.

    `cost` is what the unused time credits, to be settled later.
    """

    subscription: Subscription
    params: dict[str, Any] | None
    stops_service: bool = False
    cost: Cost | None = None

    @property
    def is_done(self) -> bool:
        """Return whether nothing is left to do."""
        return self.params is None

    def apply(self, api: StripeApi) -> PauseResult:
        """Pause the subscription. Raises `StripeCallError`."""
        if self.params is None:
            return PauseResult(self, self.subscription)
        id = self.subscription["id"]
        if not self.stops_service:
            return PauseResult(self, steps.update(api, id, self.params))
        try:
            api.post(f"/v1/subscriptions/{id}/pause", self.params)
        except InvalidRequestError:
            if steps.read(api, id)["status"] != "paused":
                raise
        return PauseResult(self, steps.read(api, id))


@dataclass(frozen=True)
class PauseResult:
    """The subscription after a pause."""

    plan: PausePlan
    subscription: Subscription

    def record(self) -> dict[str, Any]:
        """Return the pause as it is printed (docs/output.md): `result` is one of `paused`, `unchanged`."""
        pause, cost = self.subscription["pause_collection"], self.plan.cost
        return {
            "id": self.subscription["id"],
            "result": "unchanged" if self.plan.is_done else "paused",
            "pause_collection": None
            if pause is None
            else {"behavior": pause["behavior"], "resumes_at": pause["resumes_at"]},
            "cost": None if cost is None else cost.record(),
            "subscription": json_output.subscription(self.subscription),
        }


def plan_pause(api: StripeApi, request: PauseRequest) -> PausePlan:
    """Read the subscription, and decide its pause.

    Raises `LookupFailedError`, `StripeCallError`; `OperationError` where Stripe pauses no such subscription, or the
    pause is to end in the past.
    """
    subscription = lookup.find_subscription(api, request.subscription, expand=steps.EXPAND)
    status_checks.check_lives(subscription)
    if request.behavior is not None:
        if request.until and request.until <= quote.current_time(api, subscription, int(time.time())):
            raise UsageError("--until lies in the past", "leave it out, or name the day on which to collect again")
        return PausePlan(subscription, _collection_params(subscription, request))
    if subscription["status"] == "paused":
        return PausePlan(subscription, None)
    if subscription["schedule"]:
        raise OperationError(
            f"the subscription {subscription['id']} is on the schedule {id_of(subscription['schedule'])}, and "
            "Stripe pauses no scheduled subscription",
            f"add --keep-service, or take what is scheduled back first: {_way_off_schedule(api, subscription)}",
        )
    params = {"type": "subscription"}
    return PausePlan(subscription, params, stops_service=True, cost=_preview_credit(api, subscription, params))


def _way_off_schedule(api: StripeApi, subscription: Subscription) -> str:
    """Return the commands that take back what a schedule is to change; Stripe's own where that is nothing."""
    id, schedule_id = subscription["id"], id_of(subscription["schedule"])
    assert schedule_id is not None
    items = subscription["items"]["data"]
    scheduled_terms = schedule.upcoming_items(steps.schedule_at(api, schedule_id)) or ()
    commands = []
    for item, terms in zip(items, scheduled_terms, strict=False):
        if terms.price != item["price"]["id"] or terms.quantity != item["quantity"]:
            item_option = f" --item {item['id']}" if len(items) > 1 else ""
            commands.append(f"billing sub change {id}{item_option} --price {name_of(item['price'])} --at period-end")
    return " && ".join(commands) or f"stripe subscription_schedules release {schedule_id}"


def _collection_params(subscription: Subscription, request: PauseRequest) -> dict[str, Any] | None:
    """Return the parameters that pause the collection; None where it is paused so."""
    pause = {"behavior": request.behavior, "resumes_at": request.until}
    current = subscription["pause_collection"]
    if current and all(current.get(name) == value for name, value in pause.items()):
        return None
    return {"pause_collection": {name: value for name, value in pause.items() if value is not None}}


def _preview_credit(api: StripeApi, subscription: Subscription, params: dict[str, Any]) -> Cost | None:
    """Return the credit for the unused time; None where there is none.

    Stripe previews the credits of a pause as the invoice that could be made of them at once; they wait for another.
    """
    invoice = quote.preview_if_any(api, subscription, {"pause": {**params, "invoicing_behavior": "invoice"}})
    if invoice is None:
        return None
    return replace(billed_at_once(invoice), due_now=0, to_balance=0)
