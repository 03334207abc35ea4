"""The end of a creation: the user has been told of what was made (`subscriptions/once.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_billing_cli.cli.context import Context

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.client import Object
    from stripe_billing_cli.subscriptions.once import Intent


def settle(context: Context, intent: Intent, made: Object) -> None:
    """Take the intent's mark off what was made. A failure to do so is told, and harmless."""
    from stripe_billing_cli.stripe_api.errors import StripeFailure
    from stripe_billing_cli.subscriptions import once

    try:
        once.settle(context.stripe, intent, made)
    except StripeFailure as failure:
        context.printer.note(
            f"Note: {made['id']} is made, but could not be marked as finished ({failure.message}); "
            "the same command run again will give it back.",
            fg="yellow",
        )
