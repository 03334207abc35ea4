"""Effects of a subscription that others act on."""

from __future__ import annotations

from dataclasses import dataclass

from stripe_billing_cli.local_stripe.core.store import Object


@dataclass(frozen=True)
class SubscriptionEnded:
    """A subscription ended. `subscription` is as it is stored after its end."""

    subscription: Object
