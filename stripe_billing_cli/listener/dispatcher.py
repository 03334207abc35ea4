"""Everything that is done about stored events: access, the user's actions, and what is due by time alone."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from stripe_billing_cli.access.expiry_scheduler import ExpiryScheduler
from stripe_billing_cli.access.handler import access_handler
from stripe_billing_cli.access.periodic import PeriodicReconcile
from stripe_billing_cli.access.rules import Rules
from stripe_billing_cli.access.update import AccessKeeper
from stripe_billing_cli.events.actions.command import command_handler
from stripe_billing_cli.events.actions.forward import forward_handler
from stripe_billing_cli.events.actions.spawner import SpawnerPool
from stripe_billing_cli.events.actions.spec import Action, remember
from stripe_billing_cli.events.handlers import Handler, route_to
from stripe_billing_cli.events.missing_handlers import remember_called, waiting_for_others
from stripe_billing_cli.events.periodic_task import PeriodicTask
from stripe_billing_cli.events.retries import Retries
from stripe_billing_cli.events.store import Delivery, Route, Store, StoreError
from stripe_billing_cli.events.worker import Outcome, Worker
from stripe_billing_cli.events.worker_identity import release_dead_workers, worker_name
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import StripeCallError

ACCESS_THREADS = 4
ACTION_THREADS = 16
RECONCILE_AGAIN_SECONDS = 60.0
"""Seconds until access is compared again after that failed."""
LOST_WORK_SECONDS = 1.0
"""How often work is looked for whose listener on this machine has ended without finishing it."""
ACCESS_SECONDS = 30.0
"""How long deciding about access may take, where Stripe is slow."""


@dataclass
class Dispatcher:
    """Runs from `start` to `stop`. `route` is what events are to be recorded with; `more` are further handlers.

    Where `api` is None Stripe is asked nothing: actions are called, and there is no access. Access and each action
    have a worker of their own, so that a slow command holds up neither who may use what nor other actions.
    """

    store: Store
    api: StripeApi | None
    rules: Rules = field(default_factory=Rules)
    actions: Sequence[Action] = ()
    forward_secret: str = field(default="", repr=False)
    more: Sequence[Handler] = ()
    retries: Retries = field(default_factory=Retries)
    on_outcome: Callable[[Outcome], None] = lambda outcome: None
    on_trouble: Callable[[StoreError], None] = lambda trouble: None
    on_failure: Callable[[StoreError | StripeCallError], None] = lambda failure: None
    """Called with the reason why access could not be compared with Stripe, which is tried again."""
    exec_env: Sequence[str] = ()
    """Variables of the environment that commands get besides the usual ones."""
    reconcile_seconds: float | None = None
    """How often all access is compared with Stripe; None: never."""

    busy: Callable[[], bool] = lambda: False
    """Whether events wait to be stored, which goes first."""

    def __post_init__(self) -> None:
        self._spawner = SpawnerPool()
        action_handlers = [self._handler(action) for action in self.actions]
        own_handlers = self._own_handlers()
        self.route: Route = route_to([*own_handlers, *action_handlers, *self.more], fetches_thin=self.api is not None)
        runs_commands = any(action.kind == "exec" for action in self.actions)
        action_worker_name = partial(worker_name, self._spawner.start() if runs_commands else ())
        self.workers = [
            self._worker([*own_handlers, *self.more], ACCESS_THREADS, worker_name()),
            *(self._worker([handler], ACTION_THREADS, action_worker_name()) for handler in action_handlers),
        ]
        self.expiry_scheduler = None if self.api is None else self._expiry_scheduler(self.api)
        self.reconcile_task = None if self.api is None else self._reconcile_task(self.api)
        self._recovery = PeriodicTask("lost-work", self._recover_lost_work)

    def _reconcile_task(self, api: StripeApi) -> PeriodicTask | None:
        seconds = self.reconcile_seconds
        if seconds is None:
            return None
        reconcile = PeriodicReconcile(self._keeper(api), self.route, seconds, self.wake)

        def act() -> float:
            try:
                return reconcile.act()
            except (StripeCallError, StoreError) as trouble:
                self.on_failure(trouble)
                return min(RECONCILE_AGAIN_SECONDS, seconds)

        return PeriodicTask("reconcile", act)

    def _own_handlers(self) -> list[Handler]:
        """Return the program's own handlers of events, announcements of access among them."""
        if self.api is None:
            return []
        return [access_handler(self._keeper(self.api), self._also_done)]

    def _keeper(self, api: StripeApi) -> AccessKeeper:
        return AccessKeeper(api, self.store, self.rules, lambda event: self.route(event), self._access_changed)

    def _expiry_scheduler(self, api: StripeApi) -> ExpiryScheduler:
        return ExpiryScheduler(self.store, self.route, api.livemode, wake=self.wake, on_trouble=self.on_trouble)

    def start(self) -> None:
        """Start all workers and schedulers. Raises `StoreError`."""
        remember(self.store, self.actions)
        remember_called(self.store, self._called)
        for worker in self.workers:
            worker.start()
        self._recovery.start()
        if self.expiry_scheduler is not None:
            self.expiry_scheduler.start()
        if self.reconcile_task is not None:
            self.reconcile_task.start()

    def wake(self) -> None:
        """Have the workers look for new work."""
        for worker in self.workers:
            worker.wake()

    def _recover_lost_work(self) -> float:
        try:
            if release_dead_workers(self.store):
                self.wake()
        except StoreError:
            pass  # the workers report it, who use the store all the time
        return LOST_WORK_SECONDS

    def left_over(self) -> dict[str, int]:
        """Return how many deliveries wait for handlers that are not called here, as of another command line.

        Raises `StoreError`.
        """
        return waiting_for_others(self.store, self._called)

    @property
    def _called(self) -> set[str]:
        return {handler.name for worker in self.workers for handler in worker.handlers}

    def alive(self) -> dict[str, bool]:
        """Return whether each of the threads that work is, by what it is for."""
        workers = {f"worker of {worker.handlers[0].name}": worker.alive for worker in self.workers if worker.handlers}
        others = {
            "time-passing": self.expiry_scheduler,
            "reconcile": self.reconcile_task,
            "lost-work": self._recovery,
        }
        return {**workers, **{name: one.alive for name, one in others.items() if one is not None}}

    @property
    def longest_call(self) -> float:
        """Return how long a handler may take, in seconds."""
        return max([action.timeout for action in self.actions], default=ACCESS_SECONDS)

    def running_calls(self) -> dict[str, int]:
        """Return how many calls run at this moment, by handler."""
        return dict(Counter(name for worker in self.workers for name in worker.running_handlers()))

    def _also_done(self, deliveries: Sequence[Delivery]) -> None:
        events = self.store.events.load([delivery.event for delivery in deliveries])
        for delivery in deliveries:
            self.on_outcome(Outcome(events[delivery.event], delivery, "done", delivery.outcome))

    def _access_changed(self) -> None:
        self.wake()
        if self.expiry_scheduler is not None:
            self.expiry_scheduler.reschedule()

    def stop(self, *, grace_seconds: float = 10.0) -> None:
        """Finish what runs, and give the rest back."""
        if self.expiry_scheduler is not None:
            self.expiry_scheduler.stop()
        if self.reconcile_task is not None:
            self.reconcile_task.stop()
        self._recovery.stop()
        with ThreadPoolExecutor(len(self.workers)) as together:
            list(together.map(lambda worker: worker.stop(grace_seconds=grace_seconds), self.workers))
        self._spawner.close()

    def hurry(self) -> None:
        """Cut off the calls that `stop` waits for."""
        for worker in self.workers:
            worker.hurry()

    def _worker(self, handlers: Sequence[Handler], threads: int, name: str) -> Worker:
        return Worker(
            self.store,
            handlers,
            retries=self.retries,
            threads=threads,
            on_outcome=self.on_outcome,
            on_trouble=self.on_trouble,
            name=name,
            cut_off=self._spawner.kill_all,
            give_way=lambda: self.busy(),
        )

    def _handler(self, action: Action) -> Handler:
        if action.kind == "exec":
            return command_handler(action, self._spawner, self.exec_env)
        return forward_handler(action, self.forward_secret, time.time)
