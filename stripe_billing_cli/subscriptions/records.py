"""Stripe's objects as `billing` prints them: one function an object, the only place where its fields are chosen.

The fields are a promise to scripts: docs/output.md lists them, and a test holds the two together. Amounts are ints in
the currency's smallest unit, beside their `currency`; times are Unix seconds; what there is none of is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.stripe_api.client import Object

INTERNAL = "billing_intent"
"""Metadata that `billing` writes while a creation is under way; nobody's business outside."""
REFUND = "billing_refund"
"""Metadata of a refund, and of a subscription that ends with one: what is given back, and for what."""


def subscription(held: Object) -> dict[str, Any]:
    """The fields that every command prints of a subscription. Works on any subscription, expanded or not."""
    items = [item(one, held["currency"]) for one in held["items"]["data"]]
    return {
        "id": held["id"],
        "status": held["status"],
        "customer": id_of(held["customer"]),
        "currency": held["currency"],
        "collection_method": held["collection_method"],
        "items": items,
        "current_period_start": min((one["current_period_start"] for one in items), default=None),
        "current_period_end": min((one["current_period_end"] for one in items), default=None),
        "trial_end": held["trial_end"],
        "cancel_at": held["cancel_at"],
        "cancel_at_period_end": held["cancel_at_period_end"],
        "canceled_at": held["canceled_at"],
        "ended_at": held["ended_at"],
        "latest_invoice": id_of(held["latest_invoice"]),
        "schedule": id_of(held["schedule"]),
        "test_clock": id_of(held["test_clock"]),
        "description": held["description"],
        "metadata": metadata(held),
        "created": held["created"],
        "livemode": held["livemode"],
    }


def item(held: Object, currency: str) -> dict[str, Any]:
    """An item of a subscription in `currency`, with what matters of its price. Metered prices have no quantity."""
    return {
        "id": held["id"],
        **price(held["price"], currency),
        "quantity": held.get("quantity"),
        "current_period_start": held["current_period_start"],
        "current_period_end": held["current_period_end"],
    }


def price(held: Object, currency: str) -> dict[str, Any]:
    """A price as a part of something else, with its amount in `currency`.

    Amounts are null where there are tiers, and where that is not the price's own currency and its others were not
    expanded. `unit_amount_decimal` is a string.
    """
    recurring = held["recurring"] or {}
    options = held.get("currency_options") or {}
    amounts = held if currency == held["currency"] else options.get(currency) or {}
    decimal = amounts.get("unit_amount_decimal")
    return {
        "price": held["id"],
        "lookup_key": held["lookup_key"],
        "product": id_of(held["product"]),
        "unit_amount": amounts.get("unit_amount"),
        "unit_amount_decimal": None if decimal is None else str(decimal),
        "divide_by": (held["transform_quantity"] or {}).get("divide_by"),
        "currency": currency,
        "interval": recurring.get("interval"),
        "interval_count": recurring.get("interval_count"),
    }


def terms(held: Object) -> dict[str, Any]:
    """An item of a schedule's phase; `lookup_key` is null too where the price was not expanded."""
    price = held["price"]
    key = price["lookup_key"] if isinstance(price, Mapping) else None
    return {"price": id_of(price), "lookup_key": key, "quantity": held.get("quantity")}


def customer(held: Object) -> dict[str, Any]:
    """A customer. `balance` is what the next invoices take up: negative is a credit."""
    return {
        "id": held["id"],
        "name": held.get("name"),
        "email": held["email"],
        "phone": held.get("phone"),
        "description": held["description"],
        "address": _address(held.get("address")),
        "balance": held.get("balance") or 0,
        "currency": held.get("currency"),
        "delinquent": held.get("delinquent"),
        "default_payment_method": id_of((held.get("invoice_settings") or {}).get("default_payment_method")),
        "test_clock": id_of(held.get("test_clock")),
        "metadata": metadata(held),
        "created": held["created"],
        "livemode": held["livemode"],
    }


ADDRESS_FIELDS = ("line1", "line2", "city", "state", "postal_code", "country")


def _address(held: Object | None) -> dict[str, Any] | None:
    return None if held is None else {name: held.get(name) for name in ADDRESS_FIELDS}


def payment_method(held: Object) -> dict[str, Any]:
    """How somebody pays; the last four fields are null for what is no card."""
    card = held.get("card") or {}
    return {
        "id": held["id"],
        "type": held["type"],
        "brand": card.get("brand"),
        "last4": card.get("last4"),
        "exp_month": card.get("exp_month"),
        "exp_year": card.get("exp_year"),
    }


def invoice(held: Object) -> dict[str, Any]:
    """An invoice. `credited` is what credit notes took off it, before and after its payment."""
    moments = held["status_transitions"]
    return {
        "id": held["id"],
        "number": held["number"],
        "status": held["status"],
        "customer": id_of(held["customer"]),
        "subscription": subscription_of_invoice(held),
        "billing_reason": held["billing_reason"],
        "total": held["total"],
        "amount_due": held["amount_due"],
        "amount_paid": held["amount_paid"],
        "amount_remaining": held["amount_remaining"],
        "credited": sum(held[f"{when}_payment_credit_notes_amount"] or 0 for when in ("pre", "post")),
        "currency": held["currency"],
        "due_date": held["due_date"],
        "attempt_count": held["attempt_count"],
        "next_payment_attempt": held["next_payment_attempt"],
        "hosted_invoice_url": held["hosted_invoice_url"],
        "created": held["created"],
        "finalized_at": moments["finalized_at"],
        "paid_at": moments["paid_at"],
        "voided_at": moments["voided_at"],
        "written_off_at": moments["marked_uncollectible_at"],
    }


def subscription_of_invoice(held: Object) -> str | None:
    """The id of the subscription that an invoice is of; null for an invoice made by hand."""
    details = (held["parent"] or {}).get("subscription_details") or {}
    return id_of(details.get("subscription"))


def refund(held: Object) -> dict[str, Any]:
    """A refund. `card` is where the money goes; `note` what was written down with it."""
    return {
        "id": held["id"],
        "status": held["status"],
        "amount": held["amount"],
        "currency": held["currency"],
        "charge": id_of(held["charge"]),
        "payment_intent": id_of(held["payment_intent"]),
        "reason": held["reason"],
        "note": (held["metadata"] or {}).get(NOTE),
        "failure_reason": held.get("failure_reason"),
        "created": held["created"],
    }


NOTE = "note"
"""Metadata in which the note of a refund is kept: Stripe has no other place for it."""


def credit_note(held: Object) -> dict[str, Any]:
    """A credit note. `off_invoice` is what is not to be paid any more; the rest went to the card, the customer's
    balance, or back outside of Stripe."""
    refunded = sum(one["amount_refunded"] for one in held["refunds"])
    outside = held["out_of_band_amount"] or 0
    return {
        "id": held["id"],
        "number": held["number"],
        "status": held["status"],
        "invoice": id_of(held["invoice"]),
        "customer": id_of(held["customer"]),
        "amount": held["amount"],
        "currency": held["currency"],
        "off_invoice": held["pre_payment_amount"],
        "to_card": refunded,
        "to_balance": held["post_payment_amount"] - refunded - outside,
        "outside": outside,
        "refunds": [id_of(one["refund"]) for one in held["refunds"]],
        "reason": held["reason"],
        "note": held["memo"],
        "created": held["created"],
    }


def forthcoming(preview: Object) -> dict[str, Any]:
    """An invoice to come, by Stripe's preview of it. `at` is when it is charged, or sent."""
    at = preview["next_payment_attempt"] or preview["period_end"]
    return {"amount_due": preview["amount_due"], "currency": preview["currency"], "at": at}


def discount(held: Object) -> dict[str, Any]:
    """A discount with its coupon expanded; `end` is null where it has none, or is for one invoice only."""
    source = held["source"]["coupon"]
    coupon = source if isinstance(source, Mapping) else {}
    percent = coupon.get("percent_off")
    return {
        "id": held["id"],
        "coupon": id_of(source),
        "name": coupon.get("name"),
        "percent_off": None if percent is None else f"{percent:g}",
        "amount_off": coupon.get("amount_off"),
        "currency": coupon.get("currency"),
        "duration": coupon.get("duration"),
        "promotion_code": id_of(held["promotion_code"]),
        "end": held["end"],
    }


def event(held: Object) -> dict[str, Any]:
    """Something that happened. `changed` names the fields whose former values the event holds."""
    return {
        "id": held["id"],
        "type": held["type"],
        "object": held["data"]["object"].get("id"),
        "changed": sorted(held["data"].get("previous_attributes") or {}),
        "created": held["created"],
    }


def metadata(held: Mapping[str, Any]) -> dict[str, str]:
    return {key: value for key, value in (held["metadata"] or {}).items() if key not in (INTERNAL, REFUND)}


def id_of(reference: Any) -> str | None:
    """The id of an object that is given as its id, whole, or not at all."""
    return reference["id"] if isinstance(reference, Mapping) else reference  # type: ignore[no-any-return]
