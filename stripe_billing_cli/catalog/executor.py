"""Plan → Stripe. The only writer of products and prices.

Calls that do not depend on each other run side by side, each operation in a lane of its own, because Stripe limits
each operation by itself. A failed call takes with it only what needs it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from stripe_billing_cli.catalog.plan import Call, Operation, Plan
from stripe_billing_cli.catalog.writes import write
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import (
    KeyRefused,
    LocalStripeTrouble,
    NoConnection,
    NotStripe,
    StripeFailure,
)

Status = Literal["done", "failed", "skipped"]
AT_ONCE = 25
"""Calls of one operation at once: 25 a second, answered in a second each, need that many."""
LOST_ENOUGH = 3
"""So many calls without a connection, each after its retries, and the network is taken to be down."""
OPERATIONS: tuple[Operation, ...] = ("create_product", "update_product", "create_price", "update_price")


@dataclass(frozen=True)
class Result:
    """What became of one change. `id` is the object's id now; `error` is the failure of its first failed call.

    `begun`: some of its calls were done before it was skipped or failed.
    """

    status: Status
    id: str | None
    error: StripeFailure | None = None
    begun: bool = False


@dataclass(frozen=True)
class Outcome:
    """Per change of the plan, in its order, what became of it."""

    results: tuple[Result, ...]
    interrupted: bool = False

    def count(self, status: Status) -> int:
        return sum(result.status == status for result in self.results)

    @property
    def complete(self) -> bool:
        return all(result.status == "done" for result in self.results)


@dataclass
class Execution:
    """Where a running apply stands. Only the thread that runs the apply touches it."""

    plan: Plan
    waiting_for: dict[int, int] = field(default_factory=dict)
    unlocks: dict[int, list[int]] = field(default_factory=dict)
    status: dict[int, Status] = field(default_factory=dict)
    errors: dict[int, StripeFailure] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    """Price path → id, of the prices that exist by now."""
    new_ids: dict[int, str] = field(default_factory=dict)
    """Change → the id that one of its calls gave."""

    def __post_init__(self) -> None:
        self.made = dict(self.plan.managed_ids)
        for call in self.plan.calls:
            self.waiting_for[call.number] = len(call.needs)
            for needed in call.needs:
                self.unlocks.setdefault(needed, []).append(call.number)

    def done(self, call: Call, object_id: str) -> list[Call]:
        """Note a success; the calls that may go now."""
        self.status[call.number] = "done"
        if call.makes:
            self.made[call.makes] = object_id
        if call.operation == "create_price" or (call.makes and call.target != self._id_of(call)):
            self.new_ids[call.change] = object_id
        ready = []
        for number in self.unlocks.get(call.number, []):
            self.waiting_for[number] -= 1
            if self.waiting_for[number] == 0 and number not in self.status:
                ready.append(self.plan.calls[number])
        return ready

    def failed(self, call: Call, error: StripeFailure) -> None:
        self.status[call.number] = "failed"
        self.errors[call.number] = error
        self._skip(call.number)

    @property
    def hopeless(self) -> bool:
        """Whether the failures so far say that no other call can succeed either."""
        lost = sum(isinstance(error, NoConnection) for error in self.errors.values())
        everywhere = KeyRefused, LocalStripeTrouble, NotStripe
        return lost >= LOST_ENOUGH or any(isinstance(error, everywhere) for error in self.errors.values())

    def _skip(self, number: int) -> None:
        for later in self.unlocks.get(number, []):
            if later not in self.status:
                self.status[later] = "skipped"
                self._skip(later)

    def _id_of(self, call: Call) -> str | None:
        return self.plan.changes[call.change].id

    def outcome(self, interrupted: bool) -> Outcome:
        by_change: dict[int, list[Call]] = {}
        for call in self.plan.calls:
            by_change.setdefault(call.change, []).append(call)
        return Outcome(
            tuple(
                self._result(number, change.id, by_change.get(number, []))
                for number, change in enumerate(self.plan.changes)
            ),
            interrupted,
        )

    def _result(self, change: int, object_id: str | None, calls: list[Call]) -> Result:
        states = [self.status.get(call.number, "skipped") for call in calls]
        begun = "done" in states
        created = (call for call in calls if call.operation == "create_product" and call.number in self.status)
        product = next((call.target for call in created if self.status[call.number] == "done"), None)
        now = self.new_ids.get(change, object_id) or product
        failed = next((call.number for call in calls if call.number in self.errors), None)
        if failed is not None:
            return Result("failed", now, self.errors[failed], begun)
        if "skipped" in states:
            return Result("skipped", now, self._cause(calls), begun)
        return Result("done", now)

    def _cause(self, calls: list[Call]) -> StripeFailure | None:
        """The failure that skipped these calls, if one did."""
        pending = [needed for call in calls for needed in call.needs]
        while pending:
            number = pending.pop()
            if number in self.errors:
                return self.errors[number]
            pending += self.plan.calls[number].needs
        return None


def carry_out(
    api: StripeApi,
    plan: Plan,
    *,
    progress: Callable[[Call], None] = lambda call: None,
    interrupt: threading.Event | None = None,
) -> Outcome:
    """Do what the plan says, and say what became of each change. Failures are in the outcome, not raised.

    Once `interrupt` is set, the calls in flight end and no more are started; a failure that every other call would
    share has the same effect. `progress` is called after each call that succeeded.
    """
    interrupt = interrupt or threading.Event()
    hopeless = threading.Event()
    execution = Execution(plan)
    ended: queue.SimpleQueue[tuple[Call, Future[str]]] = queue.SimpleQueue()
    lanes = {name: ThreadPoolExecutor(AT_ONCE, thread_name_prefix=name) for name in OPERATIONS}
    in_flight = 0
    patient = True

    def start(call: Call) -> None:
        nonlocal in_flight
        in_flight += 1
        default_price = execution.made[call.default_price_of] if call.default_price_of else None
        future = lanes[call.operation].submit(_unless_stopped, (interrupt, hopeless), api, plan, call, default_price)
        future.add_done_callback(lambda finished: ended.put((call, finished)))

    try:
        for call in plan.calls:
            if not call.needs:
                start(call)
        while in_flight:
            call, future = ended.get()
            in_flight -= 1
            error = future.exception()
            if error is None and future.result():
                for ready in execution.done(call, future.result()):
                    start(ready)
                progress(call)
            elif isinstance(error, StripeFailure):
                execution.failed(call, error)
                if execution.hopeless:
                    hopeless.set()
            elif error is not None:
                hopeless.set()
                raise error
    except KeyboardInterrupt:
        patient = False  # an answer may be a minute away
        raise
    finally:
        for lane in lanes.values():
            lane.shutdown(wait=patient, cancel_futures=True)
    return execution.outcome(interrupt.is_set())


def _unless_stopped(
    stops: Iterable[threading.Event], api: StripeApi, plan: Plan, call: Call, default_price: str | None
) -> str:
    """The id of the object written, or nothing if the apply was stopped before this call left."""
    if any(stop.is_set() for stop in stops):
        return ""
    return write(api, plan, call, default_price)
