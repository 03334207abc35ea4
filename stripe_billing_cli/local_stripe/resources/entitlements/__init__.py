"""Entitlements: features, which products have them, and who may use them (https://docs.stripe.com/api/entitlements)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.entitlements import active_entitlements, features, product_features

API = Api((*features.ROUTES, *product_features.ROUTES, *active_entitlements.ROUTES))

__all__ = ["API"]
