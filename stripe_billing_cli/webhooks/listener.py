"""`billing listen` as a whole: events come in by webhook and from the Events API, and what is to be done is done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.routing import BaseRoute

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import StripeFailure
from stripe_billing_cli.webhooks.access.route import access_route
from stripe_billing_cli.webhooks.access.rules import Rules
from stripe_billing_cli.webhooks.actions.spec import Action
from stripe_billing_cli.webhooks.application import application, metrics_route
from stripe_billing_cli.webhooks.batch_writer import BatchWriter
from stripe_billing_cli.webhooks.dispatcher import Dispatcher
from stripe_billing_cli.webhooks.event import Event, Source
from stripe_billing_cli.webhooks.fetch import fetch_handler
from stripe_billing_cli.webhooks.known_secrets import KnownSecrets
from stripe_billing_cli.webhooks.listener_metrics import ListenerMetrics
from stripe_billing_cli.webhooks.metrics import family
from stripe_billing_cli.webhooks.periodic_task import PeriodicTask
from stripe_billing_cli.webhooks.receiver import Receiver
from stripe_billing_cli.webhooks.retention import forget_old
from stripe_billing_cli.webhooks.retries import Retries
from stripe_billing_cli.webhooks.server import Server
from stripe_billing_cli.webhooks.source import CatchUp
from stripe_billing_cli.webhooks.store import Store, StoreError
from stripe_billing_cli.webhooks.webhook import Webhook
from stripe_billing_cli.webhooks.worker import Outcome

POLL_SECONDS = 2.0
CATCH_UP_SECONDS = 300.0
"""How often the Events API is read for what was not delivered, where events are delivered."""
LONGEST_WAIT = 60.0
"""How long Stripe is left alone at most after it could not be read."""
RETENTION_EVERY_SECONDS = 3600.0

Failure = StoreError | StripeFailure


@dataclass
class ListenerHooks:
    """Who is told what; called from several threads."""

    recorded: Callable[[Sequence[Event]], None] = lambda events: None
    outcome: Callable[[Outcome], None] = lambda outcome: None
    trouble: Callable[[Failure], None] = lambda trouble: None
    caught_up: Callable[[int], None] = lambda new: None
    """Once, when the events that were missed are there."""
    left_over: Callable[[Mapping[str, int]], None] = lambda left: None
    """Of deliveries that wait for handlers which are not called here, by handler."""
    stopping: Callable[[Mapping[str, int], float], None] = lambda running, seconds: None
    """Of calls that run still, by handler, and how long stopping waits for them."""
    old_access: Callable[[], None] = lambda: None
    """Of somebody who asks for access where events are posted to."""
    too_old: Callable[[float], None] = lambda age: None
    """Of a signed event that is too old to be taken, and its age in seconds."""


@dataclass
class Address:
    host: str = "127.0.0.1"
    port: int = 4242
    path: str = "/webhook"


@dataclass
class Listener:
    """Runs until stopped. `retention` is in seconds.

    `api` is None where Stripe is asked nothing, `secrets` where nothing is delivered.

    Raises `BindError`, `StoreError`.
    """

    store: Store
    api: StripeApi | None
    secrets: KnownSecrets | None
    poll: bool = False
    address: Address = field(default_factory=Address)
    rules: Rules = field(default_factory=Rules)
    actions: Sequence[Action] = ()
    forward_secret: str = field(default="", repr=False)
    retries: Retries = field(default_factory=Retries)
    retention: int | None = None
    grace_seconds: float | None = None
    """How long stopping waits for handlers that run; None: as long as the longest of them may take."""
    passed_on: Sequence[str] = ()
    """Variables of the environment that commands get besides the usual ones."""
    reconcile_seconds: float | None = None
    """How often all access is compared with Stripe; None: never."""
    hooks: ListenerHooks = field(default_factory=ListenerHooks)
    access_token: str | None = field(default=None, repr=False)
    """Who has it may ask who has access; None: nobody."""
    admin: Address | None = None
    """Where metrics and access are asked for; None: nowhere, and access where events are posted to."""

    def __post_init__(self) -> None:
        self.dispatcher = Dispatcher(
            self.store,
            self.api,
            self.rules,
            self.actions,
            self.forward_secret,
            []
            if self.api is None
            else [fetch_handler(self.api, self.store, lambda event: self.dispatcher.route(event))],
            self.retries,
            self._outcome,
            self._store_trouble,
            self._failure,
            self.passed_on,
            self.reconcile_seconds,
        )
        handlers = [handler.name for worker in self.dispatcher.workers for handler in worker.handlers]
        self._metrics = ListenerMetrics(handlers)
        self._writer = BatchWriter(
            self.store, self.dispatcher.route, on_recorded=self._new, on_trouble=self._store_trouble
        )
        self.dispatcher.busy = lambda: self._writer.waiting > 0
        webhook = None if self.secrets is None else self._webhook(self.secrets)
        self._server = Server(
            application(self.store, webhook, more=self._old_access_route(), ended=self.ended_parts),
            webhook,
            host=self.address.host,
            port=self.address.port,
            on_start=self._writer.start,
        )
        self._admin = None if self.admin is None else self._admin_server(self.admin, webhook)
        self._reader_task = None if self.api is None else self._reader(self.api)
        self._retention_task = PeriodicTask("retention", self._forget)
        self._failures = 0
        self._caught_up = False

    def _webhook(self, secrets: KnownSecrets) -> Webhook:
        receiver = Receiver(self._writer, secrets, on_too_old=self._too_old)
        return Webhook(receiver, self.address.path)

    def _admin_server(self, address: Address, webhook: Webhook | None) -> Server:
        routes = [metrics_route(self.store, webhook, self._metrics, [self._connections])]
        if self.access_token is not None:
            routes.append(access_route(self.store, self.access_token))
        asked = application(self.store, more=routes, ended=self.ended_parts)
        return Server(asked, host=address.host, port=address.port)

    def _old_access_route(self) -> list[BaseRoute]:
        if self.access_token is None:
            return []
        return [access_route(self.store, self.access_token, on_old_address=self.hooks.old_access)]

    @property
    def admin_url(self) -> str | None:
        return None if self._admin is None else self._admin.url

    @property
    def url(self) -> str:
        return self._server.url

    def run(self, on_ready: Callable[[str], None] = lambda url: None) -> None:
        """Serve until stopped, or until SIGINT or SIGTERM; then finish what is begun."""
        self.dispatcher.start()
        if left := self.dispatcher.left_over():
            self.hooks.left_over(left)
        if self._reader_task is not None:
            self._reader_task.start()
        self._retention_task.start()
        admin = None if self._admin is None else threading.Thread(target=self._admin.run, name="admin", daemon=True)
        if admin is not None:
            admin.start()
        try:
            self._server.run(on_ready)
        finally:
            if self._admin is not None and admin is not None:
                self._admin.stop()
                admin.join()
            if self._reader_task is not None:
                self._reader_task.stop()
            self._retention_task.stop()
            self._writer.close()
            self._stop_dispatcher()

    def _stop_dispatcher(self) -> None:
        grace = self.dispatcher.longest_call if self.grace_seconds is None else self.grace_seconds
        if running := self.dispatcher.running():
            self.hooks.stopping(running, grace)
        self.dispatcher.stop(grace_seconds=grace)

    def stop(self) -> None:
        """From any thread."""
        self._server.stop()

    def ended_parts(self) -> list[str]:
        """What runs beside the server and has ended, by name: nothing, unless there is a mistake in billing."""
        parts = {
            "writer": self._writer.alive,
            "retention": self._retention_task.alive,
            "events-api": self._reader_task is None or self._reader_task.alive,
            **self.dispatcher.alive(),
        }
        return [name for name, alive in parts.items() if not alive]

    def _new(self, events: Sequence[Event]) -> None:
        """These events are new in the store."""
        self._metrics.count_recorded(events)
        self.hooks.recorded(events)
        self.dispatcher.wake()

    def _outcome(self, outcome: Outcome) -> None:
        self._metrics.count_outcome(outcome)
        self.hooks.outcome(outcome)

    def _too_old(self, age: float) -> None:
        self._metrics.too_old.add()
        self.hooks.too_old(age)

    def _failure(self, failure: Failure) -> None:
        if isinstance(failure, StoreError):
            self._store_trouble(failure)
            return
        self._metrics.stripe_errors.add()
        self.hooks.trouble(failure)

    def _store_trouble(self, trouble: StoreError) -> None:
        self._metrics.store_errors.add()
        self.hooks.trouble(trouble)

    def _reader(self, api: StripeApi) -> PeriodicTask:
        def read() -> float:
            return self._read(catch_up)

        reader = PeriodicTask("events-api", read)
        catch_up = CatchUp(api, self.store, self.dispatcher.route, self._new, lambda: reader.stopping)
        return reader

    def _read(self, catch_up: CatchUp) -> float:
        source: Source = "poll" if self.poll and self._caught_up else "backfill"
        try:
            new = catch_up.read_on(source)
        except (StripeFailure, StoreError) as trouble:
            self._failures += 1
            self._failure(trouble)
            return min(POLL_SECONDS * 2.0**self._failures, LONGEST_WAIT)
        self._failures = 0
        self._metrics.caught_up_at = self.store.clock()
        if not self._caught_up:
            self._caught_up = True
            self.hooks.caught_up(new)
        return POLL_SECONDS if self.poll else CATCH_UP_SECONDS

    def _forget(self) -> float:
        if self.retention is not None:
            try:
                forget_old(self.store, self.retention)
            except StoreError as trouble:
                self._store_trouble(trouble)
        return RETENTION_EVERY_SECONDS

    def _connections(self) -> Iterator[str]:
        return family("billing_connections", "Open connections.", "gauge", {(): self._server.connections})
