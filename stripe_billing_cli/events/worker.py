"""Work that is due → the handler it is for: at least once each, in order per customer, customers side by side.

A worker is a dispatcher, a thread that has turns at the store (`store/turn.py`), and threads that call handlers
(`call_pool.py`). In one turn it writes down the calls that ended and claims what comes next, some of it ahead, so that
calls wait for no transaction; a customer's next call begins only after the turn that wrote the end of the last one.
It holds what it claimed by a lease that it keeps renewing; when it dies, the lease runs out, and any other worker
takes the work up.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from stripe_billing_cli.events.call_pool import CallPool
from stripe_billing_cli.events.current_event import current_event
from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.handlers import Handler, HandlerError
from stripe_billing_cli.events.retries import Retries
from stripe_billing_cli.events.store import Delivery, End, Status, Store, StoreError, TurnResult
from stripe_billing_cli.events.worker_identity import release_expired

Result = TypeVar("Result")
Job = tuple[Delivery, Event | None]

IDLE_SECONDS = 1.0
"""How long work that another program wrote down may wait to be noticed.

Measured on PostgreSQL from the moment it is written to the begin of the call: 480 ms in the median, where NOTIFY takes
1 ms. What this process receives wakes its workers by itself (27 ms from the post, storing it included), which NOTIFY
would not make quicker; and commits that notify queue behind one lock of the server.
"""
GATHER_SECONDS = 0.025
"""How long ends wait for more to be written down together, while the threads have enough to do."""
GIVE_WAY_SECONDS = 0.02
"""How far turns are apart while events wait to be stored, so that most of the time is left to receiving."""
AHEAD = 4
"""How many deliveries are claimed for each thread for quick calls, those being called among them."""
MOST_AHEAD = 16
"""How many are claimed for each thread where turns take so long that the threads run out of work meanwhile."""
SLOW_AFTER = 0.5
"""Seconds after which a call counts as slow (`call_pool.py`)."""
CUT_OFF_SECONDS = 2.0
"""How long what was cut off may take to end."""
GONE = "its event is not in the store any more"
LONGEST_PAUSE = 5.0
"""Seconds between two tries at most, while the store is out of order."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a handler's call: `done`, `failed` (it is called again in `retry_in` seconds) or `dead`."""

    event: Event
    delivery: Delivery
    status: Status
    text: str | None
    retry_in: float | None = None
    seconds: float = 0.0
    """How long the call took."""

    @property
    def end(self) -> End:
        """Return the end of the call as the store writes it down."""
        is_done = self.status == "done"
        return End(
            self.delivery.seq,
            self.delivery.attempts,
            self.status,
            outcome=self.text if is_done else None,
            error=None if is_done else self.text or "",
            retry_in=self.retry_in,
        )


@dataclass
class Worker:
    """Runs from `start` to `stop`. `on_outcome` is called when an outcome is in the store, from one thread at a time.

    `threads` calls run at once, and up to `slow` long-running ones besides. `on_trouble` tells of the store's.
    `cut_off` ends what handlers have begun outside of this process, when stopping has waited long enough for it.
    """

    store: Store
    handlers: Sequence[Handler]
    retries: Retries = field(default_factory=Retries)
    threads: int = 8
    slow: int = 64
    lease_seconds: float = 60.0
    on_outcome: Callable[[Outcome], None] = lambda outcome: None
    on_trouble: Callable[[StoreError], None] = lambda trouble: None
    cut_off: Callable[[], None] = lambda: None
    give_way: Callable[[], bool] = lambda: False
    """Whether something else needs the processor first: turns are a little apart then."""
    name: str = field(default_factory=lambda: f"worker-{uuid.uuid4().hex[:12]}")

    def __post_init__(self) -> None:
        self._by_name = {handler.name: handler for handler in self.handlers}
        self._pool: CallPool[Job] = CallPool(self._call, quick=self.threads, slow=self.slow, slow_after=SLOW_AFTER)
        self._wake = threading.Event()
        self._hungry = threading.Event()
        self._stopping = threading.Event()
        self._hurried = threading.Event()
        self._stopped = threading.Event()
        self._guard = threading.Lock()
        self._ended: list[Outcome] = []
        self._leased_seqs: set[int] = set()
        """The deliveries, by `seq`, that are claimed and whose end is not in the store."""
        self._unsure = False
        """Whether some may be claimed in this worker's name that it does not hold."""
        self._ahead = AHEAD
        self._failures = 0
        self._dispatcher = threading.Thread(target=self._dispatch, name="dispatcher", daemon=True)
        self._lease_keeper = threading.Thread(target=self._keep_leases, name="leases", daemon=True)

    def start(self) -> None:
        if not self.handlers:
            return
        self._try_store(self.store.keep_time)
        self._try_store(lambda: self.store.work.release_waiting(self._by_name))
        self._pool.start()
        self._dispatcher.start()
        self._lease_keeper.start()

    def wake(self) -> None:
        """Say that there is new work."""
        self._wake.set()

    def stop(self, *, grace_seconds: float = 10.0) -> None:
        """Claim nothing more, give back what no call has begun for, and wait for the calls that run.

        What runs longer is cut off: that attempt counts, as one that failed.
        """
        self._stopping.set()
        self._wake.set()
        self._hungry.set()
        if not self.handlers:
            return
        if not self._wait_for_calls(grace_seconds, hurry=self._hurried):
            self.cut_off()
            self._wait_for_calls(CUT_OFF_SECONDS)
        self._stopped.wait(CUT_OFF_SECONDS)
        for delivery, event in self._pool.running_jobs():
            self._note(self._cut_off_outcome(delivery, event or _stand_in(delivery), grace_seconds))
        self._try_store(self._write_last_ends)
        self._pool.close()
        self._stopped.set()
        if self._unsure:
            self._try_store(lambda: self.store.work.release(self.name))

    def hurry(self) -> None:
        """Cut off what runs, where stopping waits for it; may be called in any thread, and by a signal."""
        self._hurried.set()

    def _wait_for_calls(self, seconds: float, *, hurry: threading.Event | None = None) -> bool:
        """Return whether all calls have ended in time, or before somebody was in a hurry."""
        deadline = time.monotonic() + seconds
        while (
            self._pool.running_jobs()
            and not (hurry and hurry.is_set())
            and (seconds_left := deadline - time.monotonic()) > 0
        ):
            self._stopped.wait(min(seconds_left, 0.02))
        return not self._pool.running_jobs()

    @property
    def claiming(self) -> bool:
        """Return whether the worker still takes up what is due."""
        return self.alive and not self._stopping.is_set()

    @property
    def alive(self) -> bool:
        """Return whether the worker works, or was never to work."""
        return not self.handlers or (self._dispatcher.is_alive() and self._lease_keeper.is_alive())

    @property
    def busy(self) -> int:
        """Return how many handlers run at this moment."""
        return len(self._pool.running_jobs())

    def running_handlers(self) -> list[str]:
        """Return the handlers that run at this moment, by name, once for each call."""
        return [delivery.handler for delivery, _ in self._pool.running_jobs()]

    # The dispatcher

    def _dispatch(self) -> None:
        while not self._is_finished():
            self._wake.clear()
            try:
                pause = self._turn()
            except Exception as error:  # noqa: BLE001  # the outermost layer of a thread that all handlers need
                self.on_trouble(StoreError(_describe(error), "this is a mistake in billing: report it"))
                pause = self._failed_turn()
            self._wake.wait(pause)
            self._gather()
            if self.give_way():
                self._stopping.wait(GIVE_WAY_SECONDS)
        self._stopped.set()

    def _is_finished(self) -> bool:
        if self._stopped.is_set():
            return True
        return self._stopping.is_set() and not (self._pool.running_jobs() or self._ended or self._pool.unbegun)

    def _gather(self) -> None:
        """Let further calls end, to be written down together, where that keeps no thread from working."""
        if not self._stopping.is_set() and self._pool.unbegun > self.threads // 2:
            self._hungry.clear()
            if self._pool.unbegun > self.threads // 2:
                self._hungry.wait(GATHER_SECONDS)

    def _turn(self) -> float:
        """Write down what ended, claim what is due; the seconds to wait for more to do."""
        if self._stopping.is_set():
            self._release_unbegun()
        self._release_strays()
        becomes_slow = self._pool.make_room()
        room = 0 if self._stopping.is_set() else self.threads * self._ahead - self._pool.quick
        ends = self._take_ended()
        if not ends and room <= 0:
            return IDLE_SECONDS if becomes_slow is None else becomes_slow
        try:
            result = self._turn_store(ends, room)
        except StoreError as trouble:
            self.on_trouble(trouble)
            self._put_back(ends)
            self._unsure = True
            return self._failed_turn()
        self._failures = 0
        self._ahead = self._next_ahead(len(result.claims) >= room > 0)
        self._take_up(result, ends)
        pause = self._until_next(result.at) if not result.claims and room > 0 else IDLE_SECONDS
        return min(pause, SLOW_AFTER if self._pool.unbegun else pause, pause if becomes_slow is None else becomes_slow)

    def _turn_store(self, ends: Sequence[Outcome], room: int) -> TurnResult:
        return self.store.work.turn(
            self.name,
            [outcome.end for outcome in ends],
            self._by_name,
            limit=room,
            lease_seconds=self.lease_seconds,
        )

    def _next_ahead(self, more: bool) -> int:
        """Return how much to claim ahead next time, after a turn that may have left more to claim, and may have taken
        long."""
        if self._pool.unbegun == 0:
            return min(self._ahead * 2, MOST_AHEAD) if more else self._ahead
        return max(self._ahead // 2, AHEAD) if self._pool.unbegun > self.threads * self._ahead // 2 else self._ahead

    def _take_up(self, result: TurnResult, ends: Sequence[Outcome]) -> None:
        with self._guard:
            self._leased_seqs.difference_update(outcome.delivery.seq for outcome in ends)
            self._leased_seqs.update(delivery.seq for delivery, _ in result.claims)
        for job in result.claims:
            self._pool.put(job)
        for outcome in ends:
            if outcome.delivery.seq in result.ended:
                self.on_outcome(outcome)

    def _failed_turn(self) -> float:
        self._failures += 1
        self._stopping.wait(min(0.1 * 2.0**self._failures, LONGEST_PAUSE))
        return 0.1 if self._stopping.is_set() else 0.0

    def _until_next(self, looked_at: float) -> float:
        """Return the seconds until the next delivery is due, if soon. What was due before waits for its queue."""
        due = self._try_store(lambda: self.store.work.next_due(self._by_name, after=looked_at))
        return IDLE_SECONDS if due is None else min(max(due - self.store.clock(), 0.0), IDLE_SECONDS)

    # What is claimed

    def _leases(self) -> list[int]:
        with self._guard:
            return list(self._leased_seqs)

    def _release_strays(self) -> None:
        """Give back what is claimed in this worker's name without its knowing: the answer to the claim was lost."""
        if self._unsure:
            self._unsure = False
            if self._try_store(lambda: self.store.work.release(self.name, but=self._leases())) is None:
                self._unsure = True

    def _release_unbegun(self) -> None:
        """Give back, uncounted, what was claimed ahead and is not called any more."""
        unbegun = {delivery.seq for delivery, _ in self._pool.take_back()}
        if unbegun:
            with self._guard:
                self._leased_seqs -= unbegun
            self._unsure = True

    def _keep_leases(self) -> None:
        while not self._stopped.wait(self.lease_seconds / 4):
            if self._try_store(self.store.keep_time):
                self._wake.set()
            if seqs := self._leases():
                self._try_store(partial(self.store.work.renew, self.name, seqs, lease_seconds=self.lease_seconds))
            if self._try_store(self._release_lost):
                self._wake.set()

    def _release_lost(self) -> int:
        """Give back what others had claimed and will not finish, and what waits behind nothing."""
        count = self.store.work.release_waiting(self._by_name) if self.store.shared else 0
        return count + release_expired(self.store)

    # Calls

    def _call(self, job: Job) -> None:
        delivery, event = job
        start = time.monotonic()
        current_event.set(delivery.event)
        outcome = self._call_handler(delivery, event or _stand_in(delivery), since=lambda: time.monotonic() - start)
        current_event.set(None)
        self._note(outcome)

    def _note(self, outcome: Outcome) -> None:
        """Note that a call ended, which the next turn writes down."""
        with self._guard:
            self._ended.append(outcome)
        self._wake.set()
        if self._pool.unbegun <= self.threads // 2:
            self._hungry.set()

    def _take_ended(self) -> list[Outcome]:
        with self._guard:
            outcomes, self._ended = self._ended, []
        return outcomes

    def _put_back(self, ends: Sequence[Outcome]) -> None:
        with self._guard:
            self._ended = [*ends, *self._ended]

    def _write_last_ends(self) -> None:
        ends = self._take_ended()
        self._take_up(self._turn_store(ends, 0), ends)

    def _call_handler(self, delivery: Delivery, event: Event, since: Callable[[], float]) -> Outcome:
        if event.payload is None:
            return Outcome(event, delivery, "dead", GONE if event.type == "" else "its payload was purged")
        handler = self._by_name[delivery.handler]
        retries = handler.retries or self.retries
        if retries.worn_out(delivery.attempts):
            return Outcome(event, delivery, "dead", "each attempt ended with the worker that made it")
        try:
            return Outcome(event, delivery, "done", handler.handle(event, delivery), seconds=since())
        except HandlerError as failure:
            return self._fail(event, delivery, str(failure), retries, since(), final=failure.final)
        except Exception as error:  # noqa: BLE001  # the outermost layer of a thread: one handler's mistake is its own
            return self._fail(event, delivery, _describe(error), retries, since())

    def _cut_off_outcome(self, delivery: Delivery, event: Event, grace_seconds: float) -> Outcome:
        wait_text = f"and it had not ended after {grace_seconds:g} s"
        if self._hurried.is_set():
            wait_text = "and nobody waited any longer"
        error = f"cut off: the listener stopped, {wait_text}"
        retries = self._by_name[delivery.handler].retries or self.retries
        return self._fail(event, delivery, error, retries, grace_seconds)

    def _fail(
        self, event: Event, delivery: Delivery, error: str, retries: Retries, seconds: float, *, final: bool = False
    ) -> Outcome:
        since_first = 0.0 if delivery.begun_at is None else self.store.clock() - delivery.begun_at
        pause = None if final else retries.next_pause(delivery.attempts, since_first)
        if pause is None:
            return Outcome(event, delivery, "dead", error, seconds=seconds)
        return Outcome(event, delivery, "failed", error, pause, seconds)

    def _try_store(self, act: Callable[[], Result]) -> Result | None:
        """Return the store's answer; None where it is in trouble, which is reported: whoever calls comes again."""
        try:
            return act()
        except StoreError as trouble:
            self.on_trouble(trouble)
            return None


def _stand_in(delivery: Delivery) -> Event:
    """Return a stand-in for the event of a delivery that the store does not have any more."""
    return Event(delivery.event, "", delivery.created, livemode=False, payload=None)


def _describe(error: Exception) -> str:
    from stripe_billing_cli.stripe_api.errors import without_secrets

    return without_secrets(f"{type(error).__name__}: {error}")[:500]
