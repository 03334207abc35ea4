"""Objects that the local Stripe made, as models of which a benchmark puts thousands of copies into its store."""

from __future__ import annotations

from typing import Any, cast

from stripe_billing_cli.stripe_api.client import StripeApi


def create(api: StripeApi, path: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return a new object with all its fields."""
    return cast(dict[str, Any], api.post(path, params).body)
