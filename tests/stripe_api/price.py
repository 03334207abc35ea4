"""The price that answers are read and completed with."""

from __future__ import annotations

from typing import Any

PRICE: dict[str, Any] = {
    "id": "price_1",
    "object": "price",
    "active": True,
    "billing_scheme": "per_unit",
    "created": 1,
    "currency": "usd",
    "livemode": False,
    "metadata": {},
    "product": "prod_1",
    "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
    "type": "recurring",
}
"""A price of which all is left out that Stripe may leave out."""
