"""The call that creates a subscription, and its refusals (https://docs.stripe.com/api/subscriptions/create)."""

from __future__ import annotations

from dataclasses import replace

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.invoicing import collection, invoices
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    creation,
    first_invoice,
    item_parameters,
    repository,
    trial_offers,
)
from stripe_billing_cli.local_stripe.core import clocks
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid, missing_param, only_one_of
from stripe_billing_cli.local_stripe.core.parameters import Params
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def check_new(params: Params) -> None:
    if not params["items"]:
        raise missing_param("items")
    check_trial(params)
    check_only_one(params, "trial_end", "trial_period_days")
    if params.get("payment_behavior") == "pending_if_incomplete":
        raise invalid(
            "Setting `payment_behavior` to `pending_if_incomplete` has no effect when creating a subscription.",
            "payment_behavior",
        )
    _check_collection(params)


def check_trial(params: Params) -> None:
    if params.get("trial_from_plan") and params.keys() & {"trial_end", "trial_period_days"}:
        raise invalid("You cannot set `trial_end` or `trial_period_days` when `trial_from_plan=true`.")


def _check_collection(params: Params) -> None:
    is_sent = params.get("collection_method") == "send_invoice"
    if is_sent and "days_until_due" not in params:
        raise invalid("If invoice collection method is 'send_invoice', you must specify 'days_until_due'.")
    if "days_until_due" in params and not is_sent:
        raise invalid("You can only specify 'days_until_due' if invoice collection method is 'send_invoice'.")
    if "cancel_at" in params and params.get("cancel_at_period_end"):
        raise only_one_of(["cancel_at", "cancel_at_period_end"])


def create(call: Call) -> Object:
    customer = customers.find(call, call.params["customer"], status=404)  # recorded 2026-08-26.dahlia
    call = clocks.at_time_of(call, customer)
    clocks.check_room_for_subscription(call, customer)
    if call.params.get("collection_method") == "send_invoice":
        customers.check_mailable(customer)
    items = item_parameters.name_prices(call, trial_offers.apply_offers(call, call.params), customer, None)
    call = replace(call, params={**call.params, "items": items})
    subscription = creation.new_subscription(call, customer)
    method = collection.default_method(call, customer, subscription)
    after, invoice = creation.begin(call, customer, subscription)
    item_parameters.settle(call, None, after)
    if invoice is None:
        first_invoice.ask_for_card(call, after["id"], method)
    elif after["collection_method"] == "send_invoice":
        invoices.create(call, invoice)
    else:
        first_invoice.open_first(call, after, invoice, method)
    return repository.find(call, after["id"])
