"""`billing listen` as a whole: events come in by webhook and from the Events API, and what is to be done is done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.routing import BaseRoute

from stripe_billing_cli.access.route import access_route
from stripe_billing_cli.events.event import Event, Source
from stripe_billing_cli.events.fetch import fetch_handler
from stripe_billing_cli.events.handlers import Handler
from stripe_billing_cli.events.periodic_task import PeriodicTask
from stripe_billing_cli.events.retention import forget_old
from stripe_billing_cli.events.source import READ, CatchUp
from stripe_billing_cli.events.store import Store, StoreError
from stripe_billing_cli.events.worker import Outcome
from stripe_billing_cli.listener.application import application, metrics_route
from stripe_billing_cli.listener.batch_writer import BatchWriter
from stripe_billing_cli.listener.dispatcher import Dispatcher
from stripe_billing_cli.listener.hooks import Failure, ListenerHooks
from stripe_billing_cli.listener.known_secrets import KnownSecrets
from stripe_billing_cli.listener.listener_metrics import ListenerMetrics
from stripe_billing_cli.listener.metrics import family
from stripe_billing_cli.listener.options import LATER_PORTS, AdminAddress, ListenerOptions
from stripe_billing_cli.listener.receiver import Receiver
from stripe_billing_cli.listener.server import BindError, Server
from stripe_billing_cli.listener.webhook import Webhook
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.errors import StripeCallError

POLL_SECONDS = 2.0
CATCH_UP_SECONDS = 300.0
"""How often the Events API is read for what was not delivered, where events are delivered."""
LONGEST_WAIT = 60.0
"""How long Stripe is left alone at most after it could not be read."""
WATCH_EVERY_SECONDS = 5.0
"""How often the listener's threads are looked after."""
RETENTION_EVERY_SECONDS = 3600.0


@dataclass(frozen=True)
class ListenerAddresses:
    """The URLs at which a listener is reached."""

    url: str
    """Where events are posted to; where nothing is delivered, the server."""
    admin: str | None
    preferred_admin_port: int | None
    """The port that metrics were to have, where it was taken and they have another one."""


@dataclass
class Listener:
    """Runs until stopped.

    `api` is None where Stripe is asked nothing, `secrets` where nothing is delivered.

    Raises `BindError`, `StoreError`.
    """

    store: Store
    api: StripeApi | None
    secrets: KnownSecrets | None
    options: ListenerOptions = field(default_factory=ListenerOptions)
    hooks: ListenerHooks = field(default_factory=ListenerHooks)

    def __post_init__(self) -> None:
        self.dispatcher = self._dispatcher()
        handlers = [handler.name for worker in self.dispatcher.workers for handler in worker.handlers]
        self._metrics = ListenerMetrics(handlers)
        self._writer = BatchWriter(
            self.store, self.dispatcher.route, on_recorded=self._new, on_trouble=self._store_failure
        )
        self.dispatcher.busy = lambda: self._writer.waiting > 0
        webhook = None if self.secrets is None else self._webhook(self.secrets)
        self._server = Server(
            application(self.store, webhook, more=self._old_access_route(), find_ended=self.ended_parts),
            webhook,
            host=self.options.address.host,
            port=self.options.address.port,
            on_start=self._writer.start,
        )
        self._admin = None if self.options.admin is None else self._admin_server(self.options.admin, webhook)
        self._reader_task = None if self.api is None else self._reader(self.api)
        self._retention_task = PeriodicTask("retention", self._forget)
        self._watch_task = PeriodicTask("watch", self._watch)
        self._failures = 0
        self._caught_up = False

    def _dispatcher(self) -> Dispatcher:
        options = self.options
        return Dispatcher(
            self.store,
            self.api,
            options.rules,
            options.actions,
            options.forward_secret,
            self._fetch_handlers(),
            options.retries,
            on_outcome=self._outcome,
            on_trouble=self._store_failure,
            on_failure=self._failure,
            exec_env=options.exec_env,
            reconcile_seconds=options.reconcile_seconds,
        )

    def _fetch_handlers(self) -> list[Handler]:
        if self.api is None:
            return []
        return [fetch_handler(self.api, self.store, lambda event: self.dispatcher.route(event))]

    def _webhook(self, secrets: KnownSecrets) -> Webhook:
        receiver = Receiver(self._writer, secrets, on_unsigned=self.hooks.signature_mismatch, on_too_old=self._too_old)
        return Webhook(receiver, self.options.address.path)

    def _admin_server(self, address: AdminAddress, webhook: Webhook | None) -> Server:
        routes = [metrics_route(self.store, webhook, self._metrics, [self._connections])]
        if self.options.access_token is not None:
            routes.append(access_route(self.store, self.options.access_token))
        app = application(self.store, more=routes, find_ended=self.ended_parts)
        later = 0 if address.exact else LATER_PORTS
        try:
            return Server(app, host=address.host, port=address.port, later_ports=later)
        except BindError as error:
            self._server.close()
            raise BindError(error.where, error.cause, port_in_use=error.port_in_use, admin=True) from error

    def _old_access_route(self) -> list[BaseRoute]:
        if self.options.access_token is None:
            return []
        return [access_route(self.store, self.options.access_token, on_old_address=self.hooks.old_access)]

    @property
    def addresses(self) -> ListenerAddresses:
        """Return the addresses at which this listener is reached."""
        option = None if self.options.admin is None else self.options.admin.port
        has_moved = self._admin is not None and option not in (0, self._admin.port)
        return ListenerAddresses(
            self._server.url + (self.options.address.path if self.secrets is not None else ""),
            None if self._admin is None else self._admin.url,
            option if has_moved else None,
        )

    def run(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Serve until stopped, or until SIGINT or SIGTERM; then finish what is begun."""
        self.dispatcher.start()
        if counts := self.dispatcher.left_over():
            self.hooks.left_over(counts)
        if self._reader_task is not None:
            if self.store.settings.get(READ) is None and not self.store.access.customers():
                self.hooks.first_start()
            self._reader_task.start()
        self._retention_task.start()
        admin = None if self._admin is None else threading.Thread(target=self._admin.run, name="admin", daemon=True)
        if admin is not None:
            admin.start()
        try:
            self._server.run(lambda url: self._start_watching(on_ready))
        finally:
            with _on_another_signal(self.dispatcher.hurry):
                self._finish(admin)

    def _finish(self, admin: threading.Thread | None) -> None:
        """End what runs beside the server, the calls of handlers last."""
        self._watch_task.stop()
        if self._admin is not None and admin is not None:
            self._admin.stop()
            admin.join()
        if self._reader_task is not None:
            self._reader_task.stop()
        self._retention_task.stop()
        self._writer.close()
        self._stop_dispatcher()

    def _start_watching(self, on_ready: Callable[[], None]) -> None:
        self._watch_task.start()
        on_ready()

    def _stop_dispatcher(self) -> None:
        grace = self.dispatcher.longest_call if self.options.grace_seconds is None else self.options.grace_seconds
        if calls := self.dispatcher.running_calls():
            self.hooks.shutdown(calls, grace)
        self.dispatcher.stop(grace_seconds=grace)

    def stop(self) -> None:
        """Stop listening; may be called in any thread."""
        self._server.stop()

    def ended_parts(self) -> list[str]:
        """Return the names of threads beside the server that have ended: none, unless there is a mistake in billing."""
        parts = {
            "writer": self._writer.alive,
            "retention": self._retention_task.alive,
            "events-api": self._reader_task is None or self._reader_task.alive,
            **self.dispatcher.alive(),
        }
        return [name for name, alive in parts.items() if not alive]

    def _watch(self) -> float:
        for name in self.ended_parts():
            self.hooks.part_ended(name)
        return WATCH_EVERY_SECONDS

    def _new(self, events: Sequence[Event]) -> None:
        """Note that these events are new in the store."""
        self._metrics.count_recorded(events)
        self.hooks.new_events(events)
        self.dispatcher.wake()

    def _outcome(self, outcome: Outcome) -> None:
        self._metrics.count_outcome(outcome)
        self.hooks.outcome(outcome)

    def _too_old(self, event_id: str | None, age: float) -> None:
        self._metrics.too_old.add()
        self.hooks.too_old(event_id, age)

    def _failure(self, failure: Failure) -> None:
        if isinstance(failure, StoreError):
            self._store_failure(failure)
            return
        self._metrics.stripe_errors.add()
        self.hooks.failure(failure)

    def _store_failure(self, trouble: StoreError) -> None:
        self._metrics.store_errors.add()
        self.hooks.failure(trouble)

    def _reader(self, api: StripeApi) -> PeriodicTask:
        def read() -> float:
            return self._read(catch_up)

        reader = PeriodicTask("events-api", read)
        catch_up = CatchUp(api, self.store, self.dispatcher.route, self._new, lambda: reader.stopping)
        return reader

    def _read(self, catch_up: CatchUp) -> float:
        source: Source = "poll" if self.options.poll and self._caught_up else "backfill"
        try:
            new = catch_up.read_on(source)
        except (StripeCallError, StoreError) as trouble:
            self._failures += 1
            self._failure(trouble)
            return min(POLL_SECONDS * 2.0**self._failures, LONGEST_WAIT)
        self._failures = 0
        self._metrics.caught_up_at = self.store.clock()
        if not self._caught_up:
            self._caught_up = True
            self.hooks.caught_up(new)
        return POLL_SECONDS if self.options.poll else CATCH_UP_SECONDS

    def _forget(self) -> float:
        if self.options.retention is not None:
            try:
                forget_old(self.store, self.options.retention)
            except StoreError as trouble:
                self._store_failure(trouble)
        return RETENTION_EVERY_SECONDS

    def _connections(self) -> Iterator[str]:
        return family("billing_connections", "Open connections.", "gauge", {(): self._server.connections})


@contextmanager
def _on_another_signal(hurry: Callable[[], None]) -> Iterator[None]:
    """Make a SIGINT or SIGTERM that comes while the first one is being followed a call of `hurry`."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda *_: hurry())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
