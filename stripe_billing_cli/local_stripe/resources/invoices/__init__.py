"""Invoices, their lines, payments and previews (https://docs.stripe.com/api/invoices)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.invoices import handlers, line_handlers, previews

API = Api((*previews.ROUTES, *handlers.ROUTES, *line_handlers.ROUTES), previews.JOBS)

__all__ = ["API"]
