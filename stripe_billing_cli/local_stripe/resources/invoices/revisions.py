"""Revisions: a draft made from an invoice that is final, which replaces it once the draft is finalized
(https://docs.stripe.com/invoicing/invoice-edits).

The invoice of a subscription cannot be revised, nor one that is void or paid. The draft has the items, discounts and
texts of the original, and of its customer what the customer is now.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.invoicing import invoice_items, invoices, lines, revisions
from stripe_billing_cli.local_stripe.billing.payments import payment_methods
from stripe_billing_cli.local_stripe.core import clocks, objects
from stripe_billing_cli.local_stripe.core.errors import invalid, only_one_of
from stripe_billing_cli.local_stripe.core.metadata import merge_metadata
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.invoices import details

COPIED_FIELDS = (
    "account_tax_ids",
    "amount_shipping",
    "automatic_tax",
    "collection_method",
    "custom_fields",
    "default_payment_method",
    "default_source",
    "default_tax_rates",
    "description",
    "discounts",
    "due_date",
    "footer",
    "metadata",
    "payment_settings",
    "period_end",
    "period_start",
    "rendering",
    "shipping_cost",
    "shipping_details",
    "statement_descriptor",
)
NOT_BESIDE = ("pending_invoice_items_behavior", "subscription")
"""Parameters that say what is billed, which the original says."""


def create(call: Call) -> Object:
    """Return a draft made from the invoice that `from_invoice` names, with what else the call says of it."""
    params = call.params
    original = _original(call)
    customer = customers.find(call, original["customer"])
    call = clocks.at_time_of(call, customer)
    items = _copied_items(call, customer, original)
    item_lines = [invoice_items.as_line(call, item) for item in items]
    draft = invoices.new_draft(
        call,
        customer,
        item_lines,
        original["currency"],
        reason="manual",
        auto_advance=params.get("auto_advance", False),
        from_invoice={"action": "revision", "invoice": original["id"]},
    )
    draft |= {**{name: original[name] for name in COPIED_FIELDS}, **_changed_fields(call, customer, original)}
    invoice_items.bill(call, items, draft["id"])
    return invoices.create(call, details.with_details(call, _with_copied_line_fields(draft, original), customer))


def _original(call: Call) -> Object:
    params = call.params
    for name in NOT_BESIDE:
        if name in params:
            raise only_one_of(["from_invoice", name], name)
    original = objects.find(call, "invoice", params["from_invoice"]["invoice"], "from_invoice[invoice]")
    revisions.check_revisable(original, "from_invoice[invoice]")
    for name in ("currency", "customer"):
        if params.get(name, original[name]) != original[name]:
            raise invalid(f"A revision has the {name} of the invoice that it revises.", name)
    return original


def _copied_items(call: Call, customer: Object, original: Object) -> list[Object]:
    """Return items like those of the original, whose own stay on it. They have its discounts, redeemed once."""
    items = [
        objects.get_known(call, invoice_items.KIND, lines.item_of(line) or "") for line in original["lines"]["data"]
    ]
    copies = [replace(invoice_items.as_line(call, item), invoice_item=None, key=secrets.token_hex(8)) for item in items]
    new_items = invoice_items.add_all_pending(call, customer, copies, original["currency"], None)
    return [{**copy, "metadata": item["metadata"]} for copy, item in zip(new_items, items, strict=True)]


def _changed_fields(call: Call, customer: Object, original: Object) -> dict[str, Any]:
    """Return the fields of the draft that the call says itself, in place of the original's."""
    params = call.params
    changes: dict[str, Any] = {"metadata": merge_metadata(original["metadata"], params.get("metadata", {}))}
    changes |= payment_methods.own_defaults(call, customer)
    if params.keys() & {"collection_method", "days_until_due", "due_date"}:
        method = params.get("collection_method", original["collection_method"])
        changes |= {"collection_method": method, "due_date": details.due_date(call, method, params)}
    return changes


def _with_copied_line_fields(draft: Object, original: Object) -> Object:
    """Return the draft; each line has the metadata and taxes of the line that it is a copy of, which no item has."""
    names = invoice_items.LINE_FIELDS
    line_objects = [
        {**line, **{name: original_line[name] for name in names if name in original_line}, "id": line["id"]}
        for line, original_line in zip(draft["lines"]["data"], original["lines"]["data"], strict=True)
    ]
    return {**draft, "lines": {**draft["lines"], "data": line_objects}}
