"""The parts of a payment's amount: line items, shipping, tax and a discount
(https://docs.stripe.com/payments/payment-line-items)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.core import identifiers
from stripe_billing_cli.local_stripe.core.errors import invalid, only_one_of
from stripe_billing_cli.local_stripe.core.lists import list_object
from stripe_billing_cli.local_stripe.core.parameters import Integer, ParamType, Text
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

NAME = "amount_details"
LINE_ITEM = "payment_intent_amount_details_line_item"
NONE: Object = {"tip": {}}
"""The details of a payment that no call has described."""
PARTS = ("discount_amount", "line_items", "shipping", "tax")
TYPES: Mapping[str, ParamType] = {
    "amount_details.discount_amount": Integer(1),
    "amount_details.line_items[].discount_amount": Integer(1),
    "amount_details.line_items[].product_code": Text(12),
    "amount_details.line_items[].product_name": Text(1024),
    "amount_details.line_items[].quantity": Integer(1),
    "amount_details.line_items[].tax.total_tax_amount": Integer(0),
    "amount_details.line_items[].unit_cost": Integer(0),
    "amount_details.line_items[].unit_of_measure": Text(12),
    "amount_details.shipping.amount": Integer(0),
    "amount_details.shipping.from_postal_code": Text(10),
    "amount_details.shipping.to_postal_code": Text(10),
    "amount_details.tax.total_tax_amount": Integer(0),
}
MOST = {"amount_details.line_items": 200}


def details_after(call: Call, id: str, before: Object, amount: int) -> Object:
    """Return the details of the intent with this id after a call that may say something of them, for an amount.

    Raises where they do not add up. Where the call says `enforce_arithmetic_validation=false`, or nothing of them,
    `error` says so, as it does of a partial authorization.
    """
    details_data: Mapping[str, Any] | None = call.params.get(NAME, {})
    details = {**NONE, **({} if details_data is None else before)}
    details.pop("error", None)
    for name in PARTS:
        if name in (details_data or {}):
            details.pop(name, None)
            if value := (details_data or {})[name]:
                details[name] = _line_items(call, id, value) if name == "line_items" else value
    _check_said_once(details)
    error = _error(details, amount)
    if error is None:
        return details
    if NAME in call.params and (details_data or {}).get("enforce_arithmetic_validation", True):
        raise invalid(error["message"], NAME)
    return {**details, "error": error}


def url(id: str) -> str:
    """Return where the line items of the intent with this id are listed."""
    return f"/v1/payment_intents/{id}/amount_details_line_items"


def _line_items(call: Call, id: str, items_data: list[Mapping[str, Any]]) -> Object:
    data = [{"id": identifiers.short_id(call, "uli"), "object": LINE_ITEM, **item} for item in items_data]
    return list_object(data, False, url(id))


def _check_said_once(details: Object) -> None:
    """Raise for a tax, or a discount, of single items and of the whole: "You can only specify one or the other"."""
    data = details.get("line_items", {}).get("data", [])
    for name in ("discount_amount", "tax"):
        if name in details and (at := next((at for at, item in enumerate(data) if name in item), None)) is not None:
            raise only_one_of([f"{NAME}[{name}]", f"{NAME}[line_items][{at}][{name}]"])


def _error(details: Object, amount: int) -> Object | None:
    """Return what is wrong with the details of an amount. The first message is the document's; the second one is not
    documented."""
    besides = _tax(details) + (details.get("shipping", {}).get("amount") or 0) - details.get("discount_amount", 0)
    if "line_items" in details:
        total = besides + sum(_cost(item) for item in details["line_items"]["data"])
        if total == amount:
            return None
        message = (
            f"The total value of `amount_details` ({total}) does not match the `amount` ({amount}). Make sure that the "
            "total value of `line_items` matches the amount to charge, taking into account any discounts, tax, and "
            "shipping. See https://docs.stripe.com/payments/payment-line-items"
        )
        return {"code": "amount_details_amount_mismatch", "message": message}
    if besides <= amount:
        return None
    message = f"The sum of tax and shipping less the discount ({besides}) is greater than the `amount` ({amount})."
    return {"code": "amount_details_tax_shipping_discount_greater_than_amount", "message": message}


def _cost(item: Mapping[str, Any]) -> int:
    """Return what an item costs: `(unit_cost × quantity) − discount_amount + tax[total_tax_amount]`."""
    return int(item["unit_cost"] * item["quantity"] - item.get("discount_amount", 0) + _tax(item))


def _tax(part: Mapping[str, Any]) -> int:
    return int(part.get("tax", {}).get("total_tax_amount") or 0)
