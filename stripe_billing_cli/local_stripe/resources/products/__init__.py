"""Products (https://docs.stripe.com/api/products)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.products import handlers
from stripe_billing_cli.local_stripe.resources.products.handlers import check_new

API = Api(handlers.ROUTES)

__all__ = ["API", "check_new"]
