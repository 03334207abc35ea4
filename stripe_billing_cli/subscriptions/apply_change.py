"""A decided change carried out. The only writer of changed plans."""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.errors import OperationError
from stripe_billing_cli.stripe_api.client import Object, StripeApi
from stripe_billing_cli.stripe_api.json_output import id_of
from stripe_billing_cli.subscriptions import pending_invoice_items, quote, schedule, steps
from stripe_billing_cli.subscriptions.item_change import Change
from stripe_billing_cli.subscriptions.quote import Quote


def carry_out(api: StripeApi, subscription: Object, change: Change, quoted: Quote | None, price: Object) -> Object:
    """Do what was decided, as it was quoted; the subscription afterwards.

    `price` is the new one. Raises `OperationError` if the subscription has changed since it was read,
    `StripeCallError`.
    """
    check_as_read(api, subscription)
    if change.drops_update:
        steps.void_update(api, change.drops_update)
    if change.drops_schedule:
        steps.release(api, change.drops_schedule)
    match change.action:
        case "now":
            assert quoted is not None
            has_waiting_items = pending_invoice_items.are_there(api, subscription)
            params = update_params(subscription, change, quoted, has_waiting_items=has_waiting_items)
            return steps.update(api, subscription["id"], params)
        case "later":
            _put_on_schedule(api, subscription, change, price)
    return steps.read(api, subscription["id"])


def update_params(
    subscription: Object, change: Change, quoted: Quote, *, has_waiting_items: bool = False
) -> dict[str, Any]:
    """What was previewed, and paid for or not done: Stripe keeps the plan until the change's invoice is paid.

    A pending update takes few other parameters, and none exist where the customer is sent an invoice
    (https://docs.stripe.com/billing/subscriptions/pending-updates). While invoice items wait, the change is made or
    refused at once: the invoice of a pending update need not take them in, and then costs something else.
    """
    params: dict[str, Any] = {
        "items": [quote.item_change(change.item, change.after)],
        "proration_behavior": quote.BEHAVIORS[quoted.proration],
    }
    if quoted.proration != "none":
        params["proration_date"] = quoted.proration_date
    if quoted.restarts:
        params |= quote.NEW_PERIOD
    if subscription["collection_method"] == "charge_automatically":
        params["payment_behavior"] = "error_if_incomplete" if has_waiting_items else "pending_if_incomplete"
    return params


def _put_on_schedule(api: StripeApi, subscription: Object, change: Change, price: Object) -> None:
    """Make the schedule if there is none, then write its phases. Cut off between the two, the next run finds it."""
    id = subscription["id"]
    current_schedule = steps.schedule_at(api, change.schedule) if change.schedule else steps.attach_schedule(api, id)
    assert change.starts is not None
    [item] = [item for item in subscription["items"]["data"] if item["id"] == change.item]
    anew = quote.restarts(subscription, item["price"], price)
    params = schedule.update_params(current_schedule, change.later, change.starts, price, anew=anew)
    api.post(f"/v1/subscription_schedules/{current_schedule['id']}", params)


def check_as_read(api: StripeApi, subscription: Object) -> None:
    """Refuse if the subscription is not what was shown, and agreed to, any more."""
    now = api.get(f"/v1/subscriptions/{subscription['id']}")
    if _state(now) != _state(subscription):
        raise OperationError(
            f"the subscription {subscription['id']} has changed since it was shown", "run the same command again"
        )


def _state(subscription: Object) -> Any:
    """What the decision and its cost depend on."""
    items = [
        (item["id"], item["price"]["id"], item.get("quantity"), item["current_period_end"])
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
