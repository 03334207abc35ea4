"""The customer portal: configurations and sessions (https://docs.stripe.com/api/customer_portal)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.portal import configurations, sessions

API = Api((*configurations.ROUTES, *sessions.ROUTES))

__all__ = ["API"]
