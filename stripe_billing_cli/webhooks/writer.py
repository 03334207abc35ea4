"""Many events, one commit: what arrives while a commit is under way goes into the next one together.

Events are gathered in the event loop and handed to the writer's thread a batch at a time, and so are the outcomes
handed back: each change of threads costs Python more than an event.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence

from stripe_billing_cli.webhooks.event import Event
from stripe_billing_cli.webhooks.store import Route, Store, StoreTrouble

MOST_AT_ONCE = 256
"""Events in one transaction."""


class Overloaded(Exception):
    """More events wait to be stored than the writer takes on."""


class Writer:
    """Stores events that the tasks of one event loop hand in; each is told when its own event is durable.

    `on_recorded` gets, in the writer's thread, the events that were new.
    """

    def __init__(
        self,
        store: Store,
        route: Route,
        *,
        most_waiting: int = 2048,
        on_recorded: Callable[[Sequence[Event]], None] = lambda events: None,
    ) -> None:
        self._store = store
        self._route = route
        self._most_waiting = most_waiting
        self._on_recorded = on_recorded
        self._waiting: list[Event] = []
        self._futures: list[asyncio.Future[bool]] = []
        self._batches: queue.SimpleQueue[Sequence[Event] | None] = queue.SimpleQueue()
        self._under_way: list[asyncio.Future[bool]] = []
        self._scheduled = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._write, name="writer", daemon=True)

    def start(self) -> None:
        """In the event loop that will hand in events."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def store(self, event: Event) -> asyncio.Future[bool]:
        """Whether the event was new, once it is durable. The future raises `StoreTrouble`; this, `Overloaded`."""
        if len(self._waiting) >= self._most_waiting:
            raise Overloaded
        assert self._loop is not None
        stored: asyncio.Future[bool] = self._loop.create_future()
        self._waiting.append(event)
        self._futures.append(stored)
        if not self._scheduled and not self._under_way:
            self._scheduled = True
            self._loop.call_soon(self._hand_over)
        return stored

    def close(self) -> None:
        """End, after the batch under way. What still waits was not answered, and comes again."""
        self._batches.put(None)
        self._thread.join()

    def _hand_over(self) -> None:
        """Give the thread what waits, now that all the requests which the loop had at hand are read."""
        self._scheduled = False
        self._under_way, self._futures = self._futures[:MOST_AT_ONCE], self._futures[MOST_AT_ONCE:]
        batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
        if batch:
            self._batches.put(batch)

    def _write(self) -> None:
        assert self._loop is not None
        while (batch := self._batches.get()) is not None:
            try:
                new = self._store.events.record(batch, self._route)
            except StoreTrouble as trouble:
                self._loop.call_soon_threadsafe(self._failed, trouble)
                continue
            self._loop.call_soon_threadsafe(self._stored, batch, new)
            if new:
                self._on_recorded([event for event in batch if event.id in new])

    def _stored(self, batch: Sequence[Event], new: frozenset[str]) -> None:
        done = self._under_way
        self._hand_over()
        for event, stored in zip(batch, done, strict=True):
            if not stored.done():
                stored.set_result(event.id in new)

    def _failed(self, trouble: StoreTrouble) -> None:
        done = self._under_way
        self._hand_over()
        for stored in done:
            if not stored.done():
                stored.set_exception(trouble)
