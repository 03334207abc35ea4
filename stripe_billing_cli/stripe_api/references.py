"""What an object of Stripe's refers to, which Stripe gives as an id, whole where it was expanded, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.stripe_api.client import Object, StripeApi


def id_of(reference: Any) -> str | None:
    """Return the id of an object that is given as an id, whole, or not at all."""
    return reference["id"] if isinstance(reference, Mapping) else reference  # type: ignore[no-any-return]


def subscription_of(billed: Mapping[str, Any]) -> Any:
    """Return the reference to the subscription that an invoice or an invoice item is of; None without one."""
    details = (billed.get("parent") or {}).get("subscription_details") or {}
    return details.get("subscription")


def whole_subscription_of(billed: Mapping[str, Any]) -> Object | None:
    """Return the subscription that an invoice or an invoice item is of, where it was expanded."""
    subscription = subscription_of(billed)
    return subscription if isinstance(subscription, dict) else None


def invoice_paid_by(api: StripeApi, intent: str | None) -> str | None:
    """Return the id of the invoice that a payment intent paid: charges do not name it at this version."""
    if intent is None:
        return None
    by_intent = {"type": "payment_intent", "payment_intent": intent}
    payments, _ = api.page("/v1/invoice_payments", {"payment": by_intent, "limit": 1})
    return id_of(payments[0]["invoice"]) if payments else None
