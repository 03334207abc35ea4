"""Tax ids of customers, as their invoices show them."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "tax_id"


def shown_on_invoice(call: Call, customer: str) -> list[Object]:
    """Return a customer's tax ids as an invoice shows them, oldest first."""
    tax_ids = call.store.select(KIND, equal(json_field("customer"), customer), newest_first=False, limit=100)
    return [{"type": tax_id["type"], "value": tax_id["value"]} for tax_id in tax_ids]
