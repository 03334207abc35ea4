"""Many events, one commit: what arrives while a commit is under way goes into the next one together.

Events are gathered in the event loop and handed to the writer's thread a batch at a time, and so are the outcomes
handed back: each change of threads costs Python more than an event.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import Route, Store, StoreError

MOST_AT_ONCE = 256
"""Events in one transaction."""
WORTH_A_COMMIT = 32
LINGER_SECONDS = 0.002
"""A commit costs as much as ten events: fewer than are worth one wait this long for more to come."""

LATE_SECONDS = 8.0
"""The time that a commit may take until it counts as failed: senders do not wait for ever."""


class OverloadedError(Exception):
    """The error of more events waiting to be stored than the writer takes on, or of a store that does not answer."""


OnDurable = Callable[[bool], None]
"""Called with whether the event is durable; a second time where it became so late."""
Batch = tuple[list[Event], list[OnDurable]]


class BatchWriter:
    """A writer that stores events handed in in one event loop, and calls back, in the loop, when each is durable.

    In a thread of the writer's, `on_recorded` gets the events that were new, `on_trouble` why some could not be stored.
    `threads` batches may be under way at
    once; more than one thread pays only where a commit waits long, on a slow disk or a database far away.
    """

    def __init__(
        self,
        store: Store,
        route: Route,
        *,
        most_waiting: int = 2048,
        on_recorded: Callable[[Sequence[Event]], None] = lambda events: None,
        on_trouble: Callable[[StoreError], None] = lambda trouble: None,
        threads: int = 1,
        late_seconds: float = LATE_SECONDS,
    ) -> None:
        self._store = store
        self._route = route
        self._most_waiting = most_waiting
        self._on_recorded = on_recorded
        self._on_trouble = on_trouble
        self._waiting: Batch = ([], [])
        self._batches: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._free = threads
        self._threads = [
            threading.Thread(target=self._write, name=f"writer-{number}", daemon=True) for number in range(self._free)
        ]
        self._late_seconds = late_seconds
        self._deadlines: dict[int, asyncio.TimerHandle] = {}
        """Of each batch under way, by its identity."""
        self._late: set[int] = set()
        """The batches under way for too long, by their identity."""
        self.under_way = 0
        """Events that are being stored at this moment."""

    def start(self) -> None:
        """Start in the event loop that will hand in events."""
        self._loop = asyncio.get_running_loop()
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """Return whether all threads of the writer run."""
        return all(thread.is_alive() for thread in self._threads)

    @property
    def waiting(self) -> int:
        """Return the number of events that no thread has taken up yet."""
        return len(self._waiting[0])

    def store(self, event: Event, on_durable: OnDurable) -> None:
        """Have an event stored. Raises `OverloadedError`, and then nobody is called back."""
        events, callbacks = self._waiting
        if self._late or len(events) >= self._most_waiting:
            raise OverloadedError
        events.append(event)
        callbacks.append(on_durable)
        self._gather()

    def _gather(self) -> None:
        """Hand over what waits: at once where it is worth a commit, else in a moment, with what comes until then."""
        assert self._loop is not None
        count = len(self._waiting[0])
        if not count or not self._free:
            return
        if count >= WORTH_A_COMMIT:
            self._hand_over()
        elif self._timer is None:
            self._timer = self._loop.call_later(LINGER_SECONDS, self._hand_over)

    def close(self) -> None:
        """End, after the batches under way. What still waits was not answered, and comes again."""
        for _ in self._threads:
            self._batches.put(None)
        for thread in self._threads:
            thread.join()

    def _hand_over(self) -> None:
        """Give a thread what waits, now that all the requests which the loop had at hand are read."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        events, on_durable = self._waiting
        if not events or not self._free:
            return
        self._waiting = (events[MOST_AT_ONCE:], on_durable[MOST_AT_ONCE:])
        batch = (events[:MOST_AT_ONCE], on_durable[:MOST_AT_ONCE])
        self._free -= 1
        self.under_way += len(batch[0])
        self._batches.put(batch)
        assert self._loop is not None
        self._deadlines[id(batch)] = self._loop.call_later(self._late_seconds, self._give_up, batch)

    def _give_up(self, batch: Batch) -> None:
        """Wait no longer for a store that does not answer. What it stores after all is known when it comes again."""
        self._late.add(id(batch))
        callbacks = [*batch[1], *self._waiting[1]]
        self._waiting = ([], [])
        message = f"{self._store.display_name} has not stored an event for {self._late_seconds:g} s."
        self._on_trouble(StoreError(message, "check the database, and the disk that it is on", transient=True))
        for on_durable in callbacks:
            on_durable(False)

    def _write(self) -> None:
        assert self._loop is not None
        while (batch := self._batches.get()) is not None:
            events, _ = batch
            new = self._record(events)
            with suppress(RuntimeError):  # the loop has ended, and so have those who waited
                self._loop.call_soon_threadsafe(self._end, batch, new is not None)
            if new:
                self._tell([event for event in events if event.id in new])

    def _record(self, events: Sequence[Event]) -> frozenset[str] | None:
        """Return the ids that were new, once all are durable; None where they are not."""
        try:
            return self._store.events.record(events, self._route)
        except StoreError as trouble:
            self._on_trouble(trouble)
        except Exception as error:  # noqa: BLE001  # the outermost layer of a thread that all events need
            self._on_trouble(_mistake("Events could not be stored", error))
        return None

    def _tell(self, new: Sequence[Event]) -> None:
        try:
            self._on_recorded(new)
        except Exception as error:  # noqa: BLE001  # as above
            self._on_trouble(_mistake("Events are stored, but could not be told of", error))

    def _end(self, batch: Batch, durable: bool) -> None:
        _, callbacks = batch
        self._deadlines.pop(id(batch)).cancel()
        self._late.discard(id(batch))
        self._free += 1
        self.under_way -= len(callbacks)
        self._gather()
        for on_durable in callbacks:
            on_durable(durable)


def _mistake(activity: str, error: Exception) -> StoreError:
    return StoreError(f"{activity}: {type(error).__name__}", "this is a mistake in billing: report it")
