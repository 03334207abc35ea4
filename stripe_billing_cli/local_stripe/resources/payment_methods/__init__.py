"""Payment methods (https://docs.stripe.com/api/payment_methods)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Api
from stripe_billing_cli.local_stripe.resources.payment_methods import handlers
from stripe_billing_cli.local_stripe.resources.payment_methods.described import MethodData, check_one, with_method
from stripe_billing_cli.local_stripe.resources.payment_methods.fields import LIST_FILTERS
from stripe_billing_cli.local_stripe.resources.payment_methods.handlers import list_of_customer, retrieve_of_customer

API = Api(handlers.ROUTES)

__all__ = [
    "API",
    "LIST_FILTERS",
    "MethodData",
    "check_one",
    "list_of_customer",
    "retrieve_of_customer",
    "with_method",
]
