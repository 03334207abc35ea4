"""Credit notes (https://docs.stripe.com/api/credit_notes)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.credit_notes import handlers

API = Api(handlers.ROUTES)

__all__ = ["API"]
