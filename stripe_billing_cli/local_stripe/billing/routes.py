"""All calls on customers, payments, invoices and subscriptions."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing import subscriptions

ROUTES = (*subscriptions.ROUTES,)
