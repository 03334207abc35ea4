"""Updates of a subscription, and the changes that bill nothing (https://docs.stripe.com/api/subscriptions/update)."""

from __future__ import annotations

from dataclasses import replace

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.invoicing import automatic_tax, invoice_fields, tax_ids, taxes
from stripe_billing_cli.local_stripe.billing.payments import bank_transfers, payment_methods
from stripe_billing_cli.local_stripe.billing.schedules import phase_transitions
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    added_invoice_items,
    cancellation,
    item_changes,
    item_parameters,
    pending_item_interval,
    price_checks,
    repository,
    schedule_jobs,
    thresholds,
)
from stripe_billing_cli.local_stripe.billing.subscriptions.redemption import redemption
from stripe_billing_cli.local_stripe.core import times
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid
from stripe_billing_cli.local_stripe.core.metadata import merge_metadata
from stripe_billing_cli.local_stripe.core.parameters import Params
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.subscriptions.create import check_trial

PENDING_PARAMS = frozenset(
    "billing_cycle_anchor expand items off_session payment_behavior proration_behavior proration_date trial_end "
    "trial_from_plan".split()
)
"""What an update may say beside `pending_if_incomplete`
(https://docs.stripe.com/billing/subscriptions/pending-updates-reference#supported-attributes)."""
ENDED_PARAMS = frozenset({"cancellation_details", "expand", "metadata"})
INCOMPLETE_PARAMS = frozenset(
    {"cancellation_details", "default_payment_method", "description", "expand", "metadata", "payment_settings"}
)


def check_update(params: Params) -> None:
    check_only_one(params, "cancel_at", "cancel_at_period_end")
    check_trial(params)
    if params.get("payment_behavior") == "pending_if_incomplete":
        extra = sorted(params.keys() - PENDING_PARAMS)
        if extra:
            raise invalid(
                "When using `payment_behavior=pending_if_incomplete`, you may not update the following "
                f"parameters: {', '.join(extra)}.",
                extra[0],
            )


def update(call: Call) -> Object:
    call, before = repository.load(call)
    _check_updatable(before, call.params)
    if call.params.get("items"):
        customer = customers.find(call, before["customer"])
        item_params = item_parameters.name_prices(call, call.params["items"], customer, before)
        call = replace(call, params={**call.params, "items": item_params})
    if call.params.get("add_invoice_items"):
        customer = customers.find(call, before["customer"])
        added_invoice_items.add(call, customer, before, call.params["add_invoice_items"])
    changes = _plain_changes(call, before)
    change = item_changes.change if _changes_items(call.params) else _change_plainly
    after = change(call, before, changes)
    phase_transitions.follow(call, after)
    return repository.find(call, before["id"])


def _changes_items(params: Params) -> bool:
    resets_anchor = params.get("billing_cycle_anchor", {}).get("type") == "now"
    return resets_anchor or bool(params.keys() & {"items", "trial_end"}) or bool(params.get("trial_from_plan"))


def _check_updatable(subscription: Object, params: Params) -> None:
    names = params.keys()
    if subscription["status"] in repository.ENDED and not names <= ENDED_PARAMS:
        raise invalid(
            "A canceled subscription can only update its cancellation_details and metadata.",
            code="invalid_canceled_subscription_fields",
        )
    if subscription["status"] == "incomplete" and not names <= INCOMPLETE_PARAMS:
        raise invalid(
            "A subscription in `incomplete` status can only update its metadata, its description and its default "
            "payment method. Pay its first invoice, or cancel it and create another."
        )
    if subscription["schedule"] is not None and names & {"cancel_at", "cancel_at_period_end"}:
        raise invalid(
            f"The subscription is managed by the subscription schedule `{subscription['schedule']}`, and updating any "
            "cancelation behavior directly is not allowed. Please update the schedule instead."
        )
    if subscription["status"] == "paused" and "trial_end" in params:
        raise invalid(
            "You cannot set `trial_end` while a subscription is `paused`. Resume the subscription first before setting "
            "`trial_end`."
        )
    if subscription["status"] == "paused" and _changes_items(params):
        raise invalid(
            "You cannot change the items, the trial or the billing cycle of a paused subscription. Resume it first."
        )
    if (
        params.get("payment_behavior") == "pending_if_incomplete"
        and subscription["collection_method"] == "send_invoice"
    ):
        raise invalid(
            "You cannot use `payment_behavior=pending_if_incomplete` with `collection_method=send_invoice`.",
            "payment_behavior",
        )
    days = params.get("days_until_due", subscription["days_until_due"])
    if params.get("collection_method") == "send_invoice" and days is None:
        raise invalid("If invoice collection method is 'send_invoice', you must specify 'days_until_due'.")


def _change_plainly(call: Call, before: Object, changes: Object) -> Object:
    """Make a change that leaves the items as they are, but for the end of their period where the subscription ends
    sooner or later than before."""
    if changes.get("cancel_at", before["cancel_at"]) != before["cancel_at"]:
        after = cancellation.set_end(call, before, changes)
    else:
        after = repository.amend(call, before["id"], **changes)
    schedule_jobs.plan_ahead(call, after)
    return after


def _plain_changes(call: Call, before: Object) -> Object:
    params = call.params
    changes: Object = {name: params[name] for name in ("description", "pause_collection") if name in params}
    if params.get("pause_collection"):
        resumes_at = params["pause_collection"].get("resumes_at")
        if resumes_at is not None:
            times.check_future(int(resumes_at), "pause_collection[resumes_at]", call.now)
        changes["pause_collection"] = {"resumes_at": None, **params["pause_collection"]}
    if "metadata" in params:
        changes["metadata"] = merge_metadata(before["metadata"], params["metadata"])
    if params.keys() & {"default_payment_method", "default_source"}:
        changes |= payment_methods.own_defaults(call, customers.find(call, before["customer"]))
    if pending_item_interval.INTERVAL in params:
        interval = params[pending_item_interval.INTERVAL]
        changes |= pending_item_interval.fields(interval, before["billing_cycle_anchor"], call.now)
    if "payment_settings" in params:
        bank_transfers.check_settings(params["payment_settings"], before["currency"])
        settings = {name: value or None for name, value in params["payment_settings"].items()}
        changes["payment_settings"] = {**before["payment_settings"], **settings}
    if "trial_settings" in params:
        changes["trial_settings"] = {
            "end_behavior": {**before["trial_settings"]["end_behavior"], **params["trial_settings"]["end_behavior"]}
        }
    if "automatic_tax" in params:
        changes["automatic_tax"] = automatic_tax.on_subscription(params["automatic_tax"]["enabled"])
        if changes["automatic_tax"]["enabled"]:
            automatic_tax.check_location(customers.find(call, before["customer"]))
    if "collection_method" in params:
        changes["collection_method"] = params["collection_method"]
        if params["collection_method"] == "send_invoice" != before["collection_method"]:
            customers.check_mailable(customers.find(call, before["customer"]))
        if params["collection_method"] == "charge_automatically":
            changes["days_until_due"] = None
    if "days_until_due" in params:
        changes["days_until_due"] = params["days_until_due"]
    if "invoice_settings" in params:
        tax_ids.of_account(call, params["invoice_settings"], "invoice_settings")
        changes["invoice_settings"] = invoice_fields.settings(params["invoice_settings"], before["invoice_settings"])
    if "default_tax_rates" in params:
        changes["default_tax_rates"] = taxes.check_rates(call, params["default_tax_rates"], "default_tax_rates")
    if thresholds.NAME in params:
        changes[thresholds.NAME] = thresholds.merge(params[thresholds.NAME], before[thresholds.NAME])
        catalog = price_checks.catalog(call)
        prices = [catalog.price(item["price"]) for item in before["items"]["data"]]
        thresholds.check(changes[thresholds.NAME], prices, before["currency"])
    if "discounts" in params:
        changes["discounts"] = discount.change_discounts(call, params["discounts"], before, redemption(call, before))
    return {**changes, **cancellation.changed_fields(call, before)}
