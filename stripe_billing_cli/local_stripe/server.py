"""The local Stripe over HTTP, for any Stripe SDK, Stripe's CLI and curl.

On top of the router: latency, rate limits and faults, so that speed and failure can be tried from outside.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import uvicorn

from stripe_billing_cli import http_server
from stripe_billing_cli.local_stripe.api import API
from stripe_billing_cli.local_stripe.application import Application, DroppableProtocol, Log
from stripe_billing_cli.local_stripe.core.errors import LocalStripeError
from stripe_billing_cli.local_stripe.core.faults import Faults
from stripe_billing_cli.local_stripe.core.limits import RateLimit
from stripe_billing_cli.local_stripe.core.router import Router
from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.local_stripe.core.webhooks.sender import DeliverySettings, Sender

TICK_SECONDS = 1.0
BACKLOG = 256


class LocalServer:
    """A server on one store: `run()` until `stop()`, which may be called from another thread.

    Raises `LocalStripeError` where the file or the port cannot be had.
    """

    def __init__(
        self,
        *,
        path: Path,
        host: str = "127.0.0.1",
        port: int = 0,
        latency_ms: int = 0,
        limits: RateLimit | None = None,
        faults: Faults | None = None,
        strict_version: bool = False,
        delivery_settings: DeliverySettings | None = None,
        log: Log | None = None,
        allowed_hosts: Collection[str] = (),
        resets: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.store = Store(path)
        try:
            self._socket = _listen(host, port)
        except LocalStripeError:
            self.store.close()
            raise
        self._router = Router(self.store, clock, API, strict_version=strict_version, stores_ahead=True)
        self._application = Application(
            self._router,
            latency_ms=latency_ms,
            limits=limits,
            faults=faults,
            log=log,
            allowed_hosts=allowed_hosts,
            resets=resets,
        )
        self.url = self._application.url = http_server.url_of(host, self._socket)
        self._sender = Sender(
            self.store,
            delivery_settings or DeliverySettings(),
            log=log,
            connected_accounts=self._router.connected_accounts,
            url=self.url,
        )
        self._server = http_server.Server(
            uvicorn.Config(
                self._application,
                http=DroppableProtocol,
                **http_server.QUIET,
                loop="asyncio",
                timeout_keep_alive=75,
                timeout_graceful_shutdown=1,
            )
        )

    def run(self, on_ready: Callable[[str], None] = lambda url: None) -> None:
        """Serve until stopped, or until SIGINT or SIGTERM where this is the main thread. Webhooks are sent, too."""
        sender_thread = threading.Thread(target=self._sender.run, name="webhooks", daemon=True)
        sender_thread.start()
        try:
            asyncio.run(self._server.serve_on(self._socket, lambda: on_ready(self.url), self._let_time_pass()))
        finally:
            self._sender.stop()
            sender_thread.join()
            self._application.close()
            self._socket.close()
            self._router.close()

    def stop(self) -> None:
        self._server.stop()

    async def _let_time_pass(self) -> None:
        """Let renewals and the like happen in their time, and not only at the next call: their webhooks are due."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            with contextlib.suppress(LocalStripeError):  # the next call tells of it
                await asyncio.to_thread(self._router.let_time_pass)


def _listen(host: str, port: int) -> socket.socket:
    try:
        return http_server.listening_socket(host, port, BACKLOG)
    except (OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).rstrip(".")
        raise LocalStripeError(
            f"the local Stripe cannot listen on {host}, port {port}: {reason.lower()}",
            "choose another with --port; --port 0 takes a free one",
        ) from error


@contextlib.contextmanager
def running(path: Path, **options: Any) -> Iterator[str]:
    """Run a server in a thread of this process, for tests: its URL, until the block ends."""
    server = LocalServer(path=path, **options)
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=(lambda url: ready.set(),), daemon=True)
    thread.start()
    if not ready.wait(60):
        raise RuntimeError("the local Stripe did not start")
    try:
        yield server.url
    finally:
        server.stop()
        thread.join(60)
