"""The parameters of calls on prices."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.catalog.price_data import AMOUNTS, INTERVAL, RECURRING
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.parameters import Integer, Name, Text

LONGEST_TRIAL_DAYS = 730
CREATE = form(
    "POST /v1/prices",
    {
        **AMOUNTS,
        **RECURRING,
        "product_data.id": Text(255),
        "product_data.name": Name(),
        "recurring.trial_period_days": Integer(0, LONGEST_TRIAL_DAYS),
        "transform_quantity.divide_by": Integer(1),
    },
)
# Recorded: `lookup_key: ''` clears, although the SDK types it as a plain string. `nickname` is of its kind.
UPDATE = form("POST /v1/prices/{price}", AMOUNTS, unset="lookup_key nickname")
LIST = form("GET /v1/prices", {"lookup_keys[]": Text(200), "recurring.interval": INTERVAL}, most={"lookup_keys": 10})
