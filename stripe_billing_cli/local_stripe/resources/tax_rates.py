"""Tax rates (https://docs.stripe.com/api/tax_rates), as they were recorded of 2026-08-26.dahlia.

The percentage, and whether it is included in prices, never change; a rate is archived and never deleted.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.amount_parameters import Percent
from stripe_billing_cli.local_stripe.core.parameters import Boolean, Choice, Text
from stripe_billing_cli.local_stripe.core.resource import METADATA, Property, Resource, long_id
from stripe_billing_cli.local_stripe.core.store import Object

TAX_TYPES = (
    "admissions_tax amusement_tax attendance_tax communications_tax digital_excise_tax entertainment_tax get_fund "
    "gross_receipts_tax gst hospitality_tax hst igst jct lease_tax luxury_tax mass_transit_parking_tax nhil "
    "parking_tax pst qst resort_tax retail_delivery_fee rst sales_tax service_tax tourism_tax utility_users_tax vat"
)
"""After the SDK's `_tax_rate_create_params.py`."""


def percentage(rate: Object) -> Object:
    """Return what a rate says besides, which is a percentage and no amount."""
    return {"effective_percentage": rate["percentage"], "rate_type": "percentage"}


TAX_RATES = Resource(
    kind="tax_rate",
    path="/v1/tax_rates",
    noun="tax rate",
    param="tax_rate",
    new_id=long_id("txr"),
    properties={
        "display_name": Property(Text(50), required=True),
        "inclusive": Property(Boolean(), required=True, changes=False, filters=True),
        "percentage": Property(Percent(), required=True, changes=False),
        "active": Property(Boolean(), default=True, filters=True),
        "country": Property(Text()),
        "description": Property(Text()),
        "jurisdiction": Property(Text(50)),
        "state": Property(Text()),
        "tax_type": Property(Choice(tuple(TAX_TYPES.split()))),
        "metadata": METADATA,
    },
    rest=percentage,
)
API = TAX_RATES.api
