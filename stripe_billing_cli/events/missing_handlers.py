"""Handlers that nobody calls: work waits for them in the store, and the listener that started last has others.

So it is after `--exec` was written in another way, since the command is what names the handler, or left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from stripe_billing_cli.events.store import Store

CALLED = "handlers"
"""The setting of the store in which a listener leaves the names of its handlers."""


def remember_called(store: Store, handlers: Collection[str]) -> None:
    """Keep the names of the handlers that a listener calls. Raises `StoreError`."""
    store.settings.put(CALLED, sorted(handlers))


def called_handlers(store: Store) -> frozenset[str] | None:
    """Return the handlers that the listener which started last calls; None where none ever was. Raises `StoreError`."""
    names = store.settings.get(CALLED)
    return None if names is None else frozenset(names)


def uncalled_handlers(store: Store) -> Mapping[str, int]:
    """Return how many deliveries wait for each handler that nobody calls. Raises `StoreError`."""
    handlers = called_handlers(store)
    return {} if handlers is None else waiting_for_others(store, handlers)


def waiting_for_others(store: Store, handlers: Collection[str]) -> dict[str, int]:
    """Return how many deliveries wait for handlers other than these, by handler. Raises `StoreError`."""
    counts: dict[str, int] = {}
    for (name, status), count in store.work.counts().items():
        if name not in handlers and status != "dead":
            counts[name] = counts.get(name, 0) + count
    return dict(sorted(counts.items()))


def uncalled_text(handler: str, count: int) -> str:
    """Return a sentence about what waits for a handler that nobody calls."""
    subject = "delivery waits" if count == 1 else "deliveries wait"
    return f"{count} {subject} for {handler}, which the listener started last does not call."


def uncalled_hint(handler: str) -> str:
    """Return the hint at what to do about deliveries to a handler that nobody calls."""
    return (
        f"`billing events move {handler} --to HANDLER` hands them to another handler, `billing events drop {handler}` "
        "lets go of them; they go on by themselves when a listener has it again, as it was written"
    )
