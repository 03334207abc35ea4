"""The work that waits for one handler, before it is moved or dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import formatting
from stripe_billing_cli.cli.context import Context

if TYPE_CHECKING:
    from stripe_billing_cli.events.store import Store

MOST_TYPES = 5

HandlerArgument = Annotated[
    str, typer.Argument(metavar="HANDLER", help="The handler's name, as `billing events handlers` lists it.")
]


@dataclass(frozen=True)
class WaitingWork:
    """The deliveries that wait for a handler or were given up by it, by the type of their event."""

    handler: str
    types: Mapping[str, int]

    @property
    def count(self) -> int:
        return sum(self.types.values())

    @property
    def text(self) -> str:
        """Return `3 deliveries that wait for exec-a, or were given up (2 invoice.paid, 1 price.created)`."""
        types = [f"{count} {type}" for type, count in self.types.items()]
        more = [] if len(types) <= MOST_TYPES else [f"{len(types) - MOST_TYPES} more types"]
        count_text = formatting.count_text(self.count, "delivery", "deliveries")
        return f"{count_text} of {self.handler}, waiting or given up ({', '.join([*types[:MOST_TYPES], *more])})"


def waiting_for(context: Context, store: Store, handler: str) -> WaitingWork:
    """Return the work that waits for a handler, and name the other handlers where none waits."""
    from stripe_billing_cli.events.missing_handlers import called_handlers

    work = WaitingWork(handler, store.queues.types(handler))
    if not work.count:
        handlers = {name for name, _ in store.work.counts()} | (called_handlers(store) or frozenset())
        context.printer.note(f"Nothing waits for {handler}. There are: {', '.join(sorted(handlers)) or 'none'}.")
    return work
