"""Payment links (https://docs.stripe.com/api/payment-link), and their page, which begins a session each time."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.payment_links import handlers, opening

API = Api((*handlers.ROUTES, *opening.ROUTES), listeners=opening.LISTENERS)

__all__ = ["API"]
