"""What time does to subscriptions and invoices: trials end, periods turn, invoices are finalised, charged and retried.

https://docs.stripe.com/billing/subscriptions/overview, https://docs.stripe.com/billing/invoices/workflow. Each entry of
the agenda that is due is carried out as of its own time, in the order of the times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stripe_billing_cli.local_stripe import events
from stripe_billing_cli.local_stripe.billing import (
    agenda,
    clocks,
    collection,
    invoice_items,
    invoices,
)
from stripe_billing_cli.local_stripe.billing.discounts import coupons, discount, promotion_codes
from stripe_billing_cli.local_stripe.billing.schedules import schedule, turning
from stripe_billing_cli.local_stripe.billing.subscriptions import changes, forthcoming, sellable, stored
from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.store import Object


def catch_up(call: Call, clock: str, until: int) -> None:
    """Carry out all that is due on a test clock, or in real time, up to `until`."""
    for entry in agenda.take(call.store, clock, until):
        HANDLERS[entry.what](clocks.by_itself(call, entry.due, real=clock == agenda.REAL_TIME), entry.id)


def _expire(call: Call, id: str) -> None:
    """Nobody paid the first invoice within 23 hours."""
    subscription = stored.find(call, id)
    if subscription["status"] == "incomplete":
        collection.end(call, id, reason=None, status="incomplete_expired")


def _cancel(call: Call, id: str) -> None:
    subscription = stored.find(call, id)
    if subscription["status"] not in collection.ENDED:
        collection.end(call, id, reason=subscription["cancellation_details"]["reason"])


def _warn(call: Call, id: str) -> None:
    subscription = stored.find(call, id)
    if subscription["status"] == "trialing":
        events.record(call, "customer.subscription.trial_will_end", subscription)


def _resume(call: Call, id: str) -> None:
    """The pause of its collection is over."""
    subscription = stored.find(call, id)
    collection.save(call, subscription, {**subscription, "pause_collection": None})


def _renew(call: Call, id: str) -> None:
    before = stored.find(call, id)
    if before["status"] in (*collection.ENDED, "incomplete", "paused"):
        return
    if before["cancel_at"] is not None and before["cancel_at"] <= call.now:
        _cancel(call, id)
        return
    customer = call.store.get("customer", before["customer"])
    if customer is None or customer.get("deleted"):
        return
    method = collection.default_method(call, customer, before)
    if before["status"] == "trialing" and method is None and before["collection_method"] != "send_invoice":
        match before["trial_settings"]["end_behavior"]["missing_payment_method"]:
            case "cancel":
                collection.end(call, id, reason="cancellation_requested")
                return
            case "pause":
                after = collection.save(call, before, {**before, "status": "paused"})
                events.record(call, "customer.subscription.paused", after)
                return
    _next_period(call, before, customer)


def _next_period(call: Call, before: Object, customer: Object) -> None:
    """The items whose period ends now begin another, and are billed for it on one invoice."""
    known = sellable.catalog(call)
    renewed, items = [], []
    for item in before["items"]["data"]:
        if item["current_period_end"] > call.now:
            items.append(item)
            continue
        rhythm = changes.rhythm(known.price(item["price"]))
        end = rhythm.next_after(before["billing_cycle_anchor"], call.now)
        renewed.append({**item, "current_period_start": call.now, "current_period_end": end})
        items.append(renewed[-1])
    status = "active" if before["status"] == "trialing" else before["status"]
    after = {**before, "items": {**before["items"], "data": items}, "status": status}
    held = invoice_items.pending(call, customer["id"], before["id"], before["currency"])
    billed = [invoice_items.as_line(call, item) for item in held]
    billed += changes.whole_periods(renewed, known, before["currency"])
    began = min(item["current_period_start"] for item in before["items"]["data"])
    pause = (before["pause_collection"] or {}).get("behavior")
    advances = before["status"] != "unpaid" and pause not in ("keep_as_draft", "void")
    draft = invoices.drafted(
        call,
        customer,
        billed,
        before["currency"],
        reason="subscription_cycle",
        subscription=after,
        period=(began, call.now),
        auto_advance=advances,
    )
    after["latest_invoice"] = draft["id"]
    collection.save(call, before, after)
    invoice = invoices.create(call, draft)
    invoice_items.bill(call, held, draft["id"])
    forthcoming.plan_ahead(call, after)
    if pause == "void":
        customer_now = call.store.get("customer", customer["id"])
        assert customer_now is not None
        opened = invoices.finalize(call, invoice, customer_now)
        if opened["status"] == "open":
            invoices.void(call, opened)


def _finalize(call: Call, id: str) -> None:
    """An hour after it was made: open, and charged to the default card."""
    invoice = call.store.get("invoice", id)
    if invoice is None or invoice["status"] != "draft":
        return
    customer = call.store.get("customer", invoice["customer"])
    if customer is None or customer.get("deleted"):
        return
    subscription = collection.subscription_of(call, invoice)
    saves = subscription is not None and (
        (subscription["payment_settings"] or {}).get("save_default_payment_method") == "on_subscription"
    )
    opened = invoices.finalize(call, invoice, customer, saves_card=saves)
    if opened["status"] == "paid":
        return
    if subscription is not None and (subscription["pause_collection"] or {}).get("behavior") == "mark_uncollectible":
        invoices.mark_uncollectible(call, opened)
    elif opened["collection_method"] == "send_invoice":
        events.record(call, "invoice.sent", opened)
        agenda.put(call.store, OVERDUE, id, opened["due_date"], opened["test_clock"])
    else:
        _attempt(call, opened)


def _attempt(call: Call, invoice: Object) -> None:
    """Charge the default card; for want of one the attempt fails (and is retried: one may be added)."""
    customer = call.store.get("customer", invoice["customer"])
    if customer is None or customer.get("deleted"):
        return
    method = collection.default_method(call, customer, collection.subscription_of(call, invoice))
    if method is not None:
        collection.charge(call, invoice, method, off_session=True)
        return
    intent = invoices.intent_of(call, invoice)
    assert intent is not None
    collection.settle(call, invoice, intent)


def _retry(call: Call, id: str) -> None:
    invoice = call.store.get("invoice", id)
    if invoice is not None and invoice["status"] == "open":
        _attempt(call, invoice)


def _overdue(call: Call, id: str) -> None:
    """An invoice sent, and not paid by its due date."""
    invoice = call.store.get("invoice", id)
    if invoice is None or invoice["status"] != "open":
        return
    events.record(call, "invoice.overdue", invoice)
    subscription = collection.subscription_of(call, invoice)
    if subscription is not None and subscription["status"] == "active":
        collection.save(call, subscription, {**subscription, "status": "past_due"})


OVERDUE = "invoice.overdue"
HANDLERS: Mapping[str, Callable[[Call, str], None]] = {
    collection.CANCEL: _cancel,
    collection.EXPIRE: _expire,
    collection.RENEW: _renew,
    collection.RESUME: _resume,
    collection.TRIAL_WILL_END: _warn,
    invoices.FINALIZE: _finalize,
    invoices.RETRY: _retry,
    OVERDUE: _overdue,
    coupons.EXPIRE: coupons.expire,
    discount.END: discount.end,
    promotion_codes.EXPIRE: promotion_codes.expire,
    schedule.TURN: turning.turn,
    schedule.EXPIRING: turning.warn,
}
