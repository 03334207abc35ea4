"""Canceling a subscription, now or later (https://docs.stripe.com/billing/subscriptions/cancel)."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.invoicing import invoice_items
from stripe_billing_cli.local_stripe.billing.subscriptions import items, price_checks, proration, repository
from stripe_billing_cli.local_stripe.core import times
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.parameters import Params
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

NO_END = {"cancel_at": None, "cancel_at_period_end": False, "canceled_at": None}
NO_DETAILS = {"comment": None, "feedback": None, "feedback_option": None, "reason": None}


def requested_end(call: Call, params: Params, current_items: Sequence[Object]) -> Object:
    """Return when the subscription is to end, and since when that is known; empty where it is not to. The end of the
    period is that of the item whose period ends first
    (https://docs.stripe.com/billing/subscriptions/mixed-interval#limitations)."""
    if params.get("cancel_at_period_end"):
        return {
            "cancel_at": items.first_end(list(current_items)),
            "canceled_at": call.now,
            "cancel_at_period_end": True,
        }
    if params.get("cancel_at") is not None:
        at = _moment(call, params["cancel_at"], current_items)
        return {"cancel_at": at, "canceled_at": call.now, "cancel_at_period_end": False}
    return {}


def _moment(call: Call, cancel_at: int | str, current_items: Sequence[Object]) -> int:
    ends = [item["current_period_end"] for item in current_items]
    if cancel_at == "min_period_end":
        return int(min(ends))
    if cancel_at == "max_period_end":
        return int(max(ends))
    if int(cancel_at) <= call.now:
        raise invalid("cancel_at must be a future timestamp.", "cancel_at")
    times.check_within_five_years(int(cancel_at), "cancel_at", call.now)
    return int(cancel_at)


def changed_fields(call: Call, before: Object) -> Object:
    """Return the fields that an update's wish to end, or no longer to end, changes."""
    params = call.params
    details = {**before["cancellation_details"], **params.get("cancellation_details", {})}
    whole, _ = proration.with_earlier_end(before, None, price_checks.catalog(call), now=call.now, prorates=False)
    end = requested_end(call, params, whole)
    if end:
        canceled_at = {"canceled_at": before["canceled_at"] or call.now}
        return {**end, **canceled_at, "cancellation_details": {**details, "reason": "cancellation_requested"}}
    taken_back = "cancel_at" in params or "cancel_at_period_end" in params
    if taken_back and before["cancel_at"] is not None:
        return {**NO_END, "cancellation_details": {**NO_DETAILS, **params.get("cancellation_details", {})}}
    return {"cancellation_details": details} if "cancellation_details" in params else {}


def set_end(call: Call, before: Object, plain: Object) -> Object:
    """Return the subscription with another end, or none: "if set to a date before the current period ends, this will
    cause a proration", as will setting it back (`cancel_at` in `stripe/params/_subscription_update_params.py`)."""
    prorates = call.params.get("proration_behavior") != "none"
    catalog = price_checks.catalog(call)
    data, prorations = proration.with_earlier_end(before, plain["cancel_at"], catalog, now=call.now, prorates=prorates)
    customer = customers.find(call, before["customer"])
    invoice_items.add_all_pending(call, customer, prorations, before["currency"], before["id"])
    return repository.amend(call, before["id"], **plain, items=items.with_items(before, data))
