"""Handlers: each has a name, and is called for events, at least once each, in order per customer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.retries import Retries
from stripe_billing_cli.events.store import Delivery, Route

Handle = Callable[[Event, Delivery], str | None]
"""Does the work and says what it did. Raises `HandlerError` to be called again; any other exception counts as one."""


class HandlerError(Exception):
    """The work was not done. The message is stored and shown: no secrets, nothing of the payload.

    `final`: trying again would not help.
    """

    def __init__(self, message: str, *, final: bool = False) -> None:
        self.final = final
        super().__init__(message)


@dataclass(frozen=True)
class Handler:
    """A handler of events. `name` is what the store knows it by; it stays the same from one run of the program to the
    next.

    An event that comes again, or whose worker died, may be given to it twice: it has to be safe to repeat.
    """

    name: str
    handle: Handle
    wants: Callable[[Event], bool] = lambda event: True
    retries: Retries | None = None
    """How long it is retried, where that is another span than other handlers have."""


def route_to(handlers: Sequence[Handler], *, fetches_thin: bool = True) -> Route:
    """Return the route of events to those of the handlers that want them; thin ones are fetched first, and routed then.

    Where nothing is fetched, thin ones go to the handlers as they came.
    """

    def route(event: Event) -> Iterable[str]:
        if event.thin and fetches_thin:
            return (FETCH,)
        return tuple(handler.name for handler in handlers if handler.wants(event))

    return route


FETCH = "fetch"
"""The handler that fetches thin events whole (`fetch.py`)."""
