"""Objects in files of earlier formats, and what becomes of them when today's version opens such a file."""

from __future__ import annotations

from typing import Any

PRIVATE_UNTIL_3 = {
    "coupon_terms": "_coupon_terms",
    "debits": "_debits",
    "pending_change": "_pending_change",
    "test_card": "_card",
    "test_created": "_created",
    "test_customer": "_customer",
    "test_detached": "_detached",
    "test_product": "_product",
}
"""What was private up to format 3, and what it is called since."""


def upgrade(version: int, kind: str, object: dict[str, Any]) -> dict[str, Any]:
    """Return the object of a file of format `version` in today's form."""
    if version < 4:
        object = _with_private_names(object)
        return {**object, **_since_4(kind, object)}
    return object


def _since_4(kind: str, object: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that have had another value since Stripe's answers were recorded."""
    match kind:
        case "charge":
            return _charge_since_4(object)
        case "invoice":
            return _invoice_since_4(object)
        case "product" if object["tax_code"] and not object["tax_details"]:
            return {"tax_details": {"performance_location": None, "tax_code": object["tax_code"]}}
    return {}


def _charge_since_4(charge: dict[str, Any]) -> dict[str, Any]:
    """Return what a charge says of its dispute, and what its card's network made of it: nothing special."""
    card = {
        **charge["payment_method_details"]["card"],
        "electronic_commerce_indicator": "07",
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "multicapture": {"status": "unavailable"},
        "overcapture": {"maximum_amount_capturable": charge["amount"], "status": "unavailable"},
    }
    return {
        "destination": None,
        "dispute": None,
        "order": None,
        "payment_method_details": {**charge["payment_method_details"], "card": dict(sorted(card.items()))},
    }


def _invoice_since_4(invoice: dict[str, Any]) -> dict[str, Any]:
    """Return what an invoice says of its page, its webhooks and its subscription: no proration date, as previews do."""
    page = {"page_size": "auto" if invoice["status"] == "draft" else "letter"}
    by_hand = {"amount_tax_display": None, "pdf": page, "template": None, "template_version": None}
    details = (invoice["parent"] or {}).get("subscription_details")
    if details is not None:
        details = {name: value for name, value in details.items() if name != "subscription_proration_date"}
    return {
        "parent": {**invoice["parent"], "subscription_details": details} if details else invoice["parent"],
        "rendering": by_hand if invoice["billing_reason"] == "manual" else None,
        "webhooks_delivered_at": invoice["created"],
    }


def _with_private_names(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_private_names(element) for element in value]
    if not isinstance(value, dict):
        return value
    return {
        PRIVATE_UNTIL_3.get(name, name): inner if name == "metadata" else _with_private_names(inner)
        for name, inner in value.items()
    }
