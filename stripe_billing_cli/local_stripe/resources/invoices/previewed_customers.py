"""The customer of a preview: one that is there, with what the call says of them in place of what is stored, or nobody
(`customer_details` in `stripe/params/_invoice_create_preview_params.py`)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.invoicing import tax_ids
from stripe_billing_cli.local_stripe.core import identifiers, shapes
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

DETAILS = "customer_details"


def find(call: Call) -> Object:
    """Return the customer that a call names, or who is nobody: "If `automatic_tax` is enabled then one of `customer`,
    `customer_details`, `subscription`, or `schedule` must be set", else none need be. What stands in the answer is
    nowhere said; the document requires an id."""
    if "customer" in call.params:
        return customers.find(call, call.params["customer"])
    return {**shapes.blank("customer"), "id": identifiers.short_id(call, "cus"), "balance": 0, "tax_exempt": "none"}


def with_details(call: Call, customer: Object) -> Object:
    """Return the customer as the call says, not stored."""
    details = call.params.get(DETAILS, {})
    after = {**customer, **customers.tax_fields(details)}
    if "address" in details:
        after["address"] = details["address"] and customers.address_of(details["address"])
    if "shipping" in details:
        after["shipping"] = customers.shipping_of(details["shipping"])
    if "tax_exempt" in details:
        after["tax_exempt"] = details["tax_exempt"] or "none"
    return after


def invoice_fields(call: Call) -> Object:
    """Return what the invoice says of the tax ids that the call gives the customer. Raises for one that has not its
    form."""
    tax_ids_data = call.params.get(DETAILS, {}).get("tax_ids")
    if tax_ids_data is None:
        return {}
    for at, one in enumerate(tax_ids_data):
        tax_ids.check_value(one, f"{DETAILS}[tax_ids][{at}][value]")
    return {"customer_tax_ids": [{"type": one["type"], "value": one["value"].strip()} for one in tax_ids_data]}
