"""Previews of schedules: one is made, changed or started as the call says, the invoice that comes of it is looked at,
and all of it is undone (`schedule` and `schedule_details` in `stripe/params/_invoice_create_preview_params.py`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.invoicing import automatic_tax, invoices
from stripe_billing_cli.local_stripe.billing.schedules import phase_transitions, schedule
from stripe_billing_cli.local_stripe.billing.subscriptions import redemption, repository
from stripe_billing_cli.local_stripe.core import answers, clocks, objects
from stripe_billing_cli.local_stripe.core.errors import ApiError, check_only_one, missing_param
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources import invoice_items
from stripe_billing_cli.local_stripe.resources.invoices import previewed_customers, previewed_items

DETAILS = "schedule_details"


def is_about_schedule(call: Call) -> bool:
    """Return whether a call is about a schedule that is not there, has not started, or is to change."""
    if DETAILS in call.params:
        return True
    id = call.params.get("schedule")
    return id is not None and schedule.find(call, id)["status"] == "not_started"


def preview(call: Call, of_subscription: Callable[[Call], Object]) -> Object:
    """Return the next invoice; `of_subscription` returns the one of the subscription that a call names."""
    check_only_one(call.params, DETAILS, "subscription", "subscription_details")
    with call.store.attempt(keeps=False):
        return _next_invoice(call, of_subscription)


def _next_invoice(call: Call, of_subscription: Callable[[Call], Object]) -> Object:
    params = call.params
    before = schedule.find(call, params["schedule"]) if "schedule" in params else None
    if before is None and "customer" not in params:
        raise missing_param("customer")
    customer = customers.find(call, before["customer"] if before else params["customer"])
    call.store.replace("customer", previewed_customers.with_details(call, customer))
    for at, item in enumerate(params.get("invoice_items", ())):
        invoice_items.create(replace(call, params={"customer": customer["id"], **previewed_items.by_decimal(item, at)}))
    earlier = repository.find(call, before["subscription"]) if before and before["subscription"] else None
    after = _start(call, _with_details(call), customer)
    subscription = repository.find(call, after["subscription"])
    latest = subscription["latest_invoice"]
    if latest is None or latest == (earlier or {}).get("latest_invoice"):
        own_names = (DETAILS, "customer", "invoice_items", "schedule")
        other_params = {name: value for name, value in params.items() if name not in own_names}
        return of_subscription(replace(call, params={**other_params, "subscription": subscription["id"]}))
    draft = _discount(call, objects.get_known(call, "invoice", latest), subscription, customer)
    return _show_invoice(call, draft, is_new=earlier is None)


def _discount(call: Call, draft: Object, subscription: Object, customer: Object) -> Object:
    """Return the invoice with the discounts that a call names, in place of those of the schedule's phase: "If not
    specified, inherits the discount from the subscription or customer"."""
    if "discounts" not in call.params:
        return draft
    on = redemption.redemption(call, subscription, customer)
    ids = discount.redeem_for_part(call, call.params["discounts"], "discounts", on, is_preview=True)
    return invoices.add_totals(call, draft, [discount.find(call, id) for id in ids], draft["starting_balance"])


def _with_details(call: Call) -> Object:
    """Return the schedule made or changed as the call says."""
    from stripe_billing_cli.local_stripe.resources.subscription_schedules import create_schedule, update_schedule

    params = call.params
    details: Mapping[str, Any] = params.get(DETAILS, {})
    if not details:
        return schedule.find(call, params["schedule"])
    try:
        if "schedule" in params:
            return update_schedule(replace(call, id=params["schedule"], params=details))
        phases = details.get("phases")
        if not phases:
            raise missing_param("phases")
        start = phases[0].get("start_date", "now")
        return create_schedule(replace(call, params={"customer": params["customer"], **details, "start_date": start}))
    except ApiError as error:
        if error.param is not None and error.param.partition("[")[0] in details:
            head, bracket, rest = error.param.partition("[")
            error.param = f"{DETAILS}[{head}]{bracket}{rest}"
        raise


def _start(call: Call, new_schedule: Object, customer: Object) -> Object:
    """Return the schedule once it has started."""
    if new_schedule["status"] != "not_started":
        return new_schedule
    now = clocks.at_time_of(call, customer).now
    return phase_transitions.start(
        replace(call, now=max(now, new_schedule["phases"][0]["start_date"])), new_schedule, customer
    )


def _show_invoice(call: Call, draft: Object, *, is_new: bool) -> Object:
    """Return an invoice that the schedule makes as a preview shows it; what a new schedule makes is of no subscription
    yet."""
    tax: Object = {}
    if "automatic_tax" in call.params:
        is_enabled = call.params["automatic_tax"]["enabled"]
        if is_enabled:
            automatic_tax.check_location(objects.get_known(call, "customer", draft["customer"]))
        tax = automatic_tax.on_bill(is_enabled)
        tax = {"automatic_tax": tax}
    return {
        **draft,
        **tax,
        **previewed_customers.invoice_fields(call),
        "id": f"upcoming_{draft['id']}",
        "auto_advance": False,
        "automatically_finalizes_at": None,
        "billing_reason": "upcoming",
        "lines": {**draft["lines"], answers.WHOLE: True},
        "next_payment_attempt": None,
        "parent": None if is_new else draft["parent"],
        "webhooks_delivered_at": None,
    }
