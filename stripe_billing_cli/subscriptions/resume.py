"""Letting a subscription go on: its pending cancellation is taken back, or its pause ends.

Each step sets the subscription to something and may be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from stripe_billing_cli.stripe_api import json_output, lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import InvalidRequestError
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.subscriptions import (
    payments,
    pending_invoice_items,
    quote,
    shortened_period,
    status_checks,
    steps,
)
from stripe_billing_cli.subscriptions.cost import Cost, billed_at_once, billed_later
from stripe_billing_cli.subscriptions.payments import OwedInvoice

Step = Literal["cancellation", "pause", "collection"]
RESUME = {"payment_behavior": "resume_on_payment_success"}
"""The subscription stays paused until the invoice of its new period is paid
(https://docs.stripe.com/api/subscriptions/resume)."""


@dataclass(frozen=True)
class ResumePlan:
    """The steps that are taken back, in this order: without any, the subscription goes on as it is, or waits for the
    payment of an earlier resumption. That one must not be begun again: Stripe would void its invoice and the credits on
    it.

    `cost` is that of the period that begins after a pause of the service, or of time that the cancellation had
    credited.
    """

    subscription: Subscription
    steps: tuple[Step, ...] = ()
    cancel_params: dict[str, Any] = field(default_factory=dict)
    cost: Cost | None = None

    @property
    def moves_money(self) -> bool:
        """Return whether something is charged, or may be."""
        return self.cost is not None or "pause" in self.steps

    def apply(self, api: StripeApi) -> ResumeResult:
        """Take back what was decided, and read what is owed of a subscription that stays paused.

        Raises `StripeCallError`.
        """
        after = self.subscription
        for step in self.steps:
            after = self._take(api, step)
        invoices = payments.open_invoices(api, after) if after["status"] == "paused" else []
        return ResumeResult(self, after, payments.owed_invoice(api, invoices[0]) if invoices else None)

    def _take(self, api: StripeApi, step: Step) -> Subscription:
        id = self.subscription["id"]
        try:
            match step:
                case "cancellation":
                    return steps.update(api, id, self.cancel_params)
                case "collection":
                    return steps.update(api, id, {"pause_collection": ""})
                case "pause":
                    return _resume_service(api, id)
        except InvalidRequestError:
            now = _read_alive(api, id)
            if step in _steps(now):
                raise
            return now  # another run has taken it back


@dataclass(frozen=True)
class ResumeResult:
    """The subscription as it goes on; `owes` is the invoice that one waits for that stays paused."""

    plan: ResumePlan
    subscription: Subscription
    owes: OwedInvoice | None = None

    @property
    def stays_paused(self) -> bool:
        """Return whether the subscription goes on only when it is paid."""
        return self.subscription["status"] == "paused"

    def record(self) -> dict[str, Any]:
        """Return the resumption as it is printed (docs/output.md).

        `result` is one of `resumed`, `unchanged`, `payment_needed`; `taken_back` names `cancellation`, `collection`,
        `pause`.
        """
        plan = self.plan
        return {
            "id": self.subscription["id"],
            "result": "payment_needed" if self.stays_paused else "resumed" if plan.steps else "unchanged",
            "taken_back": list(plan.steps),
            "cost": None if plan.cost is None else plan.cost.record(),
            **payments.owed_record(self.owes),
            "subscription": json_output.subscription(self.subscription),
        }


def plan_resume(api: StripeApi, subscription: str) -> ResumePlan:
    """Read a subscription by its id or its customer, and decide what keeps it from going on.

    Raises `LookupFailedError`, `StripeCallError`; `OperationError` where nothing brings it back.
    """
    before = lookup.find_subscription(api, subscription, expand=steps.EXPAND)
    status_checks.check_lives(before)
    try:
        return _plan(api, before)
    except InvalidRequestError:
        now = _read_alive(api, before["id"])
        if _steps(now) == _steps(before):
            raise
    return _plan(api, now)  # another run came between


def _read_alive(api: StripeApi, id: str) -> Subscription:
    """Return the subscription as it is now. Raises `OperationError` where it has ended."""
    now = steps.read(api, id)
    status_checks.check_lives(now)
    return now


def _plan(api: StripeApi, subscription: Subscription) -> ResumePlan:
    to_take = tuple(_steps(subscription))
    params = _cancel_params(api, subscription) if "cancellation" in to_take else {}
    cost = _preview_period(api, subscription) if "pause" in to_take else _preview_rest(api, subscription, params)
    return ResumePlan(subscription, to_take, params, cost)


def _steps(subscription: Subscription) -> list[Step]:
    to_take: list[Step] = []
    if subscription["cancel_at"] is not None or subscription["cancel_at_period_end"]:
        to_take.append("cancellation")
    if subscription["pause_collection"]:
        to_take.append("collection")
    if subscription["status"] == "paused" and subscription["pending_update"] is None:
        to_take.append("pause")
    return to_take


def _cancel_params(api: StripeApi, subscription: Subscription) -> dict[str, Any]:
    """Return the parameters that take a cancellation back, with what becomes of a period that it cut short."""
    params: dict[str, Any] = (
        {"cancel_at_period_end": False} if subscription["cancel_at_period_end"] else {"cancel_at": ""}
    )
    if shortened_period.ends_within_period(subscription):
        params["proration_behavior"] = shortened_period.proration(api, subscription)
    return params


def _resume_service(api: StripeApi, id: str) -> Subscription:
    """Begin the resumption, unless another run has begun it since: a second one would void the invoice of the first."""
    now = _read_alive(api, id)
    if "pause" not in _steps(now):
        return now
    api.post(f"/v1/subscriptions/{id}/resume", RESUME)
    return steps.read(api, id)


def _preview_rest(api: StripeApi, subscription: Subscription, params: dict[str, Any]) -> Cost | None:
    """Return the charge for the rest of a period that was cut short, and not billed, beside the credit of that
    rest that waits; None where nothing is charged."""
    if params.get("proration_behavior") != "create_prorations":
        return None
    invoice = quote.preview_if_any(api, subscription, dict(params))
    if invoice is None:
        return None
    pending_items = pending_invoice_items.for_customer(api, subscription)
    cost = billed_later(
        invoice,
        [
            pending_item
            for pending_item in pending_items
            if pending_item["period"]["start"] != subscription["cancel_at"]
        ],
    )
    return cost if cost.lines else None


def _preview_period(api: StripeApi, subscription: Subscription) -> Cost | None:
    """Return the cost of the new period; None where nothing is invoiced."""
    invoice = quote.preview_if_any(api, subscription, {"resume_at": "now"})
    return billed_at_once(invoice) if invoice else None
