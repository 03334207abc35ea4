"""Payments and refunds (https://docs.stripe.com/api/payment_intents/object and the pages after it)."""

from __future__ import annotations

from stripe_billing_cli.stripe_api.objects.common import Metadata, StripeObject


class Charge(StripeObject):
    amount_captured: int
    amount_refunded: int


class PaymentFailure(StripeObject):
    code: str | None = None
    decline_code: str | None = None
    message: str | None = None


class PaymentIntent(StripeObject):
    id: str
    status: str
    last_payment_error: PaymentFailure | None = None
    latest_charge: str | Charge | None = None


class SetupIntent(StripeObject):
    id: str
    status: str
    client_secret: str | None = None


class Refund(StripeObject):
    id: str
    amount: int
    currency: str
    metadata: Metadata | None = None
    status: str | None = None
