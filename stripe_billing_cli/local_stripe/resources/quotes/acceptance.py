"""The acceptance of a quote, which makes a subscription, a subscription schedule where it is to begin later, or an
invoice of what is billed once (https://docs.stripe.com/quotes/overview). Invoices are drafts, since nobody is there to
pay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.invoicing import invoice_items, invoices
from stripe_billing_cli.local_stripe.billing.subscriptions import creation, item_parameters
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources import subscription_schedules

DAY = 24 * 60 * 60
DAYS_UNTIL_DUE = 30
"""When an invoice that is sent is due, where the quote does not say it."""


def carry_out(call: Call, quote: Object, customer: Object) -> Object:
    """Return the fields of the quote that name what was made of it."""
    items = quote["line_items"]["data"]
    prices = {item["price"]: call.store.get("price", item["price"]) or {} for item in items}
    recurring = [item for item in items if prices[item["price"]]["recurring"]]
    once = [item for item in items if not prices[item["price"]]["recurring"]]
    if not recurring:
        return {"invoice": _create_invoice(call, quote, customer, once)["id"]}
    begins = quote["subscription_data"]["effective_date"]
    if begins is not None and begins > call.now:
        return {"subscription_schedule": _create_schedule(call, quote, recurring, once)["id"]}
    subscription = _create_subscription(call, quote, customer, recurring, once)
    return {"invoice": subscription["latest_invoice"], "subscription": subscription["id"]}


def _coupons(call: Call, ids: list[str]) -> list[Object]:
    """Return discounts of a quote, which are redeemed now, as parameters."""
    sources = [discount.find(call, id) for id in ids]
    return [
        {"promotion_code": one["promotion_code"]} if one["promotion_code"] else {"coupon": one["source"]["coupon"]}
        for one in sources
    ]


def _params(call: Call, item: Object) -> dict[str, Any]:
    """Return a line item as the parameters of other calls have it."""
    price = call.store.get("price", item["price"]) or {}
    params: dict[str, Any] = {"price": item["price"]}
    if not price["recurring"] or price["recurring"]["usage_type"] != "metered":
        params["quantity"] = item["quantity"]
    if item["_tax_rates"]:
        params["tax_rates"] = item["_tax_rates"]
    if item["_discounts"]:
        params["discounts"] = _coupons(call, item["_discounts"])
    if not price["active"]:
        params[item_parameters.INLINE] = True
    return params


def _collection(quote: Object) -> dict[str, Any]:
    if quote["collection_method"] != "send_invoice":
        return {"collection_method": "charge_automatically"}
    days = quote["invoice_settings"]["days_until_due"]
    return {"collection_method": "send_invoice", "days_until_due": DAYS_UNTIL_DUE if days is None else days}


def _create_subscription(
    call: Call, quote: Object, customer: Object, recurring: list[Object], once: list[Object]
) -> Object:
    data = quote["subscription_data"]
    settings = quote["invoice_settings"]
    params: dict[str, Any] = {
        "customer": customer["id"],
        "items": [_params(call, item) for item in recurring],
        "add_invoice_items": [_params(call, item) for item in once],
        "automatic_tax": {"enabled": quote["automatic_tax"]["enabled"]},
        "billing_mode": {"type": data["billing_mode"]["type"]},
        "currency": quote["currency"],
        "default_tax_rates": quote["default_tax_rates"],
        "discounts": _coupons(call, quote["discounts"]),
        "invoice_settings": {name: settings[name] for name in ("custom_fields", "description", "footer")},
        "metadata": data["metadata"],
        **_collection(quote),
    }
    if data["description"] is not None:
        params["description"] = data["description"]
    if data["trial_period_days"] is not None:
        params["trial_period_days"] = data["trial_period_days"]
    params["items"] = item_parameters.name_prices(call, params["items"], customer, None)
    call = replace(call, params=params)
    subscription = creation.new_subscription(call, customer)
    status = "trialing" if subscription["trial_end"] else "active"
    after, invoice = creation.begin(call, customer, subscription, status=status)
    item_parameters.settle(call, None, after)
    if invoice is not None:
        invoices.create(call, invoice)
    return after


def _create_schedule(call: Call, quote: Object, recurring: list[Object], once: list[Object]) -> Object:
    data = quote["subscription_data"]
    phase: dict[str, Any] = {
        "items": [_params(call, item) for item in recurring],
        "discounts": _coupons(call, quote["discounts"]),
        "metadata": data["metadata"],
    }
    if once:
        phase["add_invoice_items"] = [_params(call, item) for item in once]
    if quote["default_tax_rates"]:
        phase["default_tax_rates"] = quote["default_tax_rates"]
    if data["trial_period_days"] is not None:
        phase["trial_end"] = data["effective_date"] + data["trial_period_days"] * DAY
    collection = _collection(quote)
    settings: dict[str, Any] = {"collection_method": collection["collection_method"]}
    if "days_until_due" in collection:
        settings["invoice_settings"] = {"days_until_due": collection["days_until_due"]}
    if data["description"] is not None:
        settings["description"] = data["description"]
    params = {
        "customer": quote["customer"],
        "start_date": data["effective_date"],
        "billing_mode": {"type": data["billing_mode"]["type"]},
        "default_settings": settings,
        "end_behavior": "release",
        "metadata": data["metadata"],
        "phases": [phase],
    }
    return subscription_schedules.create_schedule(replace(call, params=params))


def _create_invoice(call: Call, quote: Object, customer: Object, once: list[Object]) -> Object:
    """Return a draft of what is billed once, each line of which is an invoice item."""
    currency, settings = quote["currency"], quote["invoice_settings"]
    pending_items = []
    for item in once:
        params = _params(call, item)
        price = call.store.get("price", item["price"]) or {}
        line = invoice_items.line_for_price(call, price, item["quantity"], currency, (call.now, call.now), "price")
        line = replace(line, tax_rates=tuple(item["_tax_rates"]))
        pending_item = invoice_items.add_pending(call, customer, line, currency, None)
        pending_item = invoice_items.with_discounts(call, pending_item, customer, params)
        call.store.replace(invoice_items.KIND, pending_item)
        pending_items.append(pending_item)
    on = discount.Redemption(customer, None, currency, quote["amount_subtotal"])
    discount_ids = discount.redeem_for_part(call, _coupons(call, quote["discounts"]), "discounts", on)
    collection = _collection(quote)
    due = collection.get("days_until_due")
    draft = invoices.new_draft(
        call,
        customer,
        [invoice_items.as_line(call, item) for item in pending_items],
        currency,
        reason="quote_accept",
        discounts=[discount.find(call, id) for id in discount_ids],
        collection_method=collection["collection_method"],
        custom_fields=settings["custom_fields"],
        default_tax_rates=quote["default_tax_rates"],
        description=settings["description"],
        due_date=None if due is None else call.now + due * DAY,
        footer=settings["footer"],
        parent={"quote_details": {"quote": quote["id"]}, "subscription_details": None, "type": "quote_details"},
    )
    invoice_items.bill(call, pending_items, draft["id"])
    return invoices.create(call, draft)
