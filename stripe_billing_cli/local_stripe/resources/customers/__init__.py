"""Customers (https://docs.stripe.com/api/customers)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.customers import deletion, handlers
from stripe_billing_cli.local_stripe.resources.customers.deletion import delete_customer

API = Api((*handlers.ROUTES, *deletion.ROUTES))

__all__ = ["API", "delete_customer"]
