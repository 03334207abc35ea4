"""Plan → Stripe. The only writer of what a catalog owns.

Operations that do not depend on each other run side by side, those that Stripe limits together in a pool of their own.
A failed operation takes with it only what needs it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal

from stripe_billing_cli.catalog.entries import Reference
from stripe_billing_cli.catalog.plan import Change, Delete, KeepSecret, Operation, Plan, resolve
from stripe_billing_cli.catalog.writes import WriteResult, write
from stripe_billing_cli.errors import WRONG, BillingError
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import (
    AuthenticationError,
    LocalStripeFileError,
    NetworkError,
    NotStripeError,
    StripeCallError,
)
from stripe_billing_cli.stripe_api.pacing import operation_of
from stripe_billing_cli.stripe_api.threads import next_of

Status = Literal["done", "failed", "skipped"]
AT_ONCE = 25
"""Calls of one kind at once: 25 a second, answered in a second each, need that many."""
LOST_ENOUGH = 3
"""So many calls without a connection, each after its retries, and the network is taken to be down."""


class UnkeptSecretError(BillingError):
    """A plan makes an object whose secret Stripe shows once, and nothing is there to store the secret."""

    def __init__(self, changes: Sequence[Change]) -> None:
        names = ", ".join(f"{change.kind.name} {change.key}" for change in changes)
        super().__init__(
            "usage",
            f"{names}: Stripe shows the secret of a new one once, and nothing says where to store it",
            "give --secret-file FILE, which you alone will be able to read; nothing was changed",
            WRONG,
        )


@dataclass(frozen=True)
class Result:
    """The result of one change. `id` is the object's id now; `error` is the failure of its first failed call.

    `has_begun`: some of its calls were done before it was skipped or failed. `address` is where people reach an object
    that was made with an address of Stripe's.
    """

    status: Status
    id: str | None
    error: StripeCallError | None = None
    has_begun: bool = False
    address: str | None = None


@dataclass(frozen=True)
class Outcome:
    """The result of each change of a plan, in the plan's order."""

    results: tuple[Result, ...]
    interrupted: bool = False

    def count(self, status: Status) -> int:
        return sum(result.status == status for result in self.results)

    @property
    def complete(self) -> bool:
        return all(result.status == "done" for result in self.results)


@dataclass
class Execution:
    """The state of a running apply. Only the thread that runs the apply touches it."""

    plan: Plan
    unmet_needs: dict[Operation, int] = field(default_factory=dict)
    """For each operation, the number of those that it needs and that have not succeeded yet."""
    unlocks: dict[Operation, list[Operation]] = field(default_factory=dict)
    """For each operation, those that need it."""
    status: dict[Operation, Status] = field(default_factory=dict)
    errors: dict[Operation, StripeCallError] = field(default_factory=dict)
    ids: dict[Reference, str] = field(default_factory=dict)
    """The ids of the objects that exist by now."""
    results: dict[Operation, WriteResult] = field(default_factory=dict)
    """The objects that operations made."""

    def __post_init__(self) -> None:
        self.ids = dict(self.plan.ids)
        for operation in self.plan.operations():
            self.unmet_needs[operation] = len(operation.needs)
            for need in operation.needs:
                self.unlocks.setdefault(need, []).append(operation)

    def note_success(self, operation: Operation, result: WriteResult) -> list[Operation]:
        """Note a success; return the operations that may go now."""
        self.status[operation] = "done"
        if operation.makes:
            self.ids[operation.makes] = result.id
            self.results[operation] = result
        ready = []
        for dependent in self.unlocks.get(operation, []):
            self.unmet_needs[dependent] -= 1
            if self.unmet_needs[dependent] == 0 and dependent not in self.status:
                ready.append(dependent)
        return ready

    def note_failure(self, operation: Operation, error: StripeCallError) -> None:
        self.status[operation] = "failed"
        self.errors[operation] = error
        self._skip(operation)

    @property
    def hopeless(self) -> bool:
        """Return whether the failures so far say that no other call can succeed either."""
        lost_connections = sum(isinstance(error, NetworkError) for error in self.errors.values())
        everywhere = AuthenticationError, LocalStripeFileError, NotStripeError
        return lost_connections >= LOST_ENOUGH or any(isinstance(error, everywhere) for error in self.errors.values())

    def _skip(self, operation: Operation) -> None:
        for later in self.unlocks.get(operation, []):
            if later not in self.status:
                self.status[later] = "skipped"
                self._skip(later)

    def outcome(self, was_interrupted: bool) -> Outcome:
        return Outcome(tuple(self._result(change) for change in self.plan.changes), was_interrupted)

    def _result(self, change: Change) -> Result:
        states = [self.status.get(operation, "skipped") for operation in change.operations]
        has_begun = "done" in states
        result = next((self.results[operation] for operation in change.operations if operation in self.results), None)
        object_id, address = (result.id, result.address) if result else (change.id, None)
        failed_operation = next((operation for operation in change.operations if operation in self.errors), None)
        if failed_operation is not None:
            return Result("failed", object_id, self.errors[failed_operation], has_begun, address)
        if "skipped" in states:
            return Result("skipped", object_id, self._cause(change.operations), has_begun, address)
        return Result("done", object_id, address=address)

    def _cause(self, operations: list[Operation]) -> StripeCallError | None:
        """Return the failure that skipped these operations, if one did."""
        stack = [need for operation in operations for need in operation.needs]
        visited_operations: set[Operation] = set()
        while stack:
            need = stack.pop()
            if need in self.errors:
                return self.errors[need]
            stack += [earlier for earlier in need.needs if earlier not in visited_operations]
            visited_operations.update(need.needs)
        return None


def carry_out(
    api: StripeApi,
    plan: Plan,
    *,
    progress: Callable[[Operation], None] = lambda operation: None,
    interrupt: threading.Event | None = None,
    keep_secret: KeepSecret | None = None,
) -> Outcome:
    """Do what the plan says, and return what became of each change. Failures are in the outcome, not raised.

    `keep_secret` stores secrets of new objects, called from several threads; where the plan has such objects and
    nothing stores secrets, `UnkeptSecretError` is raised before the first write.

    Once `interrupt` is set, the calls in flight end and no more are started; a failure that every other call would
    share has the same effect. `progress` is called after each operation that succeeded.
    """
    if keep_secret is None and (unkept := plan.with_secrets()):
        raise UnkeptSecretError(unkept)
    interrupt = interrupt or threading.Event()
    hopeless = threading.Event()
    execution = Execution(plan)
    completions: queue.SimpleQueue[tuple[Operation, Future[WriteResult | None]]] = queue.SimpleQueue()
    pools = _thread_pools(plan)
    in_flight = 0
    patient = True

    def start(operation: Operation) -> None:
        nonlocal in_flight
        in_flight += 1
        params = resolve(operation.params, execution.ids)
        pool = pools[_limited_with(operation)]
        future = pool.submit(_unless_stopped, (interrupt, hopeless), api, plan.account, operation, params, keep_secret)
        future.add_done_callback(lambda call: completions.put((operation, call)))

    try:
        for operation in plan.operations():
            if not operation.needs:
                start(operation)
        while in_flight:
            operation, future = next_of(completions)
            in_flight -= 1
            error = future.exception()
            if error is None and (result := future.result()):
                for ready in execution.note_success(operation, result):
                    start(ready)
                progress(operation)
            elif isinstance(error, StripeCallError):
                execution.note_failure(operation, error)
                if execution.hopeless:
                    hopeless.set()
            elif error is not None:
                hopeless.set()
                raise error
    except KeyboardInterrupt:
        patient = False  # an answer may be a minute away
        raise
    finally:
        for pool in pools.values():
            pool.shutdown(wait=patient, cancel_futures=True)
    return execution.outcome(interrupt.is_set())


def _thread_pools(plan: Plan) -> dict[str, ThreadPoolExecutor]:
    """Return a pool of threads for each group of calls that Stripe limits together."""
    names = {_limited_with(operation) for operation in plan.operations()}
    return {name: ThreadPoolExecutor(AT_ONCE, thread_name_prefix=name) for name in names}


def _limited_with(operation: Operation) -> str:
    """Return the name under which Stripe limits the calls of an operation together."""
    return operation_of("delete" if isinstance(operation, Delete) else "post", operation.path)


def _unless_stopped(
    stops: Iterable[threading.Event],
    api: StripeApi,
    account: str | None,
    operation: Operation,
    params: Mapping[str, Any],
    keep_secret: KeepSecret | None,
) -> WriteResult | None:
    """Return the result of a write, or None if the apply was stopped before the call was sent."""
    if any(stop.is_set() for stop in stops):
        return None
    return write(api, account, operation, params, keep_secret)
