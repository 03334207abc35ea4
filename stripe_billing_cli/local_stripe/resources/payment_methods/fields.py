"""What the calls on payment methods take, after the SDK's `params/_payment_method_{create,update,list}_params.py`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.payments import payment_method_types as types
from stripe_billing_cli.local_stripe.billing.payments import payment_methods
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param, only_one_of
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    Choice,
    Email,
    Integer,
    Metadata,
    ObjectParam,
    Params,
    Text,
    optional,
    required,
    unsettable,
    unsupported,
)

BILLING_DETAILS = ObjectParam(
    {
        **unsettable(
            address=ObjectParam(unsettable(**{name: Text() for name in payment_methods.ADDRESS_FIELDS})),
            email=Email(),
            name=Text(),
            phone=Text(),
        ),
        **optional(tax_id=Text()),
    }
)
ALLOW_REDISPLAY = Choice(("always", "limited", "unspecified"))
NETWORKS = ObjectParam(optional(preferred=Choice(("cartes_bancaires", "mastercard", "visa"))))
CARD = ObjectParam(
    optional(cvc=Text(), exp_month=Integer(), exp_year=Integer(), networks=NETWORKS, number=Text(), token=Text())
)
CREATE = ObjectParam(
    {
        **required(type=types.TYPE),
        **optional(
            allow_redisplay=ALLOW_REDISPLAY,
            billing_details=BILLING_DETAILS,
            card=CARD,
            metadata=Metadata(),
            **{name: ObjectParam(type.fields) for name, type in types.TYPES.items()},
        ),
        **unsupported("it has no platforms to copy a payment method from", "customer payment_method"),
        **unsupported("it has no custom payment methods", "custom"),
        **unsupported("it has no readers", "interac_present"),
        **unsupported("it has no Radar sessions", "radar_options"),
        "expand": EXPAND,
    }
)
UPDATE = ObjectParam(
    {
        **optional(
            allow_redisplay=ALLOW_REDISPLAY,
            billing_details=BILLING_DETAILS,
            card=ObjectParam(optional(exp_month=Integer(), exp_year=Integer(), networks=NETWORKS)),
        ),
        **unsettable(metadata=Metadata()),
        **unsupported("it changes no payment methods but cards", "link payto us_bank_account"),
        "expand": EXPAND,
    }
)
FILTERED = ("card", *types.NAMES.split())
LIST_FILTERS = optional(allow_redisplay=ALLOW_REDISPLAY, type=Choice(FILTERED))


def check_new(params: Params) -> None:
    """Rules of a payment method about to be created: the hash of its type, and of no other."""
    type = params["type"]
    if type == "custom":
        raise invalid("The local Stripe does not have custom payment methods.", "type")
    other = next((name for name in ("card", *types.TYPES) if name in params and name != type), None)
    if other is not None:
        raise only_one_of([type, other], other)
    if type not in params and (type == "card" or types.TYPES[type].needs_hash):
        raise missing_param(type)
    card = params.get("card", {})
    if "token" in card and len(card) > 1:
        raise only_one_of([f"card[{name}]" for name in sorted(card)], "card[token]")
    if type == "card" and "token" not in card:
        for name in ("number", "exp_month", "exp_year"):
            if name not in card:
                raise missing_param(f"card[{name}]")


RETRIEVE = ObjectParam({"expand": EXPAND})
LIST = ObjectParam(
    {
        **{name: field for name, field in LIST_FIELDS.items() if name != "created"},
        **LIST_FILTERS,
        **optional(customer=Text()),
        **unsupported("it has no accounts that are customers", "customer_account"),
    }
)
ATTACH = ObjectParam(
    {
        **required(customer=Text()),
        **unsupported("it has no accounts that are customers", "customer_account"),
        "expand": EXPAND,
    }
)
