"""Work that is due → the handler it is for: at least once each, in order per customer, customers side by side.

A worker is a thread that claims and a pool of threads that call handlers. It holds what it claimed by a lease that
it keeps renewing; when it dies, the lease runs out, and any other worker takes the work up.
"""

from __future__ import annotations

import queue
import random
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from stripe_billing_cli.webhooks.event import Event
from stripe_billing_cli.webhooks.handlers import Handler, HandlerFailed
from stripe_billing_cli.webhooks.store import Delivery, Store, StoreTrouble
from stripe_billing_cli.webhooks.store.status import Status
from stripe_billing_cli.webhooks.workplace import give_back_gone

Result = TypeVar("Result")

IDLE_SECONDS = 1.0
"""How long work that another program wrote down may wait to be noticed."""


@dataclass(frozen=True)
class Retries:
    """How often a handler is called for one event, and the pauses in between, in seconds."""

    attempts: int = 12
    first_pause: float = 2.0
    longest_pause: float = 3600.0

    def pause(self, attempts: int) -> float:
        """Seconds after so many attempts: doubling, with jitter, so that what failed together is not tried together."""
        longest: float = min(self.first_pause * 2.0 ** min(attempts - 1, 40), self.longest_pause)
        return longest * random.uniform(0.5, 1)


@dataclass(frozen=True)
class Outcome:
    """How a call of a handler ended: `done`, `failed` (it is called again in `retry_in` seconds) or `dead`."""

    event: Event
    delivery: Delivery
    status: Status
    said: str | None
    retry_in: float | None = None


@dataclass
class Worker:
    """Runs from `start` to `stop`. `on_outcome` is called from several threads; `on_trouble` tells of the store's."""

    store: Store
    handlers: Sequence[Handler]
    retries: Retries = field(default_factory=Retries)
    threads: int = 8
    lease_seconds: float = 60.0
    on_outcome: Callable[[Outcome], None] = lambda outcome: None
    on_trouble: Callable[[StoreTrouble], None] = lambda trouble: None
    name: str = field(default_factory=lambda: f"worker-{uuid.uuid4().hex[:12]}")

    def __post_init__(self) -> None:
        self._by_name = {handler.name: handler for handler in self.handlers}
        self._claimed: queue.SimpleQueue[tuple[Delivery, Event] | None] = queue.SimpleQueue()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._guard = threading.Lock()
        self._held: set[int] = set()
        """The deliveries, by `seq`, that handlers are called for or about to be."""
        self._unsure = False
        """Whether some may be claimed in this worker's name that it does not hold."""
        self._claimer = threading.Thread(target=self._claim_until_stopped, name="claimer", daemon=True)

    def start(self) -> None:
        if not self.handlers:
            return
        self._claimer.start()
        threading.Thread(target=self._keep_leases, name="leases", daemon=True).start()
        for number in range(self.threads):
            threading.Thread(target=self._call_handlers, name=f"handler-{number}", daemon=True).start()

    def wake(self) -> None:
        """There is new work."""
        self._wake.set()

    def stop(self, *, grace_seconds: float = 10.0) -> None:
        """Claim nothing more, wait for the handlers that run, then give the rest back."""
        self._stopping.set()
        self._wake.set()
        if not self.handlers:
            return
        self._claimer.join()
        deadline = time.monotonic() + grace_seconds
        while self.busy and (left := deadline - time.monotonic()) > 0:
            self._wake.clear()
            if self.busy:
                self._wake.wait(left)
        for _ in range(self.threads):
            self._claimed.put(None)
        if self.busy or self._unsure:
            self._tried(lambda: self.store.work.give_back(self.name))

    @property
    def claiming(self) -> bool:
        """Whether it still takes up what is due."""
        return self._claimer.is_alive()

    @property
    def busy(self) -> int:
        """How many handlers run at this moment."""
        return len(self._holding())

    def _holding(self) -> list[int]:
        with self._guard:
            return list(self._held)

    def _claim_until_stopped(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            self._give_back_strays()
            free = self.threads - self.busy
            claimed = self._tried(partial(self._claim, free)) if free else []
            if claimed is None:
                self._unsure = True
            for delivery, event in claimed or ():
                with self._guard:
                    self._held.add(delivery.seq)
                self._claimed.put((delivery, event))
            if not claimed or len(claimed) == free:
                self._wake.wait(self._until_next() if claimed == [] and free else IDLE_SECONDS)

    def _claim(self, free: int) -> list[tuple[Delivery, Event]]:
        deliveries = self.store.work.claim(self.name, self._by_name, limit=free, lease_seconds=self.lease_seconds)
        events = self.store.events.load([delivery.event for delivery in deliveries])
        return [(delivery, events[delivery.event]) for delivery in deliveries]

    def _give_back_strays(self) -> None:
        """What is claimed in this worker's name without its knowing, since the store's answer to the claim was lost.

        Here, between two claims, what is running and not held is not just about to be held.
        """
        if self._unsure:
            self._unsure = False
            if self._tried(lambda: self.store.work.give_back(self.name, but=self._holding())) is None:
                self._unsure = True

    def _until_next(self) -> float:
        """Seconds until the next delivery is due, if that is soon. What is due already waits for its lane."""
        due = self._tried(lambda: self.store.work.next_due(self._by_name))
        ahead = 0.0 if due is None else due - self.store.clock()
        return min(ahead, IDLE_SECONDS) if ahead > 0 else IDLE_SECONDS

    def _keep_leases(self) -> None:
        while not self._stopping.wait(self.lease_seconds / 4):
            if held := self._holding():
                self._tried(partial(self.store.work.renew, self.name, held, lease_seconds=self.lease_seconds))
            if self._tried(self._give_back_lost):
                self._wake.set()

    def _give_back_lost(self) -> int:
        """What others had claimed and will not finish."""
        return self.store.work.give_back_expired() + give_back_gone(self.store)

    def _call_handlers(self) -> None:
        while (one := self._claimed.get()) is not None:
            delivery, event = one
            settled = False
            try:
                outcome = self._called(delivery, event)
                settled = self._settled(outcome)
                if settled:
                    self.on_outcome(outcome)
            finally:
                with self._guard:
                    self._held.discard(delivery.seq)
                if not settled:
                    self._unsure = True
                self._wake.set()

    def _called(self, delivery: Delivery, event: Event) -> Outcome:
        if delivery.attempts > self.retries.attempts:
            return Outcome(event, delivery, "dead", "each attempt ended with the worker that made it")
        if event.payload is None:
            return Outcome(event, delivery, "dead", "its payload was purged")
        try:
            return Outcome(event, delivery, "done", self._by_name[delivery.handler].handle(event, delivery))
        except HandlerFailed as failure:
            return self._failed(event, delivery, str(failure), final=failure.final)
        except Exception as error:  # noqa: BLE001  # the outermost layer of a thread: one handler's mistake is its own
            return self._failed(event, delivery, _described(error), final=False)

    def _failed(self, event: Event, delivery: Delivery, error: str, *, final: bool) -> Outcome:
        if final or delivery.attempts >= self.retries.attempts:
            return Outcome(event, delivery, "dead", error)
        return Outcome(event, delivery, "failed", error, self.retries.pause(delivery.attempts))

    def _settled(self, outcome: Outcome) -> bool:
        """Write the outcome down, waiting for the database if need be. False where the lease was lost meanwhile."""
        attempt = 0
        while True:
            try:
                return self._write(outcome)
            except StoreTrouble as trouble:
                self.on_trouble(trouble)
                attempt += 1
                if not trouble.passing or attempt > 30 or self._stopping.wait(min(0.1 * 2**attempt, 5)):
                    return False

    def _write(self, outcome: Outcome) -> bool:
        work = self.store.work
        match outcome.status:
            case "done":
                return work.finish(outcome.delivery, outcome.said)
            case "dead":
                return work.bury(outcome.delivery, outcome.said or "")
        return work.retry_later(outcome.delivery, outcome.said or "", seconds=outcome.retry_in or 0)

    def _tried(self, act: Callable[[], Result]) -> Result | None:
        """What the store answered; None where it is in trouble, which is told: whoever calls comes again."""
        try:
            return act()
        except StoreTrouble as trouble:
            self.on_trouble(trouble)
            return None


def _described(error: Exception) -> str:
    from stripe_billing_cli.stripe_api.errors import without_secrets

    return without_secrets(f"{type(error).__name__}: {error}")[:500]
