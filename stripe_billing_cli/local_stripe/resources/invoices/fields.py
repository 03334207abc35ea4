"""The parameters of calls on invoices, after `stripe/params/_invoice_{create,update,…}_params.py`."""

from __future__ import annotations

from collections.abc import Mapping

from stripe_billing_cli.local_stripe.billing.discounts import discount
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.parameters import Choice, Integer, ParamType, Text
from stripe_billing_cli.local_stripe.core.reasons import NO_CONNECT

TYPES: Mapping[str, ParamType] = {
    "days_until_due": Integer(0),
    "description": Text(),
    "discounts": discount.FORM,
    "issuer.type": Choice(("self",)),
    "shipping_cost.shipping_rate_data.fixed_amount.amount": Integer(0),
    "shipping_cost.shipping_rate_data.fixed_amount.currency_options*.amount": Integer(0),
}
REFUSALS: Mapping[str, str] = {
    NO_CONNECT: "issuer.account",
    "it has no invoice templates": "rendering.template rendering.template_version",
}
MOST = {"custom_fields": 4, "discounts": 20}
CREATE = form(
    "POST /v1/invoices",
    {**TYPES, "pending_invoice_items_behavior": Choice(("include", "exclude"))},
    most=MOST,
    unset="custom_fields",
    refusals=REFUSALS,
)
UPDATE = form(
    "POST /v1/invoices/{invoice}",
    TYPES,
    most=MOST,
    unset="custom_fields description footer",
    refusals=REFUSALS,
)
LIST = form(
    "GET /v1/invoices",
    {"status": Choice(("draft", "open", "void", "paid", "uncollectible"))},
)
ATTACH = form("POST /v1/invoices/{invoice}/attach_payment", refusals={"it has no payment records": "payment_record"})
