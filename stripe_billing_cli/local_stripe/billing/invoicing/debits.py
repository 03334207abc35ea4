"""Debits of subscription items, and the lines that billed them: what a credit gives back names its debit.

Recorded (2026-08-26.dahlia): `credited_items` of a credit has the invoice and the lines that were debited; a debit that
is still pending is named by its invoice item (`stripe/_invoice_item.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Condition, Object

LINE = "EXISTS (SELECT 1 FROM json_each(body, '$.lines.data') AS line WHERE json_extract(line.value, '$.{}') = ?)"
HAS_LINE = LINE.format("_key")
HAS_ITEM = LINE.format("parent.subscription_item_details.subscription_item")


def credited_debit(call: Call, item: Object, debit: Mapping[str, Any]) -> Object | None:
    """Return what a credit for this debit of a subscription item names, as an invoice item has it. None where it is not
    known, as it is not of a debit that is only looked at."""
    lines = billed_lines(call, item, debit)
    if lines:
        return _of_lines(lines)
    keys = debit.get("keys", ())
    pending_items = _select(call, "invoiceitem", item["subscription"], f"{json_field('_key')} = ?", keys)
    if pending_items:
        return {"invoice_item": pending_items[0]["id"], "invoice_line_item_details": None, "type": "invoice_item"}
    return None


def _of_lines(lines: Sequence[Object]) -> Object:
    details = {"invoice": lines[0]["invoice"], "invoice_line_items": [line["id"] for line in lines]}
    return {"invoice_item": None, "invoice_line_item_details": details, "type": "invoice_line_items"}


def resolve(call: Call, credited_items: Object | None) -> Object | None:
    """Return the `credited_items` of an invoice item once the debit that was pending may have been billed."""
    pending_id = credited_items and credited_items["invoice_item"]
    item = call.store.get("invoiceitem", pending_id) if pending_id else None
    invoice = call.store.get("invoice", item["invoice"]) if item and item["invoice"] else None
    if item is None or invoice is None:
        return credited_items
    lines = [line for line in invoice["lines"]["data"] if line.get("_key") == item["_key"]]
    return _of_lines(lines) if lines else credited_items


def billed_lines(call: Call, item: Object, debit: Mapping[str, Any]) -> list[Object]:
    """Return the lines of an invoice by which a debit of a subscription item was billed; none of one that is
    pending."""
    if "keys" not in debit:
        return _lines_of_period(call, item, debit)
    invoices = _select(call, "invoice", item["subscription"], HAS_LINE, debit["keys"])
    return [line for invoice in invoices for line in invoice["lines"]["data"] if line.get("_key") in debit["keys"]]


def _lines_of_period(call: Call, item: Object, debit: Mapping[str, Any]) -> list[Object]:
    """Return the lines of a debit in a file of an earlier version, which had no keys: known by its item and its
    period.
    """
    period = {"end": debit["end"], "start": debit["start"]}
    for invoice in _select(call, "invoice", item["subscription"], HAS_ITEM, [item["id"]], limit=1000):
        for line in invoice["lines"]["data"]:
            line_item = (line["parent"]["subscription_item_details"] or {}).get("subscription_item")
            if line_item == item["id"] and line["amount"] > 0 and line["period"] == period:
                return [line]
    return []


def _select(call: Call, kind: str, subscription: str, sql: str, values: Sequence[str], limit: int = 1) -> list[Object]:
    """Return the objects of the subscription's customer for which `sql` holds, of the first of the values, newest
    first."""
    customer = (call.store.get("subscription", subscription) or {}).get("customer")
    if not values or customer is None:
        return []
    conditions = [*equal(json_field("customer"), customer), Condition(sql, (values[0],))]
    return call.store.select(kind, conditions, newest_first=True, limit=limit)
