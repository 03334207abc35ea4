"""The parameters of calls on products."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.catalog.price_data import AMOUNTS, RECURRING
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.parameters import Name, Text, Url

TYPES = {"images[]": Url(), "marketing_features[].name": Name(80), "name": Name(), "url": Url()}
MOST = {"images": 8, "marketing_features": 15}
CREATE = form("POST /v1/products", {**TYPES, **AMOUNTS, **RECURRING, "id": Text(255)}, most=MOST)
# `default_price: ''` unsets, although the SDK types it as a plain string.
UPDATE = form("POST /v1/products/{id}", TYPES, most=MOST, unset="default_price")
LIST = form("GET /v1/products", most={"ids": 100})
