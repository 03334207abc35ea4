"""Effects: what one part of billing brings about in another, which it does not know.

An effect is a dataclass that says what happened. Who listens to it is declared with the resources (`Api.listeners`);
listeners run at once, in the call that announced the effect, and in its transaction.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.requests import Call


def announce(call: Call, effect: object) -> None:
    """Run what listens to effects of this type."""
    for listener in call.api.listeners_of(type(effect)):
        listener(call, effect)
