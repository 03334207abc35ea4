"""Customers as everything that bills them reads and changes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.local_stripe.core import effects, identifiers, objects, shapes
from stripe_billing_cli.local_stripe.core.errors import invalid, no_such
from stripe_billing_cli.local_stripe.core.metadata import new_metadata
from stripe_billing_cli.local_stripe.core.parameters import Params
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

ON_INVOICES = ("address", "email", "name", "phone", "shipping", "tax_exempt")
"""What invoices say of their customer, tax ids aside."""
ADDRESS_FIELDS = ("city", "country", "line1", "line2", "postal_code", "state")


@dataclass(frozen=True)
class CustomerChanged:
    """A customer, by the id, has changed in what their invoices say of them."""

    customer: str


def find(call: Call, id: str, param: str = "customer", *, status: int = 400) -> Object:
    """Return the customer that a parameter names. Raises `resource_missing`, also for one that was deleted."""
    customer = call.store.get("customer", id)
    if customer is None or customer.get("deleted"):
        raise no_such("customer", id, param, status)
    return customer


def check_mailable(customer: Object) -> None:
    """Raise where a customer has no email address, to whom invoices are to be sent: in words that users report."""
    if not customer["email"]:
        raise invalid(
            "Missing email. In order to create invoices that are sent to the customer, the customer must have a valid "
            "email."
        )


def find_optional(call: Call) -> Object | None:
    """Return the customer that the parameter `customer` names; None where the call names none."""
    return find(call, call.params["customer"]) if "customer" in call.params else None


def save(call: Call, before: Object, after: Object) -> None:
    """Store a customer and tell that it changed, if it did."""
    objects.save(call, "customer", before, after)
    if any(before[name] != after[name] for name in ON_INVOICES):
        effects.announce(call, CustomerChanged(after["id"]))


def new(call: Call, params: Params) -> Object:
    """Return everything that Stripe says about a new customer, not yet stored."""
    address = params.get("address")
    return {
        **shapes.blank("customer"),
        "id": identifiers.short_id(call, "cus"),
        "object": "customer",
        "address": None if address is None else address_of(address),
        "balance": params.get("balance", 0),
        "business_name": params.get("business_name"),
        "created": call.now,
        "delinquent": False,
        "description": params.get("description"),
        "email": params.get("email"),
        "individual_name": params.get("individual_name"),
        "invoice_prefix": params.get("invoice_prefix") or identifiers.invoice_prefix(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
            **printed_settings(params.get("invoice_settings", {})),
        },
        "metadata": new_metadata(params),
        "name": params.get("name"),
        "next_invoice_sequence": params.get("next_invoice_sequence", 1),
        "phone": params.get("phone"),
        "preferred_locales": params.get("preferred_locales", []),
        "shipping": shipping_of(params.get("shipping")),
        "tax_exempt": params.get("tax_exempt") or "none",
        "test_clock": params.get("test_clock"),
        **tax_fields(params),
    }


def tax_fields(params: Params) -> Object:
    """Return what is kept of `tax`: the IP address, by which taxes may find the customer."""
    tax = params.get("tax", {})
    return {"_ip_address": tax["ip_address"] or None} if "ip_address" in tax else {}


def address_of(params: Mapping[str, Any]) -> Object:
    return {name: params.get(name) for name in ADDRESS_FIELDS}


def shipping_of(params: Mapping[str, Any] | None) -> Object | None:
    if params is None:
        return None
    return {"address": address_of(params["address"]), "name": params["name"], "phone": params.get("phone")}


def printed_settings(settings: Mapping[str, Any]) -> Object:
    """Return what a call says of how the customer's invoices look; what it unsets is null."""
    fields = ("custom_fields", "footer", "rendering_options")
    return {name: settings[name] or None for name in fields if name in settings}
