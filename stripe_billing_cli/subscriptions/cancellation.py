"""The end of a subscription: when it comes and what it takes, decided without asking anything of Stripe.

https://docs.stripe.com/billing/subscriptions/cancel. Times are Unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from stripe_billing_cli.errors import OperationError, UsageError
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of

When = Literal["default", "now", "period-end", "last-period-end", "at"]
RefundKind = Literal["last", "prorated"]
Action = Literal["none", "now", "later", "details"]
ENDED = ("canceled", "incomplete_expired")


@dataclass(frozen=True)
class CancelRequest:
    """The end that is wanted of the subscription with this id, or of this customer. `at` is a time, for `when="at"`."""

    subscription: str
    when: When = "default"
    at: int | None = None
    invoice_now: bool = False
    prorate: bool = False
    refund: RefundKind | None = None
    reason: str | None = None
    comment: str | None = None


@dataclass(frozen=True)
class Cancellation:
    """A decided cancellation. `none`: the subscription is canceled, or going to be, as requested. `details`: only the
    reason or comment is written.

    `ends` is when the subscription ends or ended. `params` go with the call: a DELETE for `now`, else an update.
    `drops_update` is the open invoice of a change that never came to be, `drops_schedule` the attached schedule.
    """

    action: Action
    ends: int
    params: dict[str, Any] = field(default_factory=dict)
    drops_update: str | None = None
    drops_schedule: str | None = None


def decide(subscription: Subscription, request: CancelRequest, now: int) -> Cancellation:
    """Return the cancellation that is requested. Raises `OperationError` where the options contradict each other, or
    the subscription's state."""
    details = _details(subscription, request)
    if subscription["status"] in ENDED:
        end = subscription["ended_at"] or subscription["canceled_at"] or now
        return Cancellation("details" if details else "none", end, details)
    when = _when(subscription, request, now)
    _check_options(when, request)
    if when == "now":
        return _at_once(subscription, request, details, now)
    if subscription["status"] == "incomplete":
        raise OperationError(
            f"the subscription {subscription['id']} is incomplete: it can only be canceled at once", "say --now"
        )
    return _later(subscription, when, request, details, now)


def _when(subscription: Subscription, request: CancelRequest, now: int) -> When:
    """Return when the subscription ends: by default at the period's end; at once where there is no paid period that
    could end. A pause ends the period."""
    is_over = subscription["status"] == "paused" and period_end(subscription) <= now
    if is_over and request.when in ("default", "period-end"):
        return "now"
    if request.when != "default":
        return request.when
    if subscription["status"] == "incomplete":
        return "now"
    return "period-end" if subscription["cancel_at"] is None else "default"


def _check_options(when: When, request: CancelRequest) -> None:
    if request.invoice_now and when != "now":
        raise UsageError(
            "--invoice-now bills what is pending at once, and the subscription goes on for now", "add --now"
        )
    if request.prorate and when not in ("now", "at"):
        raise UsageError(
            "--prorate credits unused time, and at the end of a period none is left", "say --now or --at DATE"
        )
    if request.refund == "prorated" and when != "now":
        raise UsageError("--refund prorated pays unused time back, and the subscription goes on for now", "add --now")
    if request.prorate and request.refund:
        raise UsageError("--prorate and --refund would both give the money back", "choose one")


def _at_once(subscription: Subscription, request: CancelRequest, details: dict[str, Any], now: int) -> Cancellation:
    params = {**details}
    if request.invoice_now:
        params["invoice_now"] = True
    if request.prorate:
        params["prorate"] = True
    return Cancellation("now", now, params, _pending_update(subscription), _schedule(subscription))


def keeping_prorations(cancellation: Cancellation) -> Cancellation:
    """Return a cancellation at once that leaves prorations, new ones and those that wait, for another invoice of the
    customer's: by itself it would drop them."""
    return replace(cancellation, params={**cancellation.params, "prorate": True})


def _later(
    subscription: Subscription, when: When, request: CancelRequest, details: dict[str, Any], now: int
) -> Cancellation:
    current_end = subscription["cancel_at"]
    if when == "default":
        assert current_end is not None  # only a subscription that is to end has an end that is kept
        return Cancellation("details" if details else "none", current_end, details)
    params: dict[str, Any]
    if when == "period-end":
        ends = first_period_end(subscription)
        is_unchanged, params = subscription["cancel_at_period_end"], {"cancel_at_period_end": True}
    elif when == "last-period-end":
        ends = period_end(subscription)
        is_unchanged, params = current_end == ends, {"cancel_at": ends, "proration_behavior": "none"}
    else:
        assert request.at is not None
        if request.at <= now:
            raise UsageError("--at is in the past", "say --now to cancel at once")
        ends = request.at
        is_unchanged = current_end == ends
        params = {"cancel_at": ends, "proration_behavior": "create_prorations" if request.prorate else "none"}
    if is_unchanged:
        return Cancellation("details" if details else "none", ends, details)
    return Cancellation("later", ends, {**params, **details}, drops_schedule=_schedule(subscription))


def _details(subscription: Subscription, request: CancelRequest) -> dict[str, Any]:
    """Return the reason and comment that are not there yet."""
    current: Mapping[str, object] = subscription["cancellation_details"] or {}
    details = {"feedback": request.reason, "comment": request.comment}
    new = {name: value for name, value in details.items() if value is not None and current.get(name) != value}
    return {"cancellation_details": new} if new else {}


def first_period_end(subscription: Subscription) -> int:
    """Return when the first period of its items ends: what Stripe means by the end of the period
    (https://docs.stripe.com/billing/subscriptions/mixed-interval#limitations)."""
    return min(item["current_period_end"] for item in subscription["items"]["data"])


def period_end(subscription: Subscription) -> int:
    """Return when all that has been paid for is used up: the latest period of its items."""
    return max(item["current_period_end"] for item in subscription["items"]["data"])


def _pending_update(subscription: Subscription) -> str | None:
    return id_of(subscription["latest_invoice"]) if subscription["pending_update"] else None


def _schedule(subscription: Subscription) -> str | None:
    return id_of(subscription["schedule"]) if subscription["schedule"] else None
