"""The customers of drafts: what a draft says of its customer is as the customer is, until it is final.

"Until the invoice is finalized, this field will equal `customer.email`. Once the invoice is finalized, this field will
no longer be updated" (`customer_email` and its like in `stripe/_invoice.py`). No event tells of it.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.customers import CustomerChanged
from stripe_billing_cli.local_stripe.billing.invoicing import invoice_fields, invoices, tax_ids
from stripe_billing_cli.local_stripe.core.requests import Api, Call
from stripe_billing_cli.local_stripe.core.store import Condition

DRAFTS = "customer = ? AND status = 'draft'"


def follow(call: Call, effect: CustomerChanged) -> None:
    """Write the change of a customer into their drafts, whose taxes depend on whether the customer is exempt."""
    customer = call.store.get("customer", effect.customer)
    if customer is None:
        return
    drafts = call.store.select("invoice", [Condition(DRAFTS, (customer["id"],))], newest_first=False, limit=-1)
    for draft in drafts:
        customer_tax_ids = tax_ids.list_for_invoice(call, customer["id"])
        after = {**draft, **invoice_fields.customer_fields(customer, customer_tax_ids)}
        if after["customer_tax_exempt"] != draft["customer_tax_exempt"]:
            after = invoices.with_lines(call, after, draft["lines"]["data"])
        call.store.replace("invoice", after)


API = Api(listeners={CustomerChanged: (follow,)})
