"""Parameters of the calls on payment methods, after the SDK's
`params/_payment_method_{create,update,list}_params.py`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.payments import payment_method_types
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param, only_one_of
from stripe_billing_cli.local_stripe.core.parameters import (
    Choice,
    Email,
    Field,
    Params,
    Text,
    UnsupportedParam,
    optional,
)

ALLOW_REDISPLAY = Choice(("always", "limited", "unspecified"))
CREATE = form(
    "POST /v1/payment_methods",
    {"billing_details.email": Email(), "nz_bank_account.reference": Text()},
    required_names="type",
    unset="billing_details.address.*",
    refusals={
        "it has no mandates": "upi.mandate_options",
        "it has no Financial Connections": "us_bank_account.financial_connections_account",
        "it has no platforms to copy a payment method from": "payment_method",
        "it has no custom payment methods": "custom",
        "it has no readers": "interac_present",
        "it has no Radar sessions": "radar_options",
    },
)
UPDATE = form(
    "POST /v1/payment_methods/{payment_method}",
    {"billing_details.email": Email()},
    fields={
        "card.networks.preferred": Field(Choice(("cartes_bancaires", "mastercard", "visa"))),
        "link": Field(UnsupportedParam("it changes no payment methods but cards"), unset=True),
    },
    unset="billing_details.address.*",
    refusals={"it changes no payment methods but cards": "payto us_bank_account"},
)
LIST_TYPES = tuple(payment_method_types.NAMES.split())
LIST_FILTERS = optional(allow_redisplay=ALLOW_REDISPLAY, type=Choice(LIST_TYPES))


def check_new(params: Params) -> None:
    """Check a payment method about to be created: it has the hash of its type, and of no other."""
    if "customer" in params:
        raise invalid(
            "You cannot attach a PaymentMethod to a Customer during PaymentMethod creation. Please instead create the "
            "PaymentMethod and then attach it using the attachment method of the PaymentMethods API."
        )
    type = params["type"]
    if type == "custom":
        raise invalid("The local Stripe does not have custom payment methods.", "type")
    other = next((name for name in ("card", *payment_method_types.TYPES) if name in params and name != type), None)
    if other is not None:
        raise only_one_of([type, other], other)
    if type not in params and (type == "card" or payment_method_types.TYPES[type].needs_hash):
        raise missing_param(type)
    card = params.get("card", {})
    if "token" in card and len(card) > 1:
        raise only_one_of([f"card[{name}]" for name in sorted(card)], "card[token]")
    if type == "card" and "token" not in card:
        for name in ("number", "exp_month", "exp_year"):
            if name not in card:
                raise missing_param(f"card[{name}]")


LIST = form("GET /v1/payment_methods", {"type": Choice(LIST_TYPES)})
ATTACH = form("POST /v1/payment_methods/{payment_method}/attach")


def check_attach(params: Params) -> None:
    if "customer" not in params:
        raise invalid("Must provide customer or customer_account.", code="parameter_missing")
