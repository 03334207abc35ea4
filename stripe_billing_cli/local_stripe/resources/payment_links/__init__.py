"""Payment links (https://docs.stripe.com/api/payment-link): objects and refusals; nobody can pay by one here yet."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.payment_links import handlers

API = Api(handlers.ROUTES)

__all__ = ["API"]
