"""Features, as products and entitlements name them."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.errors import no_such
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "entitlements.feature"


def find(call: Call, id: str, param: str, status: int = 400) -> Object:
    feature = call.store.get(KIND, id)
    if feature is None:
        raise no_such("entitlements.feature", id, param, status)
    return feature
