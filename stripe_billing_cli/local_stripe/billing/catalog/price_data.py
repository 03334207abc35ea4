"""Parameters of a price as Stripe's documents do not say them, by itself or as a product's `default_price_data`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.amount_parameters import UpTo
from stripe_billing_cli.local_stripe.core.parameters import Choice, Integer

INTERVAL = Choice(("month", "year", "week", "day"))
AMOUNTS = {
    "*.flat_amount": Integer(0),
    "*.maximum": Integer(0),
    "*.minimum": Integer(0),
    "*.preset": Integer(0),
    "*.unit_amount": Integer(0),
    "*.up_to": UpTo(),
}
RECURRING = {"*.interval": INTERVAL, "*.interval_count": Integer(1)}
