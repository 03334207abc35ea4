"""Previews of invoices (https://docs.stripe.com/api/invoices/create_preview): decided as the change itself is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.invoicing import automatic_tax, invoice_items, invoices, taxes
from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line
from stripe_billing_cli.local_stripe.billing.schedules import forecast, schedule
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    cancellation,
    creation,
    first_invoice,
    item_changes,
    item_parameters,
    items,
    metering,
    pausing,
    price_checks,
    proration,
    renewal,
    repository,
    schedule_jobs,
    thresholds,
)
from stripe_billing_cli.local_stripe.billing.subscriptions.redemption import redemption
from stripe_billing_cli.local_stripe.core import answers, clocks, events
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid, missing_param
from stripe_billing_cli.local_stripe.core.lists import all_with
from stripe_billing_cli.local_stripe.core.metadata import merge_metadata
from stripe_billing_cli.local_stripe.core.parameters import Choice, Field, Integer, Params, Text
from stripe_billing_cli.local_stripe.core.reasons import NO_CONNECT
from stripe_billing_cli.local_stripe.core.requests import Call, Job, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.invoices import previewed_customers, previewed_items, previewed_schedules
from stripe_billing_cli.local_stripe.resources.subscriptions import (
    CHANGED_ITEM,
    PHASE_ITEM,
    NowOr,
    check_pausable,
    check_resumable,
)

FORM = form(
    "POST /v1/invoices/create_preview",
    {
        "preview_mode": Choice(("next",)),
        "subscription_details.items[]": CHANGED_ITEM,
        "subscription_details.trial_end": NowOr("now"),
        "subscription_details.cancel_at": NowOr("min_period_end", "max_period_end"),
        "invoice_items[].discounts": discount.FORM,
        "invoice_items[].quantity": Integer(0),
        "customer_details.tax_ids[].value": Text(100),
        "schedule_details.phases[].add_invoice_items[].discounts": discount.FORM,
        "schedule_details.phases[].add_invoice_items[].quantity": Integer(1),
        "schedule_details.phases[].billing_thresholds": thresholds.OF_SUBSCRIPTION,
        "schedule_details.phases[].duration.interval_count": Integer(1),
        "schedule_details.phases[].end_date": NowOr("now"),
        "schedule_details.phases[].invoice_settings.days_until_due": Integer(0),
        "schedule_details.phases[].items[]": PHASE_ITEM,
        "schedule_details.phases[].start_date": NowOr("now"),
    },
    fields={"subscription_details.billing_cycle_anchor.type": Field(Choice(("now", "timestamp", "unchanged")))},
    most={
        "subscription_details.items": 20,
        "discounts": 20,
        "invoice_items": 250,
        "schedule_details.phases": 10,
        "schedule_details.phases[].items": 20,
    },
    refusals={
        "it itemizes no discounts": "*.flexible",
        NO_CONNECT: "issuer",
        "its schedules do not pause": "schedule_details.pause_schedules",
    },
)


@dataclass(frozen=True)
class UpcomingInvoice:
    """The invoice of a time to come, for a subscription as it will be then."""

    subscription: Object
    lines: list[Line]
    at: int


def check(params: Params) -> None:
    details = params.get("subscription_details", {})
    anchor = details.get("billing_cycle_anchor", {})
    if anchor.get("type") == "timestamp" and "timestamp" not in anchor:
        raise missing_param("subscription_details[billing_cycle_anchor][timestamp]")
    if "cancel_at" in details and details.get("cancel_at_period_end"):
        raise invalid(
            "You may only specify one of these parameters: cancel_at, cancel_at_period_end.",
            "subscription_details[cancel_at]",
        )


def none_upcoming(owner: str) -> ApiError:
    """Return the refusal, 404, of a preview that has nothing to show, as the documents say."""
    return ApiError(404, f"No upcoming invoices for {owner}", "invoice_upcoming_none")


def preview(call: Call) -> Object:
    if previewed_items.changes_pending(call):
        return previewed_items.preview(call, preview)
    if previewed_schedules.is_about_schedule(call):
        return previewed_schedules.preview(call, preview)
    subscription = _subscription(call)
    if subscription is None:
        return _of_new(call)
    if subscription["status"] in repository.ENDED:
        raise none_upcoming(f"subscription: {subscription['id']}")
    customer = customers.find(call, subscription["customer"])
    if call.params.get("customer", customer["id"]) != customer["id"]:
        raise invalid("The subscription does not belong to the customer.", "subscription")
    if call.params.get("currency", subscription["currency"]) != subscription["currency"]:
        raise invalid("A subscription's invoices are in its own currency, and so are their previews.", "currency")
    call = clocks.at_time_of(call, customer)
    customer = previewed_customers.with_details(call, customer)
    details = call.params.get("subscription_details", {})
    if "start_date" in details:
        raise invalid("You cannot preview another start of a subscription.", "subscription_details[start_date]")
    if "metadata" in details:
        subscription = {**subscription, "metadata": merge_metadata(subscription["metadata"], details["metadata"])}
    if "automatic_tax" in call.params:
        is_enabled = call.params["automatic_tax"]["enabled"]
        subscription = {**subscription, "automatic_tax": automatic_tax.on_subscription(is_enabled)}
        if is_enabled:
            automatic_tax.check_location(customer)
    new_lines = _added_items(call, subscription["currency"], customer)
    details = _name_items(call, details, customer, subscription)
    if "default_tax_rates" in details:
        rates = taxes.check_rates(call, details["default_tax_rates"], "subscription_details[default_tax_rates]")
        subscription = {**subscription, "default_tax_rates": rates}
    discounts = _discounts(call, customer, subscription)
    next_invoice = _next_invoice(replace(call, params=details), subscription, details, discounts)
    next_invoice = replace(next_invoice, lines=[*new_lines, *next_invoice.lines])
    return _show(call, customer, next_invoice, discounts=discounts, proration_date=details.get("proration_date"))


def _subscription(call: Call) -> Object | None:
    """Return the subscription that is named, or whose schedule is; else, where nothing new is to be seen, the
    customer's that renews first."""
    params = call.params
    if "subscription" in params:
        return repository.find(call, params["subscription"])
    if "schedule" in params:
        subscription_id = schedule.find(call, params["schedule"])["subscription"]
        if subscription_id is None:
            raise none_upcoming(f"schedule: {params['schedule']}")
        return repository.find(call, subscription_id)
    if "customer" not in params:
        if "invoice_items" in params or params.get("subscription_details", {}).get("items"):
            return None
        raise missing_param("customer")
    if "subscription_details" in params:
        return None
    subscriptions = all_with(call, repository.KIND, "customer", params["customer"])
    renewable = [one for one in subscriptions if one["status"] in renewal.RENEWABLE and one["cancel_at"] is None]
    return min(renewable, key=lambda one: items.first_end(one["items"]["data"]), default=None)


def _show(
    call: Call, customer: Object, next_invoice: UpcomingInvoice, discounts: list[Object] | None = None, **rest: Any
) -> Object:
    """Return the invoice as a preview shows it: with `discounts`, those of them that it will still have then, or with
    the subscription's own."""
    then = replace(call, now=next_invoice.at)
    draft = invoices.new_draft(
        then,
        customer,
        next_invoice.lines,
        next_invoice.subscription["currency"],
        reason="upcoming",
        subscription=next_invoice.subscription,
        discounts=discounts and [one for one in discounts if not discount.has_ended(then, one)],
        **previewed_customers.invoice_fields(call),
        **rest,
    )
    return {**draft, "id": f"upcoming_{draft['id']}", "lines": {**draft["lines"], answers.WHOLE: True}}


def _of_new(call: Call) -> Object:
    """Return the first invoice of a subscription that is not created; for want of one, what is pending for the
    customer."""
    customer = previewed_customers.with_details(call, previewed_customers.find(call))
    call = clocks.at_time_of(call, customer)
    details = call.params.get("subscription_details", {})
    if not details.get("items"):
        return _pending_only(call, customer)
    details = _name_items(call, details, customer, None)
    anchor = details.get("billing_cycle_anchor", {})
    params: Object = {name: value for name, value in details.items() if name in creation.PREVIEWED_FIELDS}
    if anchor.get("type") == "timestamp":
        params["billing_cycle_anchor"] = anchor["timestamp"]
    params |= {name: call.params[name] for name in ("currency", "automatic_tax") if name in call.params}
    start = details.get("start_date", call.now)
    if start < call.now:
        params["backdate_start_date"] = start
    else:
        call = replace(call, now=start)
    subscription = creation.new_subscription(replace(call, params=params), customer)
    pending_items = invoice_items.pending_of(call, subscription)
    new_lines = _added_items(call, subscription["currency"], customer)
    pending_lines = [*new_lines, *(invoice_items.as_line(call, item) for item in pending_items)]
    _, period_lines = first_invoice.first_period(replace(call, params=params), subscription)
    discounts = _discounts(call, customer, subscription)
    return _show(
        call,
        customer,
        UpcomingInvoice(subscription, [*pending_lines, *period_lines], call.now),
        discounts=discounts,
        parent=None,
    )


def _name_items(
    call: Call, details: Mapping[str, Any], customer: Object, subscription: Object | None
) -> Mapping[str, Any]:
    """Return the details with the items by the ids of what they describe."""
    if not details.get("items"):
        return details
    param = "subscription_details[items]"
    item_params = item_parameters.name_prices(call, details["items"], customer, subscription, param, is_preview=True)
    return {**details, "items": item_params}


def _added_items(call: Call, currency: str, customer: Object) -> list[Line]:
    """Return the invoice items that a preview is to have beside those that wait."""
    new_lines = []
    for at, item_data in enumerate(call.params.get("invoice_items", ())):
        if item_data.get("currency", currency) != currency:
            raise invalid("An invoice has one currency, and so have its items.", f"invoice_items[{at}][currency]")
        item = previewed_items.by_decimal(item_data, at)
        line = invoice_items.line_from_params(call, item, currency, f"invoice_items[{at}]")
        on = discount.Redemption(customer, None, currency, line.amount)
        own = discount.redeem_for_part(
            call, item_data.get("discounts"), f"invoice_items[{at}][discounts]", on, is_preview=True
        )
        new_lines.append(replace(line, discounts=tuple(own)))
    return invoice_items.as_pending(call, new_lines)


def _pending_only(call: Call, customer: Object) -> Object:
    currency = call.params.get("currency") or customer["currency"] or call.account["default_currency"]
    pending_items = invoice_items.list_pending(call, customer["id"], None, currency)
    lines = [*_added_items(call, currency, customer), *(invoice_items.as_line(call, item) for item in pending_items)]
    if not lines:
        raise none_upcoming(f"customer: {customer['id']}")
    on = discount.Redemption(customer, "", currency, sum(line.amount for line in lines))
    draft = invoices.new_draft(
        call,
        customer,
        lines,
        currency,
        reason="upcoming",
        discounts=_redeem(call, on, subscription=None),
        **previewed_customers.invoice_fields(call),
    )
    return {**draft, "id": f"upcoming_{draft['id']}", "lines": {**draft["lines"], answers.WHOLE: True}}


def _discounts(call: Call, customer: Object, subscription: Object) -> list[Object] | None:
    """Return those to see the invoice with; None for the subscription's own."""
    if "discounts" not in call.params:
        return None
    return _redeem(call, redemption(call, subscription, customer), subscription["id"])


def _redeem(call: Call, on: discount.Redemption, subscription: str | None) -> list[Object]:
    discounts = []
    for at, source in enumerate(call.params.get("discounts") or ()):
        if "discount" in source:
            discounts.append(discount.existing_discount(call, source, f"discounts[{at}]", on))
            continue
        coupon, promotion = discount.find_applicable(call, source, f"discounts[{at}]", on)
        discounts.append(discount.new(call, coupon, on.customer["id"], subscription, promotion))
    return discounts


def _next_invoice(
    call: Call, subscription: Object, details: Mapping[str, Any], discounts: list[Object] | None
) -> UpcomingInvoice:
    """Return what is billed next. `call` has the details as its parameters, as an update would; `discounts` are those
    that it is to be seen with."""
    pending_items = invoice_items.pending_of(call, subscription)
    pending_lines = [invoice_items.as_line(call, item) for item in pending_items]
    if details.get("cancel_now"):
        at = details.get("proration_date", call.now)
        prorates = details.get("proration_behavior", "create_prorations") != "none"
        catalog = price_checks.catalog(call)
        credits = proration.credits_for(subscription, subscription["items"]["data"], catalog, at) if prorates else []
        usage_lines = metering.list_unbilled(call, subscription, catalog)
        return UpcomingInvoice(
            subscription, [*invoice_items.as_pending(call, credits), *pending_lines, *usage_lines], call.now
        )
    if "pause" in details:
        return _pause_invoice(call, subscription, details["pause"], pending_lines)
    if "resume_at" in details:
        return _resume_invoice(call, subscription, details, pending_lines)
    if subscription["status"] == "paused":
        raise none_upcoming(f"subscription: {subscription['id']}")
    end_fields = _ends(call, subscription)
    plan = item_changes.decide_all(call, subscription, details, end_fields, discounts)
    after = {**subscription, **plan.fields}
    change = plan.change
    pending_lines = [*invoice_items.as_pending(call, change.prorations), *pending_lines]
    if change.at_once or (details.get("proration_behavior") == "always_invoice" and change.prorations):
        return UpcomingInvoice(after, [*pending_lines, *change.at_once], call.now)
    return _renewal(call, after, pending_lines, changes_items="items" in details)


def tell_upcoming(call: Call, id: str) -> None:
    """Announce the next invoice, days before a subscription renews (https://docs.stripe.com/api/events/types#event_types-invoice.upcoming)."""
    subscription = repository.find(call, id)
    customer = call.store.get("customer", subscription["customer"])
    ends, renews = subscription["cancel_at"], items.first_end(subscription["items"]["data"])
    if subscription["status"] not in renewal.RENEWABLE or (ends is not None and ends <= renews):
        return
    if customer is None or customer.get("deleted"):
        return
    pending_lines = [invoice_items.as_line(call, item) for item in invoice_items.pending_of(call, subscription)]
    next_invoice = _renewal(call, subscription, pending_lines, changes_items=False)
    events.record(call, "invoice.upcoming", _show(call, customer, next_invoice))


def _ends(call: Call, subscription: Object) -> Object:
    if call.params.get("cancel_at_period_end") is None and "cancel_at" not in call.params:
        return {}
    return cancellation.changed_fields(call, subscription)


def _renewal(call: Call, subscription: Object, pending_lines: list[Line], *, changes_items: bool) -> UpcomingInvoice:
    """Return the next invoice that comes by itself: of the renewal, or what is pending at the end."""
    at = items.first_end(subscription["items"]["data"])
    if subscription["cancel_at"] is not None and subscription["cancel_at"] <= at:
        usage_lines = metering.usage_of(call, subscription, price_checks.catalog(call), until=at)
        if not pending_lines and not usage_lines:
            raise none_upcoming(f"subscription: {subscription['id']}")
        return UpcomingInvoice(subscription, [*pending_lines, *usage_lines], at)
    if not changes_items:
        current_items, anchor, usage_lines = forecast.renewed_items(call, subscription, at)
        pending_lines = [*invoice_items.as_pending(call, usage_lines), *pending_lines]
        subscription = {
            **subscription,
            "items": items.with_items(subscription, current_items),
            "billing_cycle_anchor": anchor,
        }
    after, period_lines, _ = renewal.next_period(call, subscription, at)
    return UpcomingInvoice(after, [*pending_lines, *period_lines], at)


def _pause_invoice(
    call: Call, subscription: Object, settings: Mapping[str, Any], pending_lines: list[Line]
) -> UpcomingInvoice:
    """Return what a pause would bill, where it would make an invoice (https://docs.stripe.com/billing/subscriptions/pause)."""
    check_pausable(subscription)
    pause_lines = pausing.bill_pause(call, subscription, settings)
    if settings.get("invoicing_behavior") != "invoice" or not pause_lines:
        raise none_upcoming(f"subscription: {subscription['id']}")
    data = [{**item, "current_period_end": call.now} for item in subscription["items"]["data"]]
    after = {
        **subscription,
        "items": items.with_items(subscription, data),
        "status": "paused",
        "status_details": pausing.details(call, "pause_requested"),
    }
    return UpcomingInvoice(after, [*invoice_items.as_pending(call, pause_lines), *pending_lines], call.now)


def _resume_invoice(
    call: Call, subscription: Object, details: Mapping[str, Any], pending_lines: list[Line]
) -> UpcomingInvoice:
    check_resumable(subscription)
    data, prorations, at_once = pausing.resumed_items(call, subscription, details)
    all_lines = [*invoice_items.as_pending(call, prorations), *pending_lines, *at_once]
    if not at_once and not (details.get("proration_behavior") == "always_invoice" and all_lines):
        raise none_upcoming(f"subscription: {subscription['id']}")
    after = {**subscription, "items": items.with_items(subscription, data)}
    return UpcomingInvoice(after, all_lines, call.now)


ROUTES = (Route("POST", "/v1/invoices/create_preview", "invoice", FORM, preview, check),)
JOBS: dict[str, Job] = {schedule_jobs.UPCOMING: tell_upcoming}
