"""The scheduler of access that ends at a moment, without an event of Stripe's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from stripe_billing_cli.events.access_events import check_event
from stripe_billing_cli.events.store import Route, Store, StoreError

LONGEST_SLEEP = 5.0
"""Seconds after which an end that another program has written down is seen at the latest."""


@dataclass
class ExpiryScheduler:
    """A scheduler that has access decided again when it is due to end, by an event of this program's own
    (`access.check`).

    So the decision is made by the handler that makes all others, and in turn with them. Each end is checked once: the
    time of a customer on a test clock may not be there yet, and is then noticed by the clock's own event.
    """

    store: Store
    route: Route
    livemode: bool
    wake: Callable[[], None] = lambda: None
    on_trouble: Callable[[StoreError], None] = lambda trouble: None
    _stopping: bool = False
    _reschedule: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="time-passing", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def reschedule(self) -> None:
        """Look again for the next end: access has changed, and may end sooner than was known."""
        self._reschedule.set()

    def stop(self) -> None:
        self._stopping = True
        self._reschedule.set()

    def check(self) -> int:
        """Write down the checks that are due. Return how many are new."""
        now = self.store.clock()
        events = [check_event(customer, until, now, self.livemode) for customer, until in self._find_ended(now)]
        stored_ids = self.store.events.stored_ids([event.id for event in events])
        new = self.store.events.record([event for event in events if event.id not in stored_ids], self.route)
        if new:
            self.wake()
        return len(new)

    def _find_ended(self, now: float) -> list[tuple[str, int]]:
        return self.store.access.list_ending(until=now)

    def _run(self) -> None:
        while not self._stopping:
            self._reschedule.clear()
            try:
                self.check()
                pause = self._until_next()
            except StoreError as trouble:
                self.on_trouble(trouble)
                pause = LONGEST_SLEEP
            self._reschedule.wait(pause)

    def _until_next(self) -> float:
        now = self.store.clock()
        end = self.store.access.next_end(after=now)
        return LONGEST_SLEEP if end is None else min(end - now, LONGEST_SLEEP)
