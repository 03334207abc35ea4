"""Stripe's objects as `billing` prints them: one function an object, the only place where its fields are chosen.

The fields are a promise to scripts: docs/output.md lists them, and a test holds the two together. Amounts are ints in
the currency's smallest unit, beside their `currency`; times are Unix seconds; what there is none of is null.
"""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.stripe_api.objects.catalog import Discount, Price
from stripe_billing_cli.stripe_api.objects.common import StripeObject, field_of, metadata_of
from stripe_billing_cli.stripe_api.objects.customers import Address, BalanceTransaction, Customer, PaymentMethod
from stripe_billing_cli.stripe_api.objects.events import Event
from stripe_billing_cli.stripe_api.objects.invoices import CreditNote, Invoice
from stripe_billing_cli.stripe_api.objects.payments import Refund
from stripe_billing_cli.stripe_api.objects.subscriptions import PhaseItem, Subscription, SubscriptionItem
from stripe_billing_cli.stripe_api.references import default_method, id_of, subscription_of

INTERNAL = "billing_intent"
"""Metadata that `billing` writes while a creation is under way; nobody's business outside."""
REFUND = "billing_refund"
"""Metadata of a refund, and of a subscription that ends with one: what is given back, and for what."""


def subscription(source: Subscription) -> dict[str, Any]:
    """Return the fields that every command prints of a subscription. Works on any subscription, expanded or not."""
    items = [item(one, source["currency"]) for one in source["items"]["data"]]
    return {
        "id": source["id"],
        "status": source["status"],
        "customer": id_of(source["customer"]),
        "currency": source["currency"],
        "collection_method": source["collection_method"],
        "items": items,
        "current_period_start": min((one["current_period_start"] for one in items), default=None),
        "current_period_end": min((one["current_period_end"] for one in items), default=None),
        "trial_end": source["trial_end"],
        "cancel_at": source["cancel_at"],
        "cancel_at_period_end": source["cancel_at_period_end"],
        "canceled_at": source["canceled_at"],
        "ended_at": source["ended_at"],
        "latest_invoice": id_of(source["latest_invoice"]),
        "schedule": id_of(source["schedule"]),
        "test_clock": id_of(source["test_clock"]),
        "description": source["description"],
        "metadata": metadata(source),
        "created": source["created"],
        "livemode": source["livemode"],
    }


def item(source: SubscriptionItem, currency: str) -> dict[str, Any]:
    """Return an item of a subscription in `currency`, with what matters of its price. Metered: no quantity."""
    return {
        "id": source["id"],
        **price(source["price"], currency),
        "quantity": source["quantity"],
        "current_period_start": source["current_period_start"],
        "current_period_end": source["current_period_end"],
    }


def price(source: Price, currency: str) -> dict[str, Any]:
    """Return a price as a part of something else, with its amount in `currency`.

    Amounts are null where there are tiers, and where that is not the price's own currency and its others were not
    expanded. `unit_amount_decimal` is a string.
    """
    recurring, transform = source["recurring"], source["transform_quantity"]
    amounts = source if currency == source["currency"] else (source["currency_options"] or {}).get(currency)
    decimal = amounts["unit_amount_decimal"] if amounts else None
    return {
        "price": source["id"],
        "lookup_key": source["lookup_key"],
        "product": id_of(source["product"]),
        "unit_amount": amounts["unit_amount"] if amounts else None,
        "unit_amount_decimal": decimal,
        "divide_by": transform["divide_by"] if transform else None,
        "currency": currency,
        "interval": recurring["interval"] if recurring else None,
        "interval_count": recurring["interval_count"] if recurring else None,
    }


def terms(source: PhaseItem) -> dict[str, Any]:
    """Return an item of a schedule's phase; `lookup_key` is null too where the price was not expanded."""
    price = source["price"]
    key = None if isinstance(price, str) else price["lookup_key"]
    return {"price": id_of(price), "lookup_key": key, "quantity": source["quantity"]}


def customer(source: Customer) -> dict[str, Any]:
    """Return a customer's fields. `balance` is what the next invoices take up: negative is a credit."""
    return {
        "id": source["id"],
        "name": source["name"],
        "email": source["email"],
        "phone": source["phone"],
        "description": source["description"],
        "address": _address(source["address"]),
        "balance": source["balance"] or 0,
        "currency": source["currency"],
        "delinquent": source["delinquent"],
        "default_payment_method": id_of(default_method(source)),
        "test_clock": id_of(source["test_clock"]),
        "metadata": metadata(source),
        "created": source["created"],
        "livemode": source["livemode"],
    }


ADDRESS_FIELDS = ("line1", "line2", "city", "state", "postal_code", "country")


def _address(source: Address | None) -> dict[str, Any] | None:
    return None if source is None else {name: field_of(source, name) for name in ADDRESS_FIELDS}


def payment_method(source: PaymentMethod) -> dict[str, Any]:
    """Return a payment method; the last four fields are null for what is no card."""
    card = source["card"]
    return {
        "id": source["id"],
        "type": source["type"],
        "brand": card["brand"] if card else None,
        "last4": card["last4"] if card else None,
        "exp_month": card["exp_month"] if card else None,
        "exp_year": card["exp_year"] if card else None,
    }


def invoice(source: Invoice) -> dict[str, Any]:
    """Return an invoice's fields. `credited` is what credit notes took off it, before and after its payment."""
    moments = source["status_transitions"]
    return {
        "id": source["id"],
        "number": source["number"],
        "status": source["status"],
        "customer": id_of(source["customer"]),
        "customer_email": source["customer_email"],
        "subscription": id_of(subscription_of(source)),
        "billing_reason": source["billing_reason"],
        "total": source["total"],
        "amount_due": source["amount_due"],
        "amount_paid": source["amount_paid"],
        "amount_remaining": source["amount_remaining"],
        "amount_overpaid": source["amount_overpaid"],
        "credited": source["pre_payment_credit_notes_amount"] + source["post_payment_credit_notes_amount"],
        "currency": source["currency"],
        "due_date": source["due_date"],
        "attempt_count": source["attempt_count"],
        "next_payment_attempt": source["next_payment_attempt"],
        "hosted_invoice_url": source["hosted_invoice_url"],
        "created": source["created"],
        "finalized_at": moments["finalized_at"],
        "paid_at": moments["paid_at"],
        "voided_at": moments["voided_at"],
        "written_off_at": moments["marked_uncollectible_at"],
    }


def refund(source: Refund) -> dict[str, Any]:
    """Return a refund's fields. `card` is where the money goes; `note` what was written down with it."""
    return {
        "id": source["id"],
        "status": source["status"],
        "amount": source["amount"],
        "currency": source["currency"],
        "charge": id_of(source["charge"]),
        "payment_intent": id_of(source["payment_intent"]),
        "reason": source["reason"],
        "note": (source["metadata"] or {}).get(NOTE),
        "failure_reason": source["failure_reason"],
        "created": source["created"],
    }


NOTE = "note"
"""Metadata in which the note of a refund is kept: Stripe has no other place for it."""


def credit_note(source: CreditNote) -> dict[str, Any]:
    """Return a credit note's fields.

    `off_invoice` is what is not to be paid any more; the rest went to the card, the customer's balance, or back outside
    of Stripe.
    """
    to_card = sum(one["amount_refunded"] for one in source["refunds"])
    outside_amount = source["out_of_band_amount"] or 0
    return {
        "id": source["id"],
        "number": source["number"],
        "status": source["status"],
        "invoice": id_of(source["invoice"]),
        "customer": id_of(source["customer"]),
        "amount": source["amount"],
        "currency": source["currency"],
        "off_invoice": source["pre_payment_amount"],
        "to_card": to_card,
        "to_balance": source["post_payment_amount"] - to_card - outside_amount,
        "outside": outside_amount,
        "refunds": [id_of(one["refund"]) for one in source["refunds"]],
        "reason": source["reason"],
        "note": source["memo"],
        "created": source["created"],
    }


def balance_transaction(source: BalanceTransaction) -> dict[str, Any]:
    """Return a balance transaction as it is printed: `amount` and `ending_balance` have Stripe's sign."""
    return {
        "id": source["id"],
        "type": source["type"],
        "amount": source["amount"],
        "ending_balance": source["ending_balance"],
        "currency": source["currency"],
        "invoice": id_of(source["invoice"]),
        "credit_note": id_of(source["credit_note"]),
        "note": source["description"],
        "created": source["created"],
    }


def upcoming_invoice(preview: Invoice) -> dict[str, Any]:
    """Return an invoice to come, by Stripe's preview of it. `at` is when it is charged, or sent."""
    at = preview["next_payment_attempt"] or preview["period_end"]
    return {"amount_due": preview["amount_due"], "currency": preview["currency"], "at": at}


def discount(source: Discount, billed_in: str) -> dict[str, Any]:
    """Return a discount with its coupon expanded, `currency_options` too: the amount in the currency that is billed, if
    it has one. `end` is null where it has none, or is for one invoice only."""
    reference = source["source"]["coupon"]
    coupon = None if isinstance(reference, str) else reference
    percent = coupon["percent_off"] if coupon else None
    option = ((coupon["currency_options"] if coupon else None) or {}).get(billed_in)
    return {
        "id": source["id"],
        "coupon": id_of(reference),
        "name": coupon["name"] if coupon else None,
        "percent_off": None if percent is None else f"{percent:g}",
        "amount_off": option["amount_off"] if option else coupon["amount_off"] if coupon else None,
        "currency": billed_in if option else coupon["currency"] if coupon else None,
        "duration": coupon["duration"] if coupon else None,
        "promotion_code": id_of(source["promotion_code"]),
        "end": source["end"],
    }


def event(source: Event) -> dict[str, Any]:
    """Return an event's fields. `changed` names the fields whose former values the event has."""
    return {
        "id": source["id"],
        "type": source["type"],
        "object": source["data"]["object"].get("id"),
        "changed": sorted(source["data"].get("previous_attributes") or {}),
        "created": source["created"],
    }


def metadata(source: StripeObject) -> dict[str, str]:
    return {key: value for key, value in metadata_of(source).items() if key not in (INTERNAL, REFUND)}
