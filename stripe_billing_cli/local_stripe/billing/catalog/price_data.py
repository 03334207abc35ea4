"""What every price takes, wherever it is created: by a call on prices, or with its product (`default_price_data`)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.amount_parameters import ByCurrency, Currency, DecimalText, UpTo
from stripe_billing_cli.local_stripe.core.parameters import (
    Boolean,
    Choice,
    Integer,
    ListOf,
    Metadata,
    ObjectParam,
    optional,
    required,
)

INTERVAL = Choice(("month", "year", "week", "day"))


TAX_BEHAVIOR = Choice(("exclusive", "inclusive", "unspecified"))


AMOUNT = Integer(least=0)


CUSTOM_UNIT_AMOUNT = ObjectParam(
    {**required(enabled=Boolean()), **optional(maximum=AMOUNT, minimum=AMOUNT, preset=AMOUNT)}
)


TIERS = ListOf(
    ObjectParam(
        {
            **required(up_to=UpTo()),
            **optional(
                flat_amount=AMOUNT,
                flat_amount_decimal=DecimalText(),
                unit_amount=AMOUNT,
                unit_amount_decimal=DecimalText(),
            ),
        }
    )
)


CURRENCY_OPTIONS = ByCurrency(
    ObjectParam(
        optional(
            custom_unit_amount=CUSTOM_UNIT_AMOUNT,
            tax_behavior=TAX_BEHAVIOR,
            tiers=TIERS,
            unit_amount=AMOUNT,
            unit_amount_decimal=DecimalText(),
        )
    )
)


RECURRING = {
    **required(interval=INTERVAL),
    **optional(interval_count=Integer(least=1)),
}


SHARED = {
    **required(currency=Currency()),
    **optional(
        currency_options=CURRENCY_OPTIONS,
        custom_unit_amount=CUSTOM_UNIT_AMOUNT,
        metadata=Metadata(),
        tax_behavior=TAX_BEHAVIOR,
        unit_amount=AMOUNT,
        unit_amount_decimal=DecimalText(),
    ),
}
"""What a price takes wherever it is created."""


DEFAULT_PRICE_DATA = ObjectParam({**SHARED, **optional(recurring=ObjectParam(RECURRING))})
"""`default_price_data` of a product."""
