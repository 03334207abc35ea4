"""Features, as products and entitlements name them."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "entitlements.feature"


def find(call: Call, id: str, param: str, status: int = 400) -> Object:
    return objects.find(call, KIND, id, param, status)
