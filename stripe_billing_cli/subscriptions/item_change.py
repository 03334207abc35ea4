"""A change of a subscription's plan: what it takes, decided from what Stripe holds, without asking it for anything.

The end is what the latest command says: a change still waiting for its payment and one still on a schedule are
replaced by it, or confirmed by it if they are the same. Each step sets something to a value, so that after a cut-off
at any of them the same command, decided anew, does what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api.objects.subscriptions import Schedule, Subscription, SubscriptionItem
from stripe_billing_cli.stripe_api.references import id_of, name_of
from stripe_billing_cli.subscriptions import schedule as schedules
from stripe_billing_cli.subscriptions import status_checks
from stripe_billing_cli.subscriptions.terms import Terms, terms_of

At = Literal["now", "period-end"]
Action = Literal["none", "wait", "now", "later", "take_back"]


@dataclass(frozen=True)
class Change:
    """The decided change of one item of a subscription.

    `none`: it is as wanted already, now or (`starts` set) on its schedule. `wait`: the same change is waiting for its
    payment. `now`, `later`: it is to be made; a later one begins at `starts`, in Unix seconds. `take_back`: a change
    under way is undone, nothing else.

    `drops_update` is the open invoice whose pending update gives way, `drops_schedule` the schedule that does;
    `schedule` is the one to be rewritten, None where one must be made first. `later` is all items as of `starts`.
    """

    action: Action
    before: Terms
    after: Terms
    item: str
    starts: int | None = None
    drops_update: str | None = None
    drops_schedule: str | None = None
    schedule: str | None = None
    later: tuple[Terms, ...] = ()


def decide(
    subscription: Subscription, schedule: Schedule | None, item: SubscriptionItem, after: Terms, at: At
) -> Change:
    """Return the change that makes `item` be `after`. `subscription` with its `latest_invoice`, `schedule` as attached
    to it or None. Raises `OperationError`."""
    status_checks.check_changeable(subscription)
    before, id = terms_of(item), item["id"]
    schedule_id = schedule["id"] if schedule else None
    update = pending_update(subscription)
    pending_terms = _waiting_terms(subscription, id)
    current = tuple(terms_of(existing_item) for existing_item in subscription["items"]["data"])
    scheduled_terms = _upcoming_terms(schedule, current) if schedule else None
    if at == "now" and update and pending_terms == after:
        return Change("wait", before, after, id)
    if at == "now" and after != before:
        _check_price_unused(subscription, id, current, after)
        return Change("now", before, after, id, drops_update=update, drops_schedule=schedule_id)
    index = [existing_item["id"] for existing_item in subscription["items"]["data"]].index(id)
    terms_to_come = scheduled_terms if scheduled_terms and len(scheduled_terms) == len(current) else current
    new_terms = (*terms_to_come[:index], after, *terms_to_come[index + 1 :])
    starts = item["current_period_end"]
    if new_terms == (scheduled_terms or current):
        if update:
            return Change("take_back", before, after, id, drops_update=update)
        return Change("none", before, after, id, starts=starts if new_terms != current else None)
    if new_terms == current:
        return Change("take_back", before, after, id, drops_update=update, drops_schedule=schedule_id)
    _check_price_unused(subscription, id, terms_to_come, after)
    _check_goes_on(subscription, starts)
    return Change("later", before, after, id, starts, drops_update=update, schedule=schedule_id, later=new_terms)


def _check_price_unused(subscription: Subscription, item: str, terms: Sequence[Terms], after: Terms) -> None:
    """Refuse a price that another item is on, or is to be on: a subscription has a price once."""
    for other, other_terms in zip(subscription["items"]["data"], terms, strict=True):
        if other["id"] != item and other_terms.price == after.price:
            id, name = subscription["id"], name_of(other["price"])
            raise OperationError(
                f"another item of the subscription {id} ({name}) is on the price {after.price} already, or is to be",
                f"billing sub change {id} --item {name} --quantity changes how many; --remove takes an item away",
            )


def _upcoming_terms(schedule: Schedule, current: Sequence[Terms]) -> tuple[Terms, ...] | None:
    """Return the terms of the items that the schedule brings. A metered one has no quantity, whatever a phase shows for
    it."""
    metered_ids = {terms.price for terms in current if terms.quantity is None}
    scheduled_terms = schedules.upcoming_items(schedule)
    if scheduled_terms is None:
        return None
    return tuple(Terms(terms.price, None) if terms.price in metered_ids else terms for terms in scheduled_terms)


def _check_goes_on(subscription: Subscription, starts: int) -> None:
    """Raise where a change at the period's end has no period after it, or no schedule that can say so."""
    id, cancel_at = subscription["id"], subscription["cancel_at"]
    if cancel_at is None or subscription["schedule"] is not None:
        return
    hint = f"take the cancellation back first: billing sub resume {id}"
    if cancel_at <= starts:
        raise OperationError(f"the subscription {id} ends with this period, so that no other plan can follow", hint)
    raise OperationError(
        f"the subscription {id} is to end later, and a scheduled change would take that back unseen", hint
    )


def pending_update(subscription: Subscription) -> str | None:
    """Return the open invoice that a pending update waits for."""
    if subscription["pending_update"] is None:
        return None
    return id_of(subscription["latest_invoice"])


def _waiting_terms(subscription: Subscription, item: str) -> Terms | None:
    update = subscription["pending_update"]
    items = (update and update["subscription_items"]) or ()
    return next((terms_of(pending_item) for pending_item in items if pending_item["id"] == item), None)
