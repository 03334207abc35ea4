"""The markers of what a command makes once, cleared when it is printed (`stripe_api/create_once.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from stripe_billing_cli.cli.context import Context

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.client import StripeApi
    from stripe_billing_cli.stripe_api.objects.common import IdentifiedObject


class Repeatable(Protocol):
    """The result of a command that is done once a day, unless `--again` (`stripe_api/repeats.py`)."""

    def finish(self, api: StripeApi) -> None: ...


def clear_marker(context: Context, target: IdentifiedObject, mark_finished: Callable[[], None]) -> None:
    """Let the same command mean another object from now on, as this one is printed. A failure is a note."""
    message = f"{target['id']} is made, but could not be marked as finished"
    _mark(context, mark_finished, message, "the same command run again will give it back")


def finish(context: Context, result: Repeatable) -> None:
    """Let the next run with `--again` mean one more, now that this one is printed. A failure is a note."""
    message = "it is done, but could not be marked as finished"
    _mark(context, lambda: result.finish(context.stripe), message, "the next run with --again will give this back")


def _mark(context: Context, mark_finished: Callable[[], None], message: str, consequence: str) -> None:
    from stripe_billing_cli.stripe_api.errors import StripeCallError

    if context.printer.reader_has_left:
        return  # who knows what was read of it: the same command gives it back
    try:
        mark_finished()
    except StripeCallError as failure:
        context.printer.note(f"Note: {message} ({failure.message}); {consequence}.", fg="yellow")
