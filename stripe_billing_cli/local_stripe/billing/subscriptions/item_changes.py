"""A change of a subscription's items, anchor or trial: decided, stored and billed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing import collection, customers, invoice_items, invoices
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    changes,
    first_invoice,
    forthcoming,
    pending_updates,
    sellable,
    stored,
)
from stripe_billing_cli.local_stripe.billing.subscriptions.changes import Change
from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.errors import invalid, missing_param, no_such
from stripe_billing_cli.local_stripe.store import Object


def change_items(call: Call, before: Object, after: Object) -> Object:
    params = call.params
    if params.get("trial_end") == "now" and before["status"] == "trialing":
        after = {**after, "trial_end": call.now, "status": "active", "billing_cycle_anchor": call.now}
        before = {**before, "status": "active"}
        change = decide(call, {**before, "items": after["items"]}, params, restart=True, prorates=False)
    elif "trial_end" in params and params["trial_end"] != "now":
        return _extend_trial(call, before, after)
    else:
        change = decide(call, before, params)
    after["items"] = {**before["items"], "data": change.after}
    if change.anchor is not None:
        after["billing_cycle_anchor"] = change.anchor
    return _carry_out(call, before, after, change)


def _extend_trial(call: Call, before: Object, after: Object) -> Object:
    end = call.params["trial_end"]
    if end <= call.now:
        raise invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end")
    items = [{**item, "current_period_end": end} for item in before["items"]["data"]]
    after |= {
        "trial_end": end,
        "trial_start": before["trial_start"] or call.now,
        "status": "trialing",
        "billing_cycle_anchor": end,
        "items": {**before["items"], "data": items},
    }
    collection.save(call, before, after)
    forthcoming.plan_ahead(call, after)
    return stored.again(call, after)


def decide(
    call: Call, subscription: Object, params: Mapping[str, Any], *, restart: bool = False, prorates: bool = True
) -> Change:
    """What the items, proration and anchor in `params` make of a subscription. Raises Stripe's refusals."""
    for at, item in enumerate(params.get("items", ())):
        _check_item(call, subscription, item, f"items[{at}]")
    anew = params.get("billing_cycle_anchor", {}).get("type") == "now"
    at = params.get("proration_date", call.now)
    start = min(item["current_period_start"] for item in subscription["items"]["data"])
    end = max(item["current_period_end"] for item in subscription["items"]["data"])
    if not start <= at <= end:
        raise invalid(
            "Cannot specify `proration_date` outside of the current billing period.",
            "proration_date",
        )
    change = changes.decide(
        subscription,
        params.get("items", ()),
        sellable.catalog(call),
        at=at,
        now=call.now,
        prorates=prorates and params.get("proration_behavior") != "none",
        restart=restart or anew,
    )
    if not change.after:
        raise invalid("A subscription must have at least one active plan.", "items")
    ids = [item["price"] for item in change.after]
    if len(set(ids)) < len(ids):
        raise invalid(
            "Subscription Items must have unique prices; you are trying to add a price that an existing item has.",
            "items",
        )
    return change


def _check_item(call: Call, subscription: Object, item: Mapping[str, Any], param: str) -> None:
    known = {held["id"]: held for held in subscription["items"]["data"]}
    if "id" in item and item["id"] not in known:
        raise no_such("subscription item", item["id"], f"{param}[id]")
    if "id" not in item and "price" not in item:
        raise missing_param(f"{param}[price]")
    if "price" in item and item["price"] != known.get(item.get("id", ""), {}).get("price"):
        price = sellable.sellable(call, item["price"], f"{param}[price]")
        sellable.check_prices([price], subscription["currency"])


def _carry_out(call: Call, before: Object, after: Object, change: Change) -> Object:
    """Store the change and bill it: prorations wait for the next invoice unless it is made at once."""
    params = call.params
    behavior = params.get("payment_behavior", "allow_incomplete")
    at_once = bool(change.at_once) or params.get("proration_behavior") == "always_invoice"
    customer = customers.find(call, before["customer"])
    held = [invoice_items.pend(call, customer, line, before["currency"], before["id"]) for line in change.prorations]
    if not at_once:
        collection.save(call, before, after)
        forthcoming.plan_ahead(call, after)
        return stored.again(call, after)
    if change.at_once or behavior != "pending_if_incomplete":
        held = invoice_items.pending_of(call, before)
    billed = [invoice_items.as_line(call, item) for item in held] + change.at_once
    if not billed:
        collection.save(call, before, after)
        forthcoming.plan_ahead(call, after)
        return stored.again(call, after)
    draft = invoices.drafted(
        call,
        customer,
        billed,
        before["currency"],
        reason="subscription_update",
        subscription=after,
        auto_advance=behavior != "default_incomplete",
        proration_date=params.get("proration_date"),
    )
    after["latest_invoice"] = draft["id"]
    invoice_items.bill(call, held, draft["id"])
    collection.save(call, before, after)
    _charge_change(call, before, after, invoices.create(call, draft), behavior)
    final = stored.again(call, after)
    forthcoming.plan_ahead(call, final)
    return final


def _charge_change(call: Call, before: Object, after: Object, draft: Object, behavior: str) -> None:
    customer = customers.find(call, before["customer"])
    if before["collection_method"] == "send_invoice":
        return
    saves = before["payment_settings"]["save_default_payment_method"] == "on_subscription"
    invoice = invoices.finalize(call, draft, customer, saves_card=saves)
    if invoice["status"] == "paid":
        return
    method = collection.default_method(call, customer, after)
    if behavior == "default_incomplete":
        first_invoice.prepare_payment(call, invoice, method)
        collection.save(call, after, {**stored.again(call, after), "status": "past_due"})
        return
    if method is None:
        if behavior == "pending_if_incomplete":
            pending_updates.suspend(call, before, after)
            return
        raise collection.no_method()
    if behavior == "pending_if_incomplete":
        pending_updates.suspend(call, before, after)
    _, intent = collection.charge(call, invoice, method, off_session=call.params.get("off_session", False))
    if intent["status"] != "succeeded" and behavior == "error_if_incomplete":
        raise first_invoice.failed(call, intent)
