"""The features that a product gives access to."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.lists import all_with
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "product_feature"


def is_there_any(call: Call) -> bool:
    """Return whether any product gives access to anything: in most accounts none does."""
    return call.store.once(KIND, lambda: bool(call.store.select(KIND, [], newest_first=False, limit=1)))


def list_for_product(call: Call, product: str) -> list[Object]:
    """Return a product's features, oldest first."""
    return all_with(call, KIND, "_product", product)
