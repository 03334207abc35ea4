"""uvicorn on a socket of the program's own: what the receiver and the local Stripe share as HTTP servers."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import uvicorn

QUIET: dict[str, Any] = {
    "lifespan": "off",
    "ws": "none",
    "log_config": None,
    "log_level": "critical",
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,
    "interface": "asgi3",
}
"""Settings of `uvicorn.Config` for a server that writes no log and says nothing of itself."""


class Server(uvicorn.Server):
    """A server of uvicorn's that leaves signals alone, so that an interrupted `serve` returns instead of raising."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.should_exit = True

    async def serve_on(
        self, listener: socket.socket, on_ready: Callable[[], None], coroutine: Coroutine[Any, Any, None]
    ) -> None:
        """Serve until stopped, or until SIGINT or SIGTERM where this is the main thread; `coroutine` runs meanwhile."""
        if threading.current_thread() is threading.main_thread():
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self.stop)
        server_task = asyncio.create_task(self.serve(sockets=[listener]))
        running_beside = asyncio.create_task(coroutine)
        while not self.started and not server_task.done():
            await asyncio.sleep(0.005)
        if self.started:
            on_ready()
        try:
            await server_task
        finally:
            running_beside.cancel()


def listening_socket(host: str, port: int, backlog: int) -> socket.socket:
    """Return a socket that listens on an address. Raises `OSError` and `OverflowError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY; without, each answer waits 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(backlog)
    except (OSError, OverflowError):
        listener.close()
        raise
    return listener


def url_of(host: str, listener: socket.socket) -> str:
    """Return the address at which a socket listens, for clients."""
    url_host = f"[{host}]" if ":" in host else host
    return f"http://{url_host}:{listener.getsockname()[1]}"
