"""The end of a creation: the user has been told of what was made (`subscriptions/once.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from stripe_billing_cli.cli.context import Context

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.client import Object, StripeApi
    from stripe_billing_cli.subscriptions.once import Intent


class Repeatable(Protocol):
    """The result of a command that is done once a day, unless `--again` (`subscriptions/repeats.py`)."""

    def finish(self, api: StripeApi) -> None: ...


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


def finish(context: Context, result: Repeatable) -> None:
    """Let the next run with `--again` mean one more, now that the user has been told. A failure to do so is told."""
    from stripe_billing_cli.stripe_api.errors import StripeFailure

    try:
        result.finish(context.stripe)
    except StripeFailure as failure:
        context.printer.note(
            f"Note: it is done, but could not be marked as finished ({failure.message}); "
            "the same command with --again will give this back once more.",
            fg="yellow",
        )
