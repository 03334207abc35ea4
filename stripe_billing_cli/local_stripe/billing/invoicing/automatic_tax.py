"""Automatic tax of an account without registrations: computed wherever the customer is, and nothing everywhere.

"If you haven't added a registration, no tax is collected" (https://docs.stripe.com/tax/registering). Stripe still needs
to know where the customer is: a country, and a postal code in the countries where that decides
(https://docs.stripe.com/tax/customer-locations#supported-formats).
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.store import Object

BY_POSTAL_CODE = ("CA", "US")


def on_subscription(is_enabled: bool) -> Object:
    """Return `automatic_tax` as a subscription shows it."""
    return {
        "enabled": is_enabled,
        "liability": {"account": None, "type": "self"} if is_enabled else None,
    }


def on_invoice(subscription: Object | None) -> Object:
    """Return `automatic_tax` as an invoice shows it, computed at once."""
    return on_bill(bool(subscription and subscription["automatic_tax"]["enabled"]))


def on_bill(is_enabled: bool, status: str = "complete") -> Object:
    """Return `automatic_tax` as invoices, quotes and Checkout sessions show it; `status`: how far it is computed."""
    provider, bill_status = ("stripe", status) if is_enabled else (None, None)
    return {**on_subscription(is_enabled), "provider": provider, "status": bill_status}


def check_location(customer: Object) -> None:
    """Raise where nothing says where a customer is taxed: no address, nor an IP address."""
    address = customer["address"] or {}
    is_known = address.get("country") and (address["country"] not in BY_POSTAL_CODE or address["postal_code"])
    if not is_known and not customer.get("_ip_address"):
        raise invalid(
            "The customer's location isn't recognized. Set a valid customer address in order to automatically "
            "calculate tax.",
            code="customer_tax_location_invalid",
        )
