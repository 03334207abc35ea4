"""`billing sub create` for one customer and price, and what the customer does then."""

from __future__ import annotations

from typing import Any

from tests.subscriptions.conftest import Shop

CREATE = ("sub", "create", "--local")
ADA = ("--customer", "ada@example.com", "--price", "pro.monthly")


def subscriptions(shop: Shop) -> list[Any]:
    """Return all subscriptions of the account, newest first."""
    return [one for page in shop.api.pages("/v1/subscriptions", {"status": "all"}) for one in page]


def pay(shop: Shop, subscription: str) -> None:
    """Confirm the first payment as the customer does on the invoice's page."""
    new_subscription = shop.api.get(
        f"/v1/subscriptions/{subscription}", {"expand": ["latest_invoice.confirmation_secret"]}
    )
    secret = new_subscription["latest_invoice"]["confirmation_secret"]["client_secret"]
    intent = secret.partition("_secret_")[0]
    shop.post(f"/v1/payment_intents/{intent}/confirm", payment_method="pm_card_visa")
