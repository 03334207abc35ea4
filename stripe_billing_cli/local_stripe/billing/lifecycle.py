"""What time does to subscriptions and invoices: trials end, periods turn, invoices are finalised, charged and retried.

https://docs.stripe.com/billing/subscriptions/overview, https://docs.stripe.com/billing/invoices/workflow. Each entry of
the agenda that is due is carried out as of its own time, in the order of the times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stripe_billing_cli.local_stripe import events
from stripe_billing_cli.local_stripe.billing import agenda, clocks, collection, invoice_items, invoices
from stripe_billing_cli.local_stripe.billing.discounts import coupons, discount, promotion_codes
from stripe_billing_cli.local_stripe.billing.lines import Line
from stripe_billing_cli.local_stripe.billing.schedules import schedule, turning
from stripe_billing_cli.local_stripe.billing.subscriptions import (
    changes,
    ending,
    forthcoming,
    items,
    pausing,
    pending_updates,
    rhythms,
    sellable,
    standing,
    stored,
)
from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.store import Object

RENEWABLE = ("active", "past_due", "trialing", "unpaid")


def catch_up(call: Call, clock: str, until: int) -> None:
    """Carry out all that is due on a test clock, or in real time, up to `until`."""
    for entry in agenda.take(call.store, clock, until):
        HANDLERS[entry.what](clocks.by_itself(call, entry.due, real=clock == agenda.REAL_TIME), entry.id)


def _expire(call: Call, id: str) -> None:
    """Nobody paid the first invoice within 23 hours."""
    if stored.find(call, id)["status"] == "incomplete":
        ending.end(call, id, reason=None, status="incomplete_expired")


def _cancel(call: Call, id: str) -> None:
    subscription = stored.find(call, id)
    if subscription["status"] not in stored.ENDED:
        ending.end(call, id, reason=subscription["cancellation_details"]["reason"])


def _warn(call: Call, id: str) -> None:
    subscription = stored.find(call, id)
    if subscription["status"] == "trialing":
        events.record(call, "customer.subscription.trial_will_end", subscription)


def _collect_again(call: Call, id: str) -> None:
    """The pause of its collection is over."""
    stored.amend(call, id, pause_collection=None)


def _renew(call: Call, id: str) -> None:
    before = stored.find(call, id)
    customer = call.store.get("customer", before["customer"])
    if before["status"] not in RENEWABLE or customer is None or customer.get("deleted"):
        return
    method = collection.default_method(call, customer, before)
    if before["status"] == "trialing" and method is None and before["collection_method"] != "send_invoice":
        match before["trial_settings"]["end_behavior"]["missing_payment_method"]:
            case "cancel":
                ending.end(call, id, reason=None)
                return
            case "pause":
                _pause(call, before)
                return
    _next_period(call, before, customer)


def _pause(call: Call, before: Object) -> None:
    """ "The trial ended without a payment method on file" (https://docs.stripe.com/billing/subscriptions/pause)."""
    stored.amend(
        call,
        before["id"],
        "customer.subscription.paused",
        status="paused",
        status_details=pausing.details(call, "trial_end_without_payment_method"),
    )


def _next_period(call: Call, before: Object, customer: Object) -> None:
    """The items whose period ends now begin another, and are billed for it on one invoice, with what is pending."""
    after, billed, held = next_period(call, before, call.now)
    pause = (before["pause_collection"] or {}).get("behavior")
    draft = invoices.drafted(
        call,
        customer,
        [*(invoice_items.as_line(call, item) for item in held), *billed],
        before["currency"],
        reason="subscription_cycle",
        subscription=after,
        period=(min(item["current_period_start"] for item in before["items"]["data"]), call.now),
        auto_advance=before["status"] != "unpaid" and pause is None,
    )
    changed = {"items": after["items"], "status": after["status"], "latest_invoice": draft["id"]}
    after = stored.amend(call, before["id"], **changed)
    forthcoming.plan_ahead(call, after)
    invoice = invoices.create(call, draft)
    invoice_items.bill(call, held, draft["id"])
    if pause in ("void", "mark_uncollectible"):
        _give_up(call, invoice, pause)


def next_period(call: Call, before: Object, now: int) -> tuple[Object, list[Line], list[Object]]:
    """The subscription after a renewal at `now`, what is billed for it, and the pending items that are billed with it.

    A period may be a part of a whole one: after a trial that ends before its anchor, or up to an end that is set.
    """
    known = sellable.catalog(call)
    anchor, ends = before["billing_cycle_anchor"], before["cancel_at"]
    staying = [item for item in before["items"]["data"] if item["current_period_end"] > now]
    begun = []
    for item in before["items"]["data"]:
        if item["current_period_end"] <= now:
            end = rhythms.rhythm(known.price(item["price"])).next_after(anchor, now)
            begun.append(items.in_period(item, (now, end if ends is None else min(end, ends))))
    data, billed = changes.part_periods(begun, known, before["currency"], anchor, prorates=True, metered=True)
    renewed = {item["id"]: item for item in [*staying, *data]}
    in_order = [renewed[item["id"]] for item in before["items"]["data"]]
    status = "active" if before["status"] == "trialing" else before["status"]
    after = {**before, "items": items.with_items(before, in_order), "status": status}
    return after, billed, invoice_items.pending_of(call, before)


def _give_up(call: Call, draft: Object, pause: str) -> None:
    """Collection is paused: "immediately marked as void", or uncollectible
    (https://docs.stripe.com/billing/subscriptions/pause-payment)."""
    opened = invoices.finalize(call, draft)
    if opened["status"] == "open" and pause == "void":
        invoices.void(call, opened)
    elif opened["status"] == "open":
        invoices.mark_uncollectible(call, opened, "subscription_paused")


def _finalize(call: Call, id: str) -> None:
    """An hour after it was made: open, and charged to the default card, or sent."""
    invoice = call.store.get("invoice", id)
    customer = call.store.get("customer", invoice["customer"]) if invoice else None
    if invoice is None or invoice["status"] != "draft" or customer is None or customer.get("deleted"):
        return
    subscription = stored.of_invoice(call, invoice)
    opened = invoices.finalize(call, invoice, saves_card=stored.saves_card(subscription))
    if opened["status"] == "paid":
        standing.paid(call, opened, None)
    elif opened["collection_method"] == "send_invoice":
        events.record(call, "invoice.sent", opened)
        agenda.put(call.store, OVERDUE, id, opened["due_date"], opened["test_clock"])
    elif opened["auto_advance"]:
        collection.attempt(call, opened)


def _retry(call: Call, id: str) -> None:
    invoice = call.store.get("invoice", id)
    if invoice is not None and invoice["status"] == "open":
        collection.attempt(call, invoice)


def _overdue(call: Call, id: str) -> None:
    """An invoice sent, and not paid by its due date."""
    invoice = call.store.get("invoice", id)
    if invoice is not None and invoice["status"] == "open":
        events.record(call, "invoice.overdue", invoice)
        standing.overdue(call, invoice)


OVERDUE = "invoice.overdue"
HANDLERS: Mapping[str, Callable[[Call, str], None]] = {
    forthcoming.CANCEL: _cancel,
    forthcoming.DISCARD: pending_updates.expire,
    forthcoming.EXPIRE: _expire,
    forthcoming.RENEW: _renew,
    forthcoming.RESUME: _collect_again,
    forthcoming.TRIAL_WILL_END: _warn,
    invoices.FINALIZE: _finalize,
    invoices.RETRY: _retry,
    OVERDUE: _overdue,
    coupons.EXPIRE: coupons.expire,
    discount.END: discount.end,
    promotion_codes.EXPIRE: promotion_codes.expire,
    schedule.TURN: turning.turn,
    schedule.EXPIRING: turning.warn,
}
