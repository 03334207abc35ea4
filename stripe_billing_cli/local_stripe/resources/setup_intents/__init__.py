"""Setup intents (https://docs.stripe.com/api/setup_intents)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.setup_intents import handlers

API = Api(handlers.ROUTES)

__all__ = ["API"]
