"""Parts of an invoice as it is shown: what follows from what it bills, decided without storing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing.invoicing.lines import Line
from stripe_billing_cli.local_stripe.core import amounts, shapes
from stripe_billing_cli.local_stripe.core.store import Object

HOUR = 60 * 60


def blank_fields() -> Object:
    """Return what every draft says as long as nothing has happened to it."""
    return shapes.blank("invoice", "confirmation_secret status_details threshold_reason") | {
        "object": "invoice",
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": False,
        "default_tax_rates": [],
        "discounts": [],
        "issuer": {"account": None, "type": "self"},
        "metadata": {},
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
        "total_discount_amounts": [],
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    }


def customer_fields(customer: Object, tax_ids: Sequence[Object]) -> Object:
    """Return what an invoice says of its customer, who has these tax ids."""
    return {
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": list(tax_ids),
        "test_clock": customer["test_clock"],
    }


PRINTED_FIELDS = ("custom_fields", "description", "footer")
"""What `invoice_settings` say of the texts on an invoice."""
SETTINGS = ("account_tax_ids", *PRINTED_FIELDS)
"""What the `invoice_settings` of a subscription say of its invoices."""


def print_texts(customer: Object, subscription: Object | None) -> Object:
    """Return the texts of a draft: as the subscription has them for its invoices, else the customer. The account's tax
    ids are the subscription's."""
    own = (subscription or {}).get("invoice_settings") or {}
    defaults = customer.get("invoice_settings") or {}  # a preview may be of nobody
    texts = {name: own.get(name) if own.get(name) is not None else defaults.get(name) for name in PRINTED_FIELDS}
    return {"account_tax_ids": own.get("account_tax_ids"), **texts}


def settings(params: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Object:
    """Return the `invoice_settings` of a subscription after a call that says something of them."""
    blank = {**dict.fromkeys(SETTINGS), "issuer": {"account": None, "type": "self"}}
    after = {**(before or blank), **{name: params[name] for name in SETTINGS if name in params}}
    return {**after, **{name: after[name] or None for name in ("account_tax_ids", "custom_fields")}}


def payment_settings(params: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Object:
    """Return `payment_settings` of an invoice as a call or its subscription wants them; what is unset is null."""
    names = ("default_mandate", "payment_method_options", "payment_method_types")
    changes = {name: params[name] or None for name in names if name in params}
    return {**dict.fromkeys(names), **(before or {}), **changes}


def rendering(page_size: str, options: Mapping[str, Any] | None = None) -> Object:
    """Return `rendering` of an invoice that no subscription makes: the size of its page is chosen once it is final
    (recorded).
    """
    return {
        "amount_tax_display": (options or {}).get("amount_tax_display"),
        "pdf": {"page_size": page_size},
    }


def customer_rendering(customer: Object) -> Object:
    """Return `rendering` of a draft as the settings of its customer have it, who may be nobody, in a preview."""
    return rendering("auto", (customer.get("invoice_settings") or {}).get("rendering_options"))


def final_rendering(draft: Object | None) -> Object | None:
    """Return `rendering` of an invoice that is finalized, whose page has a size from then on (recorded)."""
    if draft is None:
        return None
    size = draft["pdf"]["page_size"]
    return {**draft, "pdf": {"page_size": "letter" if size == "auto" else size}}


def in_order(lines: Sequence[Line], subscription: Object | None) -> list[Line]:
    """Return an invoice's lines in Stripe's order: "(1) pending invoice items (including prorations) in reverse
    chronological order, (2) subscription items in reverse chronological order" (`lines` in `stripe/_invoice.py`); the
    former are given in that order."""
    places = {item["id"]: at for at, item in enumerate(subscription["items"]["data"])} if subscription else {}
    item_lines = [line for line in lines if line.invoice_item is not None]
    own = [line for line in lines if line.invoice_item is None]
    return [*item_lines, *sorted(own, key=lambda line: places.get(line.item or "", -1), reverse=True)]


def parent(subscription: Object | None, proration_date: int | None) -> Object | None:
    """Return what the invoice is for. "Only set for upcoming invoices that preview prorations": the time of these."""
    if subscription is None:
        return None
    details = {"metadata": subscription["metadata"], "subscription": subscription["id"]}
    if proration_date is not None:
        details["subscription_proration_date"] = proration_date
    return {"quote_details": None, "subscription_details": details, "type": "subscription_details"}


def due_fields(total: int, balance: int, currency: str) -> Object:
    """Return the fields that say what is left to pay after the customer's balance, of which a credit is negative
    (https://docs.stripe.com/billing/customer/balance). Too little to be charged waits in the balance:
    "If the invoice's total is smaller than the minimum charge amount, … the `amount_due` may be 0"."""
    due = max(0, total + balance)
    if due < amounts.smallest_charge(currency):
        due = 0
    return {"amount_due": due, "amount_remaining": due, "starting_balance": balance}


def finalization_fields(draft: Object, now: int) -> Object:
    """Return when a draft is finalized by itself, and charged if it is one to be charged (recorded,
    2026-08-26.dahlia); or when a call has said (https://docs.stripe.com/invoicing/scheduled-finalization)."""
    if not draft["auto_advance"]:
        return {"automatically_finalizes_at": None, "next_payment_attempt": None}
    own_time = draft.get("_finalizes_at")
    since = draft["created"] if draft["created"] + HOUR >= now else now
    is_charged = draft["collection_method"] == "charge_automatically"
    return {
        "automatically_finalizes_at": own_time or since + HOUR + 1,
        "next_payment_attempt": (own_time or since + HOUR) if is_charged else None,
    }


def payment(id: str, invoice: Object, intent: Object, now: int, *, is_default: bool = True) -> Object:
    """Return a payment of an invoice by a payment intent, which asks for all that the intent is for."""
    return {
        "id": id,
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"] if is_default else intent["amount"],
        "created": now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": is_default,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def has_attached(invoice: Object, *statuses: str) -> bool:
    """Return whether payments beside an invoice's own have one of these statuses, each of which restricts what can be
    done with it (https://docs.stripe.com/invoicing/partial-payments)."""
    return any(one["status"] in statuses and not one["is_default"] for one in invoice["payments"]["data"])


def ended_payment(payment: Object, status: str, now: int) -> Object:
    """Return a payment of an invoice once it is paid or canceled; what has paid stays so."""
    if payment["status"] == "paid":
        return payment
    at = "paid_at" if status == "paid" else "canceled_at"
    return {
        **payment,
        "amount_paid": payment["amount_requested"] if status == "paid" else None,
        "status": status,
        "status_transitions": {**payment["status_transitions"], at: now},
    }


def subscription_payment(invoice: Object) -> Object:
    """Return what the payment intent of a subscription's invoice says besides: what it pays, and that its card is kept
    for later ones (recorded, 2026-08-26.dahlia, 2026-09-30.endive)."""
    if not (invoice["parent"] or {}).get("subscription_details"):
        return {}
    order = {"customer_reference": None, "order_reference": invoice["id"]}
    return {"payment_details": order, "setup_future_usage": "off_session"}
