"""Webhook endpoints (https://docs.stripe.com/api/webhook_endpoints)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.webhook_endpoints import handlers

API = Api(handlers.ROUTES)

__all__ = ["API"]
