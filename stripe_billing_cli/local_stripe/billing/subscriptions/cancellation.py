"""The end of a subscription, now or later (https://docs.stripe.com/billing/subscriptions/cancel)."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.local_stripe.billing import clocks, collection, customers, invoice_items, invoices
from stripe_billing_cli.local_stripe.billing.subscriptions import changes, sellable, stored
from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.errors import invalid, no_such
from stripe_billing_cli.local_stripe.parameters import Params
from stripe_billing_cli.local_stripe.store import Object


def requested(call: Call, params: Params, items: Sequence[Object]) -> Object:
    """When the subscription is to end, and since when that is known."""
    if params.get("cancel_at_period_end"):
        return {
            "cancel_at": max(item["current_period_end"] for item in items),
            "canceled_at": call.now,
            "cancel_at_period_end": True,
        }
    if params.get("cancel_at") is not None:
        return {
            "cancel_at": _moment(call, params["cancel_at"], items),
            "canceled_at": call.now,
            "cancel_at_period_end": False,
        }
    return {}


def changed(call: Call, before: Object) -> Object:
    params = call.params
    details = {**before["cancellation_details"], **params.get("cancellation_details", {})}
    ends = {name: before[name] for name in ("cancel_at", "cancel_at_period_end", "canceled_at")}
    wanted = params.get("cancel_at_period_end") or params.get("cancel_at") is not None
    taken_back = "cancel_at" in params or "cancel_at_period_end" in params
    if wanted:
        ends = requested(call, params, before["items"]["data"])
        ends["canceled_at"] = before["canceled_at"] or call.now
        details["reason"] = "cancellation_requested"
    elif taken_back and before["cancel_at"] is not None:
        ends = {"cancel_at": None, "cancel_at_period_end": False, "canceled_at": None}
        details = {"comment": None, "feedback": None, "feedback_option": None, "reason": None}
    return {**ends, "cancellation_details": details}


def _moment(call: Call, wanted: int | str, items: Sequence[Object]) -> int:
    ends = [item["current_period_end"] for item in items]
    if wanted == "min_period_end":
        return int(min(ends))
    if wanted == "max_period_end":
        return int(max(ends))
    if int(wanted) <= call.now:
        raise invalid("cancel_at must be a future timestamp.", "cancel_at")
    return int(wanted)


def cancel(call: Call) -> Object:
    """End it now. What is left of an incomplete one is voided."""
    before = stored.retrieve(call)
    call = clocks.at_time_of(call, before)
    if before["status"] in collection.ENDED:
        raise no_such("subscription", call.id, "id", 404)
    details = {**before["cancellation_details"], **call.params.get("cancellation_details", {})}
    call.store.replace("subscription", {**before, "cancellation_details": details})
    if call.params.get("prorate") and before["status"] != "incomplete":
        customer = customers.find(call, before["customer"])
        for line in changes.credits_for_all(before, sellable.catalog(call), call.now):
            invoice_items.pend(call, customer, line, before["currency"], before["id"])
    status = "incomplete_expired" if before["status"] == "incomplete" else "canceled"
    if call.params.get("invoice_now") and status == "canceled":
        _last_invoice(call, before)
    return collection.end(call, before["id"], reason="cancellation_requested", status=status)


def _last_invoice(call: Call, subscription: Object) -> None:
    """All that is pending, billed at the end."""
    held = invoice_items.pending_of(call, subscription)
    if not held:
        return
    customer = customers.find(call, subscription["customer"])
    draft = invoices.drafted(
        call,
        customer,
        [invoice_items.as_line(call, item) for item in held],
        subscription["currency"],
        reason="subscription_update",
        subscription=subscription,
        auto_advance=True,
    )
    invoice_items.bill(call, held, draft["id"])
    invoice = invoices.finalize(call, invoices.create(call, draft), customer)
    again = stored.again(call, subscription)
    call.store.replace("subscription", {**again, "latest_invoice": invoice["id"]})
    method = collection.default_method(call, customer, subscription)
    if invoice["status"] == "open" and method is not None:
        collection.charge(call, invoice, method, off_session=True)
