"""Invoices of what was paid once, made when it is paid (https://docs.stripe.com/payments/checkout/receipts#paid-invoices)."""

from __future__ import annotations

from dataclasses import replace

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.billing.invoicing import invoice_fields, invoice_items, invoices
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.metadata import merge_metadata
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object


def create(call: Call, session: Object, intent: Object) -> Object:
    """Return the invoice of a session that this payment has paid: paid from the beginning."""
    customer = customers.find(call, session["customer"])
    period = (call.now, call.now)
    pending_items = []
    for item in session["line_items"]["data"]:
        price = objects.get_known(call, "price", item["price"])
        line = invoice_items.line_for_price(call, price, item["quantity"], item["currency"], period, "line_items")
        line = replace(line, tax_rates=tuple(item["_tax_rates"]))
        pending_items.append(invoice_items.add_pending(call, customer, line, session["currency"], None))
    data = session["invoice_creation"]["invoice_data"]
    draft = invoices.new_draft(
        call,
        customer,
        [invoice_items.as_line(call, item) for item in pending_items],
        session["currency"],
        reason="manual",
        discounts=[discount.find(call, session["_discount"])] if session["_discount"] else [],
        account_tax_ids=data["account_tax_ids"],
        description=data["description"],
        footer=data["footer"],
        rendering=invoice_fields.rendering("auto", data["rendering_options"]),
        **({"custom_fields": data["custom_fields"]} if data["custom_fields"] else {}),
        metadata=merge_metadata({}, data["metadata"] or {}),
        auto_advance=False,
        **_delivery(session),
    )
    invoice_items.bill(call, pending_items, draft["id"])
    invoice = invoices.finalize(call, invoices.create(call, draft), paid_by=intent)
    return invoices.mark_paid(call, invoice, attempt_count=1)


def _delivery(session: Object) -> Object:
    cost = session["shipping_cost"]
    return {"amount_shipping": cost["amount_total"], "shipping_cost": cost} if cost else {}
