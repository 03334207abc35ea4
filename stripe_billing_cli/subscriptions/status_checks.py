"""Checks of what a subscription's status allows, with the way on where it allows nothing."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api.objects.catalog import Price
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import id_of, name_of
from stripe_billing_cli.subscriptions import renewals
from stripe_billing_cli.subscriptions.terms import recurring_of


def check_not_ended(subscription: Subscription) -> None:
    """Refuse a subscription that has ended. Raises `OperationError`."""
    id, status = subscription["id"], subscription["status"]
    if status in ("canceled", "incomplete_expired"):
        end_text = "was canceled" if status == "canceled" else "expired unpaid"
        raise OperationError(
            f"the subscription {id} {end_text}, and nothing brings it back",
            f"billing sub create --customer {id_of(subscription['customer'])} --price …",
        )


def check_lives(subscription: Subscription) -> None:
    """Refuse a subscription that has ended, or not begun. Raises `OperationError`."""
    check_not_ended(subscription)
    if subscription["status"] == "incomplete":
        id = subscription["id"]
        raise OperationError(
            f"the subscription {id} has not begun: its first invoice is unpaid", f"pay it: billing sub pay {id}"
        )


def check_changeable(subscription: Subscription) -> None:
    """Refuse a subscription whose items Stripe does not change in its status. Raises `OperationError`."""
    check_not_ended(subscription)
    id, status = subscription["id"], subscription["status"]
    if status == "paused":
        raise OperationError(
            f"the subscription {id} is paused: what a change of it costs shows when it goes on",
            f"let it go on first: billing sub resume {id}",
        )
    if status == "incomplete":
        raise OperationError(
            f"the subscription {id} is incomplete: Stripe changes no plan before the first invoice is paid",
            f"pay it (billing sub pay {id}), or cancel it and create another",
        )


def check_end_stays(subscription: Subscription) -> None:
    """Refuse a trial of what is to end with its period: whether it ends with the trial then, Stripe does not say."""
    if subscription["cancel_at_period_end"]:
        raise OperationError(
            f"the subscription {subscription['id']} ends with its period, and a trial would be another period",
            f"take the cancellation back first: billing sub resume {subscription['id']}",
        )


def check_ends_no_sooner(subscription: Subscription, added_prices: Sequence[Price], now: int) -> None:
    """Refuse a price of shorter periods where the end is that of the first period, which would be another one then."""
    end = subscription["cancel_at"]
    if not subscription["cancel_at_period_end"] or end is None:
        return
    id, anchor = subscription["id"], subscription["billing_cycle_anchor"]
    for price in added_prices:
        recurring = recurring_of(price)
        ends = next(renewals.boundaries(anchor, recurring["interval"], recurring["interval_count"], now))
        if ends < end:
            raise OperationError(
                f"the subscription {id} ends with its period, and {name_of(price)} has shorter periods: it would end "
                "with the first of those",
                f"billing sub resume {id} takes the end back; billing sub cancel {id} --at DATE sets one that stays",
            )
