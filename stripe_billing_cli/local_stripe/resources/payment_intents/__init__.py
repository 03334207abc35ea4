"""Payment intents (https://docs.stripe.com/api/payment_intents)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.payment_intents import handlers
from stripe_billing_cli.local_stripe.resources.payment_intents.fields import SHIPPING

API = Api(handlers.ROUTES)

__all__ = ["API", "SHIPPING"]
