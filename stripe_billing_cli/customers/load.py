"""Customers as they are read and printed: one with its default card and its subscriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.stripe_api import json_output, lookup
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.customers import Customer
from stripe_billing_cli.stripe_api.objects.subscriptions import Subscription
from stripe_billing_cli.stripe_api.references import default_method, whole
from stripe_billing_cli.stripe_api.threads import result_of, side_by_side

PATH = "/v1/customers"
DEFAULT_CARD = "invoice_settings.default_payment_method"


def default_card(customer: Customer) -> dict[str, Any] | None:
    """Return the default payment method as it is printed, where it was expanded."""
    method = whole(default_method(customer))
    return json_output.payment_method(method) if method else None


def customer_record(customer: Customer) -> dict[str, Any]:
    """Return a customer with its default card as it is printed (docs/output.md)."""
    return {**json_output.customer(customer), "default_card": default_card(customer)}


@dataclass(frozen=True)
class CustomerDetails:
    """A customer with its default card expanded, and its subscriptions, ended ones too."""

    customer: Customer
    subscriptions: list[Subscription]

    def record(self) -> dict[str, Any]:
        """Return the customer as `billing customer show` prints it (docs/output.md)."""
        subscriptions = [json_output.subscription(subscription) for subscription in self.subscriptions]
        return {**customer_record(self.customer), "subscriptions": subscriptions}


def load_details(api: StripeApi, name: str) -> CustomerDetails:
    """Read a customer and its subscriptions, side by side where it is named by id.

    Raises `LookupFailedError`, `StripeCallError`.
    """
    if "@" in name or not name.startswith("cus_"):
        customer = lookup.find_customer(api, name, expand=[DEFAULT_CARD])
        return CustomerDetails(customer, lookup.subscriptions_of(api, customer["id"]))
    with side_by_side(2) as pool:
        customer_future = pool.submit(lookup.find_customer, api, name, expand=[DEFAULT_CARD])
        subscriptions = pool.submit(lookup.subscriptions_of, api, name)
        return CustomerDetails(result_of(customer_future), result_of(subscriptions))
