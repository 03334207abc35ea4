"""A new subscription (https://docs.stripe.com/api/subscriptions/create)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_billing_cli.local_stripe import events, identifiers
from stripe_billing_cli.local_stripe.billing import (
    clocks,
    collection,
    customers,
    invoice_items,
    invoices,
    payment_methods,
)
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    cancellation,
    changes,
    first_invoice,
    forthcoming,
    sellable,
    stored,
)
from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.errors import invalid, missing_param, only_one_of
from stripe_billing_cli.local_stripe.metadata import merged
from stripe_billing_cli.local_stripe.parameters import Params
from stripe_billing_cli.local_stripe.store import Object

DAY = 24 * 60 * 60
NULL = (
    "application application_fee_percent billing_cycle_anchor_config billing_thresholds cancel_at canceled_at "
    "customer_account days_until_due default_payment_method default_source description ended_at latest_invoice "
    "managed_payments next_pending_invoice_item_invoice on_behalf_of pause_collection pending_invoice_item_interval "
    "pending_setup_intent pending_update presentment_details schedule status_details transfer_data trial_end "
    "trial_start"
).split()


def check_new(params: Params) -> None:
    if not params["items"]:
        raise missing_param("items")
    if "trial_end" in params and "trial_period_days" in params:
        raise only_one_of(["trial_end", "trial_period_days"])
    if params.get("payment_behavior") == "pending_if_incomplete":
        raise invalid(
            "`pending_if_incomplete` is only used with updates and cannot be passed when creating a Subscription.",
            "payment_behavior",
        )
    _check_collection(params)


def _check_collection(params: Params) -> None:
    sent = params.get("collection_method") == "send_invoice"
    if sent and "days_until_due" not in params:
        raise invalid(
            "If creating an invoice with `collection_method=send_invoice`, you must specify `days_until_due`.",
            "days_until_due",
        )
    if "days_until_due" in params and params.get("collection_method", "send_invoice") != "send_invoice":
        raise invalid(
            "You can only specify `days_until_due` if `collection_method=send_invoice`.",
            "days_until_due",
        )
    if "cancel_at" in params and params.get("cancel_at_period_end"):
        raise only_one_of(["cancel_at", "cancel_at_period_end"])


def create(call: Call) -> Object:
    params = call.params
    customer = customers.find(call, params["customer"])
    call = clocks.at_time_of(call, customer)
    prices = [sellable.sellable(call, item["price"], f"items[{at}][price]") for at, item in enumerate(params["items"])]
    currency = sellable.currency_of(params, customer, prices)
    sellable.check_prices(prices, currency)
    subscription, invoice = _begun(call, customer, prices, currency)
    method = collection.default_method(call, customer, subscription)
    if subscription["collection_method"] == "send_invoice":
        invoices.create(call, invoice)
    else:
        first_invoice.open_first(call, subscription, invoice, method)
    forthcoming.plan_ahead(call, stored.again(call, subscription))
    return stored.again(call, subscription)


def create_by_schedule(call: Call, customer: Object, prices: Sequence[Object], currency: str, schedule: str) -> Object:
    """As a schedule's first phase begins: nobody is there to pay, so it is active, and its first invoice is a draft
    for an hour (https://docs.stripe.com/billing/subscriptions/subscription-schedules)."""
    status = "trialing" if call.params.get("trial_end") else "active"
    subscription, invoice = _begun(call, customer, prices, currency, schedule=schedule, status=status)
    invoices.create(call, invoice)
    forthcoming.plan_ahead(call, subscription)
    return subscription


def _begun(call: Call, customer: Object, prices: Sequence[Object], currency: str, **rest: Any) -> tuple[Object, Object]:
    """The subscription, stored, and its first invoice, not yet stored."""
    subscription = {**_new(call, customer, prices, currency), **rest}
    first = first_invoice.first_lines(call, subscription, customer)
    on = discount.Redemption(customer, subscription["id"], currency, sum(line.amount for line in first))
    subscription["discounts"] = discount.redeemed(call, call.params.get("discounts"), on)
    call.store.insert("subscription", subscription)
    events.record(call, "customer.subscription.created", subscription)
    invoice = invoices.drafted(
        call, customer, first, currency, reason="subscription_create", subscription=subscription, auto_advance=True
    )
    subscription["latest_invoice"] = invoice["id"]
    invoice_items.bill(call, invoice_items.pending_of(call, subscription), invoice["id"])
    call.store.replace("subscription", subscription)
    return subscription, invoice


def _new(call: Call, customer: Object, prices: Sequence[Object], currency: str) -> Object:
    params = call.params
    id = identifiers.long_id("sub")
    trial_end = _trial_end(call, prices)
    anchor = params.get("billing_cycle_anchor") or trial_end or call.now
    if anchor < call.now:
        raise invalid("billing_cycle_anchor must be a timestamp in the future.", "billing_cycle_anchor")
    items = []
    for price, wanted in zip(prices, params["items"], strict=True):
        end = trial_end or changes.rhythm(price).next_after(anchor, call.now)
        items.append(changes.new_item(id, price, wanted, call.now, call.now, end))
        if anchor > end and trial_end is None:
            raise invalid(
                "billing_cycle_anchor cannot be later than next natural billing date "
                f"({changes.rhythm(price).next_after(call.now, call.now)}) for plan.",
                "billing_cycle_anchor",
            )
    sent = params.get("collection_method") == "send_invoice"
    settings = params.get("payment_settings", {})
    return dict.fromkeys(NULL) | {
        "id": id,
        "object": "subscription",
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": params.get("automatic_tax", {}).get("enabled", False),
            "liability": {"account": None, "type": "self"} if params.get("automatic_tax", {}).get("enabled") else None,
        },
        "billing_cycle_anchor": anchor,
        "billing_mode": {
            "flexible": {"proration_discounts": "included"},
            "type": params.get("billing_mode", {}).get("type", "flexible"),
            "updated_at": call.now,
        },
        "billing_schedules": [],
        "cancel_at_period_end": params.get("cancel_at_period_end", False),
        "cancellation_details": {"comment": None, "feedback": None, "feedback_option": None, "reason": None},
        "collection_method": params.get("collection_method", "charge_automatically"),
        "created": call.now,
        "currency": currency,
        "customer": customer["id"],
        "days_until_due": params.get("days_until_due") if sent else None,
        "default_payment_method": own_method(call, customer, params.get("default_payment_method")),
        "default_tax_rates": [],
        "description": params.get("description"),
        "discounts": [],
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": {"account": None, "type": "self"},
        },
        "items": {
            "object": "list",
            "data": items,
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={id}",
        },
        "livemode": False,
        "metadata": merged({}, params.get("metadata") or {}),
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": settings.get("payment_method_types"),
            "save_default_payment_method": settings.get("save_default_payment_method", "off"),
        },
        "start_date": call.now,
        "status": "trialing" if trial_end else "active" if sent else "incomplete",
        "test_clock": customer["test_clock"],
        "trial_end": trial_end,
        "trial_settings": params.get("trial_settings")
        or {"end_behavior": {"billing_cycle_anchor": None, "missing_payment_method": "create_invoice"}},
        "trial_start": call.now if trial_end else None,
        **cancellation.requested(call, params, items),
    }


def _trial_end(call: Call, prices: Sequence[Object]) -> int | None:
    params = call.params
    days = params.get("trial_period_days")
    if days is None and params.get("trial_from_plan"):
        days = prices[0]["recurring"]["trial_period_days"]
    if days is not None:
        return call.now + int(days) * DAY
    wanted = params.get("trial_end")
    if wanted in (None, "now"):
        return None
    if wanted <= call.now:
        raise invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end")
    return int(wanted)


def own_method(call: Call, customer: Object, id: str | None) -> str | None:
    if id is None:
        return None
    method = payment_methods.find(call, id, "default_payment_method")
    if method["customer"] != customer["id"]:
        raise invalid(
            f"The customer does not have a payment method with the ID {id}. The payment method must be attached to "
            "the customer.",
            "default_payment_method",
            "resource_missing",
        )
    return str(method["id"])
