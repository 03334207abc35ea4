"""A new subscription (https://docs.stripe.com/api/subscriptions/create)."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.local_stripe.billing import billing_intervals, customers
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.entitlements import active
from stripe_billing_cli.local_stripe.billing.invoicing import (
    automatic_tax,
    customer_balance,
    invoice_fields,
    invoice_items,
    invoices,
    tax_ids,
    taxes,
)
from stripe_billing_cli.local_stripe.billing.payments import bank_transfers, payment_methods
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    added_invoice_items,
    anchors,
    backdating,
    cancellation,
    first_invoice,
    item_parameters,
    items,
    pending_item_interval,
    price_checks,
    repository,
    schedule_jobs,
    thresholds,
    trial_offers,
)
from stripe_billing_cli.local_stripe.core import identifiers, objects, shapes, times
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param
from stripe_billing_cli.local_stripe.core.lists import list_object
from stripe_billing_cli.local_stripe.core.metadata import new_metadata
from stripe_billing_cli.local_stripe.core.parameters import Params
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

DAY = 24 * 60 * 60
LONGEST_TRIAL = 731 * DAY

PREVIEWED_FIELDS = (
    "billing_mode",
    "cancel_at",
    "cancel_at_period_end",
    "default_tax_rates",
    "items",
    "proration_behavior",
    "trial_end",
)
"""The parameters of a new subscription that a preview takes."""


def new_subscription(call: Call, customer: Object) -> Object:
    """Return a subscription as the parameters want it, not yet stored nor billed. Raises Stripe's refusals."""
    params = call.params
    for at, item in enumerate(params["items"]):
        if "price" not in item:
            raise missing_param(f"items[{at}][price]")
    prices = [
        price_checks.find_item_price(call, item, f"items[{at}][price]") for at, item in enumerate(params["items"])
    ]
    currency = price_checks.currency_of(call, params, customer, prices)
    if "currency" not in params:
        price_checks.check_one_currency(prices, currency)
    price_checks.check_prices(prices, currency)
    for at, (price, item) in enumerate(zip(prices, params["items"], strict=True)):
        price_checks.check_quantity(price, item, f"items[{at}]")
    if params.get("automatic_tax", {}).get("enabled"):
        automatic_tax.check_location(customer)
    tax_ids.of_account(call, params.get("invoice_settings", {}), "invoice_settings")
    billing_intervals.check(params.get("billing_mode", {}).get("type", "flexible"), prices)
    thresholds.check(params.get(thresholds.NAME), prices, currency)
    bank_transfers.check_settings(params.get("payment_settings", {}), currency)
    return _new(call, customer, prices, currency)


def create_by_schedule(call: Call, customer: Object, prices: Sequence[Object], currency: str, schedule: str) -> Object:
    """Begin a subscription as a schedule's first phase does: nobody is there to pay, so it is active, and its first
    invoice is a draft for an hour (https://docs.stripe.com/billing/subscriptions/subscription-schedules)."""
    status = "trialing" if call.params.get("trial_end") else "active"
    subscription = {**_new(call, customer, prices, currency), "schedule": schedule}
    after, invoice = begin(call, customer, subscription, status=status)
    item_parameters.settle(call, None, after)
    if invoice is not None:
        invoices.create(call, invoice)
    return after


def begin(
    call: Call, customer: Object, subscription: Object, *, status: str | None = None
) -> tuple[Object, Object | None]:
    """Return the subscription, stored, and its first invoice, not yet stored; None where there is nothing to bill:
    "this action doesn't generate an invoice at all until the first billing period"
    (https://docs.stripe.com/billing/subscriptions/billing-cycle)."""
    added_invoice_items.add(call, customer, subscription, call.params.get("add_invoice_items", ()))
    pending_items = invoice_items.pending_of(call, subscription)
    data, period_lines = first_invoice.first_period(call, subscription)
    on = discount.Redemption(
        customer, subscription["id"], subscription["currency"], sum(line.amount for line in period_lines)
    )
    discount_ids = discount.redeem_all(call, call.params.get("discounts"), on)
    subscription = {**subscription, "discounts": discount_ids, "items": items.with_items(subscription, data)}
    if not period_lines and not pending_items:
        subscription["status"] = status or ("trialing" if subscription["trial_end"] else "active")
        _store(call, customer, subscription)
        return subscription, None
    invoice = invoices.new_draft(
        call,
        customer,
        [*(invoice_items.as_line(call, item) for item in pending_items), *period_lines],
        subscription["currency"],
        reason="subscription_create",
        subscription=subscription,
        auto_advance=True,
    )
    subscription["status"] = status or _first_status(subscription, invoice)
    subscription["latest_invoice"] = invoice["id"]
    _store(call, customer, subscription)
    invoice_items.bill(call, pending_items, invoice["id"])
    return subscription, invoice


def _store(call: Call, customer: Object, subscription: Object) -> None:
    objects.insert(call, repository.KIND, subscription, "customer.subscription.created")
    active.bring_up_to_date(call, customer["id"])
    if customer["currency"] != subscription["currency"]:
        customers.save(call, customer, customer_balance.with_currency(customer, subscription["currency"]))
    if subscription["status"] == "trialing":
        schedule_jobs.schedule_trial_warning(call, subscription)
    schedule_jobs.plan_ahead(call, subscription)


def _first_status(subscription: Object, invoice: Object) -> str:
    """Return the status of a new subscription: incomplete until its first invoice is paid, if there is something to
    pay. One that is sent invoices is active at once ("automatically activated regardless of the first Invoice status").
    """
    if subscription["trial_end"]:
        return "trialing"
    if subscription["collection_method"] == "send_invoice" or invoice["amount_due"] == 0:
        return "active"
    return "incomplete"


def _new(call: Call, customer: Object, prices: Sequence[Object], currency: str) -> Object:
    params = call.params
    id = identifiers.long_id(call, "sub")
    trial_end = _trial_end(call, prices) or trial_offers.free_until(call, params["items"], prices)
    start = params.get("backdate_start_date", call.now)
    backdating.check(start, call.now)
    is_classic = params.get("billing_mode", {}).get("type") == "classic"
    anchor = anchors.first_anchor(params, prices, trial_end, call.now, begins=None if is_classic else start)
    item_objects = []
    for price, item_data in zip(prices, params["items"], strict=True):
        period = call.now, trial_end or billing_intervals.billing_interval(price).next_after(anchor, call.now)
        if trial_end is None and start < call.now:
            period = backdating.first_start(price, anchor, start, call.now, is_classic=is_classic), period[1]
        item = items.new_item(identifiers.short_id(call, "si"), id, price, item_data, call.now, period)
        item_objects.append(trial_offers.begin_trial(call, item, item_data, price))
    ends = cancellation.requested_end(call, params, item_objects)
    if ends.get("cancel_at") is not None and trial_end is None:
        item_objects = [
            {**item, "current_period_end": min(item["current_period_end"], ends["cancel_at"])} for item in item_objects
        ]
    return {
        **shapes.blank("subscription", "managed_payments presentment_details status_details"),
        **_settings(params),
        "id": id,
        "billing_cycle_anchor": anchor,
        "billing_cycle_anchor_config": anchors.show_config(params),
        "billing_mode": {
            "flexible": {"proration_discounts": "included"},
            "type": params.get("billing_mode", {}).get("type", "flexible"),
            "updated_at": call.now,
        },
        "created": call.now,
        "currency": currency,
        "customer": customer["id"],
        "default_tax_rates": taxes.check_rates(call, params.get("default_tax_rates"), "default_tax_rates"),
        "default_payment_method": payment_methods.own_method(call, customer, params.get("default_payment_method")),
        "default_source": payment_methods.own_source(call, customer, params.get("default_source")),
        "items": list_object(item_objects, False, f"/v1/subscription_items?subscription={id}"),
        "start_date": start,
        "test_clock": customer["test_clock"],
        "trial_end": trial_end,
        "trial_start": call.now if trial_end else None,
        **pending_item_interval.fields(params.get(pending_item_interval.INTERVAL), anchor, call.now),
        **ends,
    }


def _settings(params: Params) -> Object:
    """Return the fields of a new subscription that follow from the parameters alone."""
    is_sent = params.get("collection_method") == "send_invoice"
    settings = params.get("payment_settings", {})
    return {
        "object": "subscription",
        "automatic_tax": automatic_tax.on_subscription(params.get("automatic_tax", {}).get("enabled", False)),
        "billing_schedules": [],
        thresholds.NAME: thresholds.merge(params.get(thresholds.NAME)),
        "cancel_at_period_end": False,
        "cancellation_details": {"comment": None, "feedback": None, "feedback_option": None, "reason": None},
        "collection_method": params.get("collection_method", "charge_automatically"),
        "days_until_due": params.get("days_until_due") if is_sent else None,
        "description": params.get("description"),
        "discounts": [],
        "invoice_settings": invoice_fields.settings(params.get("invoice_settings", {})),
        "metadata": new_metadata(params),
        "payment_settings": {
            "payment_method_options": settings.get("payment_method_options") or None,
            "payment_method_types": settings.get("payment_method_types") or None,
            "save_default_payment_method": settings.get("save_default_payment_method", "off"),
        },
        "_pending_change": None,
        "status": "incomplete",
        "trial_settings": {
            "end_behavior": {
                "billing_cycle_anchor": None,
                "missing_payment_method": "create_invoice",
                **params.get("trial_settings", {}).get("end_behavior", {}),
            }
        },
    }


def _trial_end(call: Call, prices: Sequence[Object]) -> int | None:
    params = call.params
    days = params.get("trial_period_days")
    if days is None and params.get("trial_from_plan"):
        days = prices[0]["recurring"]["trial_period_days"]
    if days is not None:
        return call.now + int(days) * DAY
    trial_end = params.get("trial_end")
    if trial_end in (None, "now"):
        return None
    return checked_trial_end(call, trial_end)


def checked_trial_end(call: Call, trial_end: int) -> int:
    if trial_end > call.now + LONGEST_TRIAL:
        raise invalid("Invalid timestamp: a trial can be at most two years long (730 days).", "trial_end")
    times.check_future(trial_end, "trial_end", call.now)
    return trial_end
