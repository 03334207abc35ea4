"""The receiver's HTTP server: uvicorn on one port, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from stripe_billing_cli.webhooks import fast_http
from stripe_billing_cli.webhooks.webhook import IDLE_SECONDS, Limits, Webhook

MOST_CONNECTIONS = 8192
RESERVED_FILES = 64
"""Files that the process needs beside its connections."""
GRACE_SECONDS = 10


class BindError(Exception):
    """The address cannot be had; the message says why."""


class _Server(uvicorn.Server):
    """Leaves signals to `Server`, so that an interrupted one returns instead of raising."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Server:
    """One application on one address, and one webhook beside it: `run()` until `stop()`. Raises `BindError`."""

    def __init__(
        self,
        application: ASGIApp,
        webhook: Webhook | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 4242,
        limits: Limits | None = None,
        on_start: Callable[[], None] = lambda: None,
        fast: bool | None = None,
    ) -> None:
        """Where it is not `fast`, `application` has to have the webhook's route itself. Default: where it can be."""
        self._fast = fast_http.is_known() if fast is None else fast
        self._socket = _listening(host, port)
        self._on_start = on_start
        self.limits = limits or Limits(_connections_possible())
        self._server = _Server(
            uvicorn.Config(
                application,
                **fast_http.connection_options(self.limits, webhook, fast=self._fast),
                loop="auto",
                lifespan="off",
                ws="none",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                interface="asgi3",
                timeout_keep_alive=int(IDLE_SECONDS),
                timeout_graceful_shutdown=GRACE_SECONDS,
                backlog=2048,
            )
        )
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._socket.getsockname()[1]}"

    def run(self, on_ready: Callable[[str], None] = lambda url: None) -> None:
        """Serve until stopped, or until SIGINT or SIGTERM where this is the main thread; then finish what is begun."""
        factory = self._server.config.get_loop_factory()
        try:
            with asyncio.Runner(loop_factory=factory) as runner:
                runner.run(self._run(on_ready))
        finally:
            self._socket.close()

    def stop(self) -> None:
        self._server.should_exit = True

    @property
    def connections(self) -> int:
        return len(self._server.server_state.connections)

    async def _run(self, on_ready: Callable[[str], None]) -> None:
        loop = asyncio.get_running_loop()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self.stop)
        self._on_start()
        serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        watching = asyncio.create_task(
            fast_http.cut_late_connections(self._server.server_state.connections, fast=self._fast)
        )
        while not self._server.started and not serving.done():
            await asyncio.sleep(0.005)
        if self._server.started:
            on_ready(self.url)
        try:
            await serving
        finally:
            watching.cancel()


def _connections_possible() -> int:
    """As many as the system lets this process open files for, up to a limit of our own."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + RESERVED_FILES
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(min(soft - RESERVED_FILES, MOST_CONNECTIONS), 16)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY; without, each answer waits 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise BindError(f"{host}, port {port}: {reason.lower()}") from error
    listener.listen(2048)
    return listener
