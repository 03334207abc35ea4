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
            return {"destination": None, "dispute": None, "order": None}
        case "invoice":
            size = "auto" if object["status"] == "draft" else "letter"
            by_hand = {
                "amount_tax_display": None,
                "pdf": {"page_size": size},
                "template": None,
                "template_version": None,
            }
            return {
                "rendering": by_hand if object["billing_reason"] == "manual" else None,
                "webhooks_delivered_at": object["created"],
            }
        case "product" if object["tax_code"] and not object["tax_details"]:
            return {"tax_details": {"performance_location": None, "tax_code": object["tax_code"]}}
    return {}


def _with_private_names(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_private_names(element) for element in value]
    if not isinstance(value, dict):
        return value
    return {
        PRIVATE_UNTIL_3.get(name, name): inner if name == "metadata" else _with_private_names(inner)
        for name, inner in value.items()
    }
