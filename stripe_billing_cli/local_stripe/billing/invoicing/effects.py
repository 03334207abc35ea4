"""Effects of an invoice that others act on: a subscription, or a schedule, that it bills."""

from __future__ import annotations

from dataclasses import dataclass

from stripe_billing_cli.local_stripe.core.store import Object


@dataclass(frozen=True)
class InvoicePaid:
    """An invoice was paid. `method` is the card that paid, None where none did."""

    invoice: Object
    method: str | None


@dataclass(frozen=True)
class PaymentPending:
    """A bank is asked for the payment of an invoice, with `method`; it answers later."""

    invoice: Object
    method: str


@dataclass(frozen=True)
class PaymentFailed:
    """A payment of an invoice failed. `was_last`: it was the last attempt; `automatic`: it was made by itself, not by
    a call."""

    invoice: Object
    was_last: bool
    automatic: bool
