"""Cards in the form that they had before there were payment methods: sources of a customer's.

A payment method whose id is a card's is both (https://docs.stripe.com/payments/payment-methods/transitioning).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

IS_CARD = "json_extract(body, '$.id') LIKE 'card\\_%' ESCAPE '\\'"
"""The condition on payment methods that are cards in this form, too."""
BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "jcb": "JCB",
    "mastercard": "MasterCard",
    "unionpay": "UnionPay",
    "unknown": "Unknown",
    "visa": "Visa",
}
"""The brands by the names that payment methods have for them, as cards name them."""


def as_card(method: Mapping[str, Any]) -> dict[str, Any]:
    """Return a payment method in the form of a card; after the example of https://docs.stripe.com/api/cards/object."""
    card, details = method["card"], method["billing_details"]
    address = details["address"]
    return {
        "id": method["id"],
        "object": "card",
        "address_city": address["city"],
        "address_country": address["country"],
        "address_line1": address["line1"],
        "address_line1_check": card["checks"]["address_line1_check"],
        "address_line2": address["line2"],
        "address_state": address["state"],
        "address_zip": address["postal_code"],
        "address_zip_check": card["checks"]["address_postal_code_check"],
        "allow_redisplay": method["allow_redisplay"],
        "brand": BRANDS[card["brand"]],
        "country": card["country"],
        "customer": method["customer"],
        "cvc_check": card["checks"]["cvc_check"],
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "last4": card["last4"],
        "metadata": method["metadata"],
        "name": details["name"],
        "regulated_status": card["regulated_status"],
    }
