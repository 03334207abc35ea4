"""The receiver's HTTP server: uvicorn on one port, until it is stopped."""

from __future__ import annotations

import asyncio
import errno
import resource
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from stripe_billing_cli import http_server
from stripe_billing_cli.errors import BillingError
from stripe_billing_cli.listener import fast_http
from stripe_billing_cli.listener.webhook import IDLE_SECONDS, Limits, Webhook

MOST_CONNECTIONS = 8192
RESERVED_FILES = 64
"""Files that the process needs beside its connections."""
GRACE_SECONDS = 10
BACKLOG = 2048
LAST_PORT = 65_535


class BindError(BillingError):
    """The address cannot be had. `taken`: another program has the port; `admin`: it is for metrics and access."""

    def __init__(self, where: str, reason: str, *, port_in_use: bool = False, admin: bool = False) -> None:
        self.where = where
        self.cause = reason
        self.port_in_use = port_in_use
        super().__init__(
            "system", f"cannot listen on {where}: {reason}", _bind_hint(port_in_use=port_in_use, admin=admin)
        )


def _bind_hint(*, port_in_use: bool, admin: bool) -> str:
    if admin:
        return "name a free one for /metrics and /access with --admin HOST:PORT, or --admin off"
    if port_in_use:
        return (
            "choose another with --port; --port 0 takes a free one. If another `billing listen` has it, for events or "
            "for its --admin (the port after its --port), give them ports that are two apart"
        )
    return "choose another with --host and --port; --port 0 takes a free one"


class Server:
    """A server of one application on one address, and of one webhook beside it: `run()` until `stop()`. Raises
    `BindError`."""

    def __init__(
        self,
        application: ASGIApp,
        webhook: Webhook | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 4242,
        later_ports: int = 0,
        limits: Limits | None = None,
        on_start: Callable[[], None] = lambda: None,
        fast: bool | None = None,
    ) -> None:
        """Bind the address; of the `later_ports` after `port` the first free one, where that is taken.

        Where it is not `fast`, `application` has to have the webhook's route itself. Default: where it can be.
        """
        self._fast = fast_http.is_known() if fast is None else fast
        self._socket = _listen(host, port, later_ports)
        self._on_start = on_start
        self.limits = limits or Limits(_connections_possible())
        self._server = http_server.Server(
            uvicorn.Config(
                application,
                **fast_http.connection_options(self.limits, webhook, fast=self._fast),
                **http_server.QUIET,
                loop="auto",
                date_header=False,
                timeout_keep_alive=int(IDLE_SECONDS),
                timeout_graceful_shutdown=GRACE_SECONDS,
                backlog=BACKLOG,
            )
        )
        self.port: int = self._socket.getsockname()[1]
        self.url = http_server.url_of(host, self._socket)

    def run(self, on_ready: Callable[[str], None] = lambda url: None) -> None:
        """Serve until stopped, or until SIGINT or SIGTERM where this is the main thread; then finish what is begun."""
        factory = self._server.config.get_loop_factory()
        try:
            with asyncio.Runner(loop_factory=factory) as runner:
                runner.run(self._run(on_ready))
        finally:
            self._socket.close()

    def stop(self) -> None:
        self._server.stop()

    def close(self) -> None:
        """Give the address up, where it is not served after all."""
        self._socket.close()

    @property
    def connections(self) -> int:
        return len(self._server.server_state.connections)

    async def _run(self, on_ready: Callable[[str], None]) -> None:
        self._on_start()
        late = fast_http.cut_late_connections(self._server.server_state.connections, fast=self._fast)
        await self._server.serve_on(self._socket, lambda: on_ready(self.url), late)


def _connections_possible() -> int:
    """Return as many as the system lets this process open files for, up to a limit of our own."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    file_limit = MOST_CONNECTIONS + RESERVED_FILES
    if soft < file_limit:
        soft = file_limit if hard == resource.RLIM_INFINITY else min(file_limit, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(min(soft - RESERVED_FILES, MOST_CONNECTIONS), 16)


def _listen(host: str, port: int, later_ports: int = 0) -> socket.socket:
    """Return a socket that listens on the first of these ports that is free. Raises `BindError`."""
    last = min(port + later_ports, LAST_PORT)
    for candidate in range(port, last):
        try:
            return _bind(host, candidate)
        except BindError as error:
            if not error.port_in_use:
                raise
    return _bind(host, max(port, last))


def _bind(host: str, port: int) -> socket.socket:
    try:
        return http_server.listening_socket(host, port, BACKLOG)
    except (OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).rstrip(".")
        port_in_use = getattr(error, "errno", None) == errno.EADDRINUSE
        raise BindError(f"{host}, port {port}", reason.lower(), port_in_use=port_in_use) from error
