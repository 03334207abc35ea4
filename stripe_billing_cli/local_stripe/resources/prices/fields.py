"""The parameters of prices, after `stripe/params/_price_{create,update,list}_params.py`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.catalog.price_data import (
    CURRENCY_OPTIONS,
    INTERVAL,
    RECURRING,
    SHARED,
    TAX_BEHAVIOR,
    TIERS,
)
from stripe_billing_cli.local_stripe.core.amount_parameters import Currency
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    Boolean,
    Choice,
    Field,
    Integer,
    ListOf,
    Metadata,
    ObjectParam,
    Text,
    optional,
    required,
    unsettable,
)

USAGE_TYPE = Choice(("licensed", "metered"))
LOOKUP_KEY = Text(200)
LONGEST_TRIAL_DAYS = 730


def create_form(product_data: ObjectParam) -> ObjectParam:
    """`product_data` is declared with the products."""
    return ObjectParam(
        {
            **SHARED,
            "expand": EXPAND,
            **optional(
                active=Boolean(),
                billing_scheme=Choice(("per_unit", "tiered")),
                lookup_key=LOOKUP_KEY,
                nickname=Text(),
                product=Text(),
                product_data=product_data,
                recurring=ObjectParam(
                    {
                        **RECURRING,
                        **optional(
                            meter=Text(),
                            trial_period_days=Integer(0, LONGEST_TRIAL_DAYS),
                            usage_type=USAGE_TYPE,
                        ),
                    }
                ),
                tiers=TIERS,
                tiers_mode=Choice(("graduated", "volume")),
                transfer_lookup_key=Boolean(),
                transform_quantity=ObjectParam(required(divide_by=Integer(least=1), round=Choice(("down", "up")))),
            ),
        }
    )


UPDATE = ObjectParam(
    {
        "expand": EXPAND,
        **optional(
            active=Boolean(),
            tax_behavior=TAX_BEHAVIOR,
            transfer_lookup_key=Boolean(),
        ),
        # Recorded: `lookup_key: ''` clears, although the SDK types it as a plain string. `nickname` is of its kind.
        **unsettable(currency_options=CURRENCY_OPTIONS, lookup_key=LOOKUP_KEY, metadata=Metadata(), nickname=Text()),
    }
)

LIST = ObjectParam(
    {
        **LIST_FIELDS,
        **optional(
            active=Boolean(),
            currency=Currency(),
            lookup_keys=ListOf(LOOKUP_KEY, 10),
            product=Text(),
            recurring=ObjectParam(optional(interval=INTERVAL, meter=Text(), usage_type=USAGE_TYPE)),
            type=Choice(("one_time", "recurring")),
        ),
    }
)

RETRIEVE = ObjectParam({"expand": Field(EXPAND.kind)})
