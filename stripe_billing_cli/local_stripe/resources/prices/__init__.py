"""Prices (https://docs.stripe.com/api/prices)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.prices import handlers

API = Api(handlers.ROUTES)

__all__ = ["API"]
