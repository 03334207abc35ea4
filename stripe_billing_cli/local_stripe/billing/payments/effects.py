"""Effects of payments and of cards that are set up, on which others act: a Checkout session that asked for them."""

from __future__ import annotations

from dataclasses import dataclass

from stripe_billing_cli.local_stripe.core.store import Object


@dataclass(frozen=True)
class PaymentMade:
    """A payment intent succeeded, its amount is reserved until it is captured, or a bank is asked to debit it."""

    intent: Object


@dataclass(frozen=True)
class DebitEnded:
    """A bank has paid, or refused, a debit that a payment intent waited for."""

    intent: Object


@dataclass(frozen=True)
class CardSetUp:
    """A setup intent succeeded."""

    setup: Object
