"""Invoices: made, finalised, paid, given up (https://docs.stripe.com/invoicing/overview#invoice-statuses).

What an invoice's payment means for its subscription is told in `collection`. Amounts in minor units.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_billing_cli.local_stripe import events, identifiers
from stripe_billing_cli.local_stripe.billing import agenda, lines, payments
from stripe_billing_cli.local_stripe.billing.discounts import discount, on_invoices
from stripe_billing_cli.local_stripe.billing.lines import Line
from stripe_billing_cli.local_stripe.calls import Call
from stripe_billing_cli.local_stripe.errors import ApiError, invalid
from stripe_billing_cli.local_stripe.store import Object

HOUR = 60 * 60
DAY = 24 * HOUR
FINALIZE = "invoice.finalize"
RETRY = "invoice.retry"
NULL = (
    "account_tax_ids amount_paid_off_stripe application automatically_finalizes_at confirmation_secret custom_fields "
    "customer_account customer_shipping default_payment_method default_source description due_date effective_at "
    "ending_balance footer from_invoice hosted_invoice_url invoice_pdf last_finalization_error latest_revision "
    "next_payment_attempt number on_behalf_of receipt_number rendering shipping_cost shipping_details "
    "statement_descriptor status_details threshold_reason webhooks_delivered_at"
).split()


def drafted(
    call: Call,
    customer: Object,
    billed: Sequence[Line],
    currency: str,
    *,
    reason: str,
    subscription: Object | None = None,
    period: tuple[int, int] | None = None,
    proration_date: int | None = None,
    discounts: Sequence[Object] | None = None,
    **rest: Any,
) -> Object:
    """A draft with everything that Stripe says about an invoice, not yet stored.

    `discounts`: in place of the subscription's own.
    """
    id = identifiers.long_id("in")
    subscription_id = subscription["id"] if subscription else None
    shown = [lines.shown(line, currency, id, subscription_id) for line in billed]
    total = sum(line.amount for line in billed)
    start, end = period or (call.now, call.now)
    sent = subscription is not None and subscription["collection_method"] == "send_invoice"
    invoice: Object = dict.fromkeys(NULL) | {
        "id": id,
        "object": "invoice",
        "account_country": call.account["country"],
        "account_name": call.account["business_profile"]["name"],
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": False,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "billing_reason": reason,
        "collection_method": "send_invoice" if sent else "charge_automatically",
        "created": call.now,
        "currency": currency,
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "due_date": call.now + subscription["days_until_due"] * DAY if subscription and sent else None,
        "issuer": {"account": None, "type": "self"},
        "lines": {"object": "list", "data": shown, "has_more": False, "url": f"/v1/invoices/{id}/lines"},
        "livemode": False,
        "metadata": {},
        "parent": _parent(subscription, proration_date),
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "payments": {"object": "list", "data": [], "has_more": False, "url": "/v1/invoice_payments"},
        "period_end": end,
        "period_start": start,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "test_clock": customer["test_clock"],
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        **rest,
    }
    held = discount.living(call, subscription["discounts"]) if subscription else []
    invoice = on_invoices.discounted(call, invoice, held if discounts is None else discounts)
    return {**invoice, **_due(invoice["total"], customer["balance"])}


def _parent(subscription: Object | None, proration_date: int | None) -> Object | None:
    if subscription is None:
        return None
    details = {"metadata": subscription["metadata"], "subscription": subscription["id"]}
    if proration_date is not None:
        details["subscription_proration_date"] = proration_date
    return {"quote_details": None, "subscription_details": details, "type": "subscription_details"}


def _due(total: int, balance: int) -> Object:
    """What is left to pay after the customer's balance: a credit is negative
    (https://docs.stripe.com/billing/customer/balance)."""
    due = max(0, total + balance)
    return {"amount_due": due, "amount_remaining": due, "starting_balance": balance}


def subscription_of(invoice: Object) -> str | None:
    parent = invoice["parent"]
    found: str | None = parent and parent["subscription_details"]["subscription"]
    return found


def create(call: Call, invoice: Object) -> Object:
    """Store a draft; it is finalised by itself an hour later if it advances automatically."""
    if invoice["auto_advance"]:
        invoice = {**invoice, "automatically_finalizes_at": call.now + HOUR}
    call.store.insert("invoice", invoice)
    agenda.put(call.store, FINALIZE, invoice["id"], invoice["automatically_finalizes_at"], invoice["test_clock"])
    events.record(call, "invoice.created", invoice)
    subscription = subscription_of(invoice)
    if subscription is not None:
        on_invoices.use_up(call, invoice, subscription)
    return invoice


def save(call: Call, before: Object, after: Object, *types: str) -> Object:
    """Store a changed invoice, and tell it by these events besides `invoice.updated`, if it was told before."""
    call.store.replace("invoice", after)
    for type in types:
        events.record(call, type, after, before if type == "invoice.updated" else None)
    return after


def finalize(call: Call, invoice: Object, customer: Object, *, saves_card: bool = False) -> Object:
    """Open, with a number and something to pay it by; paid at once where nothing is due."""
    if invoice["status"] != "draft":
        raise invalid(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
            code="invoice_not_editable",
        )
    due = _due(invoice["total"], customer["balance"])
    sequence = customer["next_invoice_sequence"]
    opened = {
        **invoice,
        **due,
        "automatically_finalizes_at": None,
        "auto_advance": invoice["auto_advance"] or invoice["billing_reason"] != "manual",
        "effective_at": call.now,
        "ending_balance": invoice["total"] + customer["balance"] - due["amount_due"],
        "hosted_invoice_url": f"https://invoice.stripe.com/i/{call.account['id']}/test_{invoice['id']}",
        "invoice_pdf": f"https://pay.stripe.com/invoice/{call.account['id']}/test_{invoice['id']}/pdf",
        "number": f"{customer['invoice_prefix']}-{sequence:04}",
        "status": "open",
        "status_transitions": {**invoice["status_transitions"], "finalized_at": call.now},
    }
    _count(call, customer, opened)
    if opened["amount_due"] > 0:
        _ask_for_payment(call, opened, saves_card)
    agenda.put(call.store, FINALIZE, invoice["id"], None, None)
    save(call, invoice, opened, "invoice.finalized")
    return opened if opened["amount_due"] > 0 else paid(call, opened, 0)


def _count(call: Call, customer: Object, opened: Object) -> None:
    """The customer's next number, balance and, from the first invoice on, currency."""
    after = {
        **customer,
        "balance": opened["ending_balance"],
        "currency": customer["currency"] or opened["currency"],
        "next_invoice_sequence": customer["next_invoice_sequence"] + 1,
    }
    call.store.replace("customer", after)
    if (after["balance"], after["currency"]) != (customer["balance"], customer["currency"]):
        events.record(call, "customer.updated", after, customer)


def _ask_for_payment(call: Call, opened: Object, saves_card: bool) -> None:
    intent = payments.new_intent(
        call,
        amount=opened["amount_due"],
        currency=opened["currency"],
        customer=opened["customer"],
        description={"subscription_create": "Subscription creation", "manual": None}.get(
            opened["billing_reason"], "Subscription update"
        ),
        payment_method=None,
        setup_future_usage="off_session" if saves_card else None,
    )
    opened["confirmation_secret"] = {"client_secret": intent["client_secret"], "type": "payment_intent"}
    opened["payments"] = {
        **opened["payments"],
        "data": [
            {
                "id": identifiers.long_id("inpay"),
                "object": "invoice_payment",
                "amount_paid": None,
                "amount_requested": opened["amount_due"],
                "created": call.now,
                "currency": opened["currency"],
                "invoice": opened["id"],
                "is_default": True,
                "livemode": False,
                "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
                "status": "open",
                "status_transitions": {"canceled_at": None, "paid_at": None},
            }
        ],
    }


def intent_of(call: Call, invoice: Object) -> Object | None:
    """The payment intent by which an invoice is to be paid, or was."""
    for payment in invoice["payments"]["data"]:
        return call.store.get("payment_intent", payment["payment"]["payment_intent"])
    return None


def check_payable(invoice: Object) -> None:
    match invoice["status"]:
        case "paid":
            raise invalid("Invoice is already paid", code="invoice_already_paid")
        case "void":
            raise invalid("Invoice is voided, you can't pay it.", code="invoice_not_payable")
        case "draft":
            raise invalid("Invoice is a draft: finalize it before paying it.", code="invoice_not_payable")


def attempted(call: Call, invoice: Object) -> Object:
    """The invoice, one attempt to charge it later; not yet stored."""
    return {**invoice, "attempt_count": invoice["attempt_count"] + 1, "attempted": True}


def paid(call: Call, invoice: Object, amount: int, *, out_of_band: bool = False) -> Object:
    after = {
        **invoice,
        "amount_paid": amount,
        "amount_paid_off_stripe": amount if out_of_band else invoice["amount_paid_off_stripe"],
        "amount_remaining": invoice["amount_due"] - amount,
        "attempted": True,
        "auto_advance": False,
        "confirmation_secret": None,
        "next_payment_attempt": None,
        "payments": _settled(call, invoice, "paid"),
        "status": "paid",
        "status_transitions": {**invoice["status_transitions"], "paid_at": call.now},
    }
    agenda.put(call.store, RETRY, invoice["id"], None, None)
    save(call, invoice, after, "invoice.updated", "invoice.paid")
    if not out_of_band:
        events.record(call, "invoice.payment_succeeded", after)
    return after


def _settled(call: Call, invoice: Object, status: str) -> Object:
    at = "paid_at" if status == "paid" else "canceled_at"
    settled = [
        {
            **payment,
            "amount_paid": payment["amount_requested"] if status == "paid" else None,
            "status": status,
            "status_transitions": {**payment["status_transitions"], at: call.now},
        }
        for payment in invoice["payments"]["data"]
    ]
    return {**invoice["payments"], "data": settled}


def void(call: Call, invoice: Object) -> Object:
    """An open or uncollectible invoice that is not to be paid; its payment intent is canceled."""
    if invoice["status"] not in ("open", "uncollectible"):
        raise _wrong_status(invoice, "void")
    _cancel_payment(call, invoice, "void_invoice")
    after = {
        **_given_up(invoice),
        "payments": _settled(call, invoice, "canceled"),
        "status": "void",
        "status_transitions": {**invoice["status_transitions"], "voided_at": call.now},
    }
    agenda.put(call.store, RETRY, invoice["id"], None, None)
    return save(call, invoice, after, "invoice.updated", "invoice.voided")


def mark_uncollectible(call: Call, invoice: Object) -> Object:
    """An open invoice taken for a loss. It can still be paid."""
    if invoice["status"] != "open":
        raise _wrong_status(invoice, "mark_uncollectible")
    after = {
        **_given_up(invoice),
        "confirmation_secret": invoice["confirmation_secret"],
        "status": "uncollectible",
        "status_transitions": {**invoice["status_transitions"], "marked_uncollectible_at": call.now},
    }
    agenda.put(call.store, RETRY, invoice["id"], None, None)
    return save(call, invoice, after, "invoice.updated", "invoice.marked_uncollectible")


def _given_up(invoice: Object) -> Object:
    return {**invoice, "auto_advance": False, "confirmation_secret": None, "next_payment_attempt": None}


def stop_collecting(call: Call, invoice: Object) -> Object:
    """Leave an open invoice open, and do not charge it again by itself."""
    after = {**invoice, "auto_advance": False, "next_payment_attempt": None}
    agenda.put(call.store, RETRY, invoice["id"], None, None)
    return save(call, invoice, after, "invoice.updated") if after != invoice else invoice


def _cancel_payment(call: Call, invoice: Object, reason: str) -> None:
    intent = intent_of(call, invoice)
    if intent is not None and intent["status"] in payments.PAYABLE:
        payments.cancel(call, intent, reason)


def _wrong_status(invoice: Object, action: str) -> ApiError:
    what = {"void": "void", "mark_uncollectible": "mark as uncollectible"}[action]
    return invalid(
        f"You can only {what} open invoices; this invoice is {invoice['status']}.", code="invoice_not_editable"
    )
