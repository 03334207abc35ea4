"""Tax rates (https://docs.stripe.com/api/tax_rates), as they were recorded of 2026-08-26.dahlia.

The percentage, and whether it is included in prices, never change; a rate is archived and never deleted.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.amount_parameters import Percent
from stripe_billing_cli.local_stripe.core.resource import Resource, documented_properties, long_id
from stripe_billing_cli.local_stripe.core.store import Object

PATH = "/v1/tax_rates"


def percentage_fields(rate: Object) -> Object:
    """Return the fields that say of a rate that it is a percentage and no amount."""
    return {"effective_percentage": rate["percentage"], "rate_type": "percentage"}


TAX_RATES = Resource(
    kind="tax_rate",
    path=PATH,
    noun="tax rate",
    param="tax_rate",
    new_id=long_id("txr"),
    properties=documented_properties(PATH, {"percentage": Percent()}, {"active": True}),
    other_fields=percentage_fields,
)
API = TAX_RATES.api
