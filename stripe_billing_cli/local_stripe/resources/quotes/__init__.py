"""Quotes (https://docs.stripe.com/api/quotes)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.quotes import quote
from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.quotes import handlers

API = Api(handlers.ROUTES, quote.JOBS)

__all__ = ["API"]
