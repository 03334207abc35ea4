"""Stopping a subscription for a while, and setting it going again: decided without asking anything of Stripe.

Two pauses exist. Stripe's own (https://docs.stripe.com/api/subscriptions/pause) stops the service and its invoices,
with the status `paused`; pausing the collection (https://docs.stripe.com/billing/subscriptions/pause-payment) leaves
the service and the status as they are, and gives the invoices another fate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api.client import Object
from stripe_billing_cli.stripe_api.json_output import id_of

Step = Literal["cancellation", "pause", "collection"]


@dataclass(frozen=True)
class Pause:
    """`params` of `path`, a call under the subscription's own; None where it is paused so already."""

    params: dict[str, Any] | None
    path: str = ""


@dataclass(frozen=True)
class Resumption:
    """What is taken back, in this order. Nothing: the subscription goes on as it is, or `waits` for the payment of an
    earlier resumption. That one must not be begun again: Stripe would void its invoice and the credits on it.
    """

    steps: tuple[Step, ...] = ()
    cancel_params: dict[str, Any] = field(default_factory=dict)
    waits: bool = False


def decide_pause(subscription: Object, behavior: str | None, until: int | None) -> Pause:
    """`behavior` is Stripe's for the invoices of a paused collection; None pauses the service itself.

    Raises `OperationError` where Stripe pauses no such subscription.
    """
    _check_lives(subscription)
    if behavior is not None:
        wanted = {"behavior": behavior, "resumes_at": until}
        current = subscription["pause_collection"]
        if current and all(current.get(name) == value for name, value in wanted.items()):
            return Pause(None)
        return Pause({"pause_collection": {name: value for name, value in wanted.items() if value is not None}})
    if subscription["status"] == "paused":
        return Pause(None)
    if subscription["schedule"]:
        raise OperationError(
            f"the subscription {subscription['id']} is on the schedule {id_of(subscription['schedule'])}, and Stripe "
            "pauses no scheduled subscription",
            "take the scheduled change back first (billing sub change … --price with the current one), or add "
            "--keep-service",
        )
    return Pause({"type": "subscription"}, "/pause")


def decide_resumption(subscription: Object) -> Resumption:
    """What stands in the way of the subscription going on. Raises `OperationError` where nothing brings it back."""
    _check_lives(subscription)
    steps: list[Step] = []
    cancel: dict[str, Any] = {}
    if subscription["cancel_at_period_end"]:
        cancel = {"cancel_at_period_end": False}
    elif subscription["cancel_at"] is not None:
        cancel = {"cancel_at": ""}
    if cancel:
        steps.append("cancellation")
    if subscription["pause_collection"]:
        steps.append("collection")
    waits = subscription["status"] == "paused" and subscription["pending_update"] is not None
    if subscription["status"] == "paused" and not waits:
        steps.append("pause")
    return Resumption(tuple(steps), cancel, waits)


def _check_lives(subscription: Object) -> None:
    id, status = subscription["id"], subscription["status"]
    if status in ("canceled", "incomplete_expired"):
        ended = "was canceled" if status == "canceled" else "expired unpaid"
        raise OperationError(
            f"the subscription {id} {ended}, and nothing brings it back",
            f"billing sub create --customer {id_of(subscription['customer'])} --price …",
        )
    if status == "incomplete":
        raise OperationError(
            f"the subscription {id} has not begun: its first invoice is unpaid", f"pay it: billing sub pay {id}"
        )
