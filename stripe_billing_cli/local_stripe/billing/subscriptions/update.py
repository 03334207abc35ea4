"""What may be changed of a subscription, and the changes that bill nothing (https://docs.stripe.com/api/subscriptions/update)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import clocks, collection, customers
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.schedules import turning
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    cancellation,
    creation,
    forthcoming,
    item_changes,
    stored,
)
from stripe_billing_cli.local_stripe.billing.subscriptions.redemption import redemption
from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.errors import invalid, only_one_of
from stripe_billing_cli.local_stripe.metadata import merged
from stripe_billing_cli.local_stripe.parameters import Params
from stripe_billing_cli.local_stripe.store import Object


def check_update(params: Params) -> None:
    if "cancel_at" in params and "cancel_at_period_end" in params:
        raise only_one_of(["cancel_at", "cancel_at_period_end"])
    if params.get("payment_behavior") == "pending_if_incomplete":
        allowed = {
            "expand",
            "items",
            "off_session",
            "payment_behavior",
            "proration_behavior",
            "proration_date",
            "trial_end",
            "billing_cycle_anchor",
            "trial_from_plan",
        }
        extra = sorted(params.keys() - allowed)
        if extra:
            raise invalid(
                "When using `payment_behavior=pending_if_incomplete`, you may not update the following "
                f"parameters: {', '.join(extra)}.",
                extra[0],
            )


def update(call: Call) -> Object:
    before = stored.retrieve(call)
    call = clocks.at_time_of(call, before)
    params = call.params
    _check_updatable(before, params)
    after = {**before, **_plain_changes(call, before)}
    if "items" in params or "billing_cycle_anchor" in params or "trial_end" in params:
        changed = item_changes.change_items(call, before, after)
        turning.follow(call, changed)
        return changed
    collection.save(call, before, after)
    forthcoming.plan_ahead(call, after)
    return stored.again(call, after)


def _check_updatable(subscription: Object, params: Params) -> None:
    sent = params.keys() - {"expand"}
    if subscription["status"] in collection.ENDED and not sent <= {"metadata", "cancellation_details"}:
        raise invalid("A canceled subscription can only update its cancellation_details and metadata.")
    if subscription["status"] == "incomplete" and not sent <= {
        "metadata",
        "default_payment_method",
        "cancellation_details",
        "payment_settings",
    }:
        raise invalid(
            "A subscription in `incomplete` status can only update its metadata and default payment method. Pay its "
            "first invoice, or cancel it and create another."
        )
    if subscription["schedule"] is not None and sent & {"cancel_at", "cancel_at_period_end"}:
        raise invalid(
            f"The subscription is managed by the subscription schedule `{subscription['schedule']}`, and updating any "
            "cancelation behavior directly is not allowed. Please update the schedule instead."
        )
    if sent & {"items", "billing_cycle_anchor"} and subscription["pending_update"] is not None:
        raise invalid("This subscription has a pending update; void its invoice before changing it again.")


def _plain_changes(call: Call, before: Object) -> Object:
    params = call.params
    changed: Object = {name: params[name] for name in ("description", "pause_collection") if name in params}
    if params.get("pause_collection"):
        changed["pause_collection"] = {"resumes_at": None, **params["pause_collection"]}
    if "metadata" in params:
        changed["metadata"] = {} if params["metadata"] is None else merged(before["metadata"], params["metadata"])
    if "default_payment_method" in params:
        customer = customers.find(call, before["customer"])
        changed["default_payment_method"] = creation.own_method(call, customer, params["default_payment_method"])
    if "payment_settings" in params:
        changed["payment_settings"] = {**before["payment_settings"], **params["payment_settings"]}
    if "trial_settings" in params:
        changed["trial_settings"] = {
            "end_behavior": {"billing_cycle_anchor": None, **params["trial_settings"]["end_behavior"]}
        }
    if "automatic_tax" in params:
        changed["automatic_tax"] = {**before["automatic_tax"], "enabled": params["automatic_tax"]["enabled"]}
    if "collection_method" in params:
        changed["collection_method"] = params["collection_method"]
    if "days_until_due" in params:
        changed["days_until_due"] = params["days_until_due"]
    if "discounts" in params:
        changed["discounts"] = discount.changed(call, params["discounts"], before, redemption(call, before))
    return {**changed, **cancellation.changed(call, before)}
