"""Limits of HTTP connections: slow, silent, endless or too many ones are cut.

uvicorn times out only what is idle after an answer. Here a request has to be whole in time, neither header nor body nor
trailers may go on for ever, and where there are too many connections the one that has waited longest makes room. The
clock is looked at once a second for all of them, so that a request pays nothing for it.

A request that did not wait for the answer to the one before is not taken: the connection ends with that answer, and
whoever pipelined has to send it again, as HTTP has it (https://www.rfc-editor.org/rfc/rfc9112#section-9.3.2). Stripe
pipelines nothing, and who does could make us hold any number of requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from stripe_billing_cli.listener.webhook import LONGEST_HEADER, MOST_HEADERS, Limits

LONGEST_REQUEST = 9 << 20
"""Bytes with the body and what frames it."""
TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
HEADER_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class _Unread(list[tuple[bytes, bytes]]):
    """Takes the fields that come after a body in chunks."""

    def append(self, field: tuple[bytes, bytes]) -> None: ...


UNREAD = _Unread()


class GuardedProtocol(HttpToolsProtocol):
    """A connection within limits. `limits` is set on a subclass by `guarded`."""

    limits: Limits
    waiting_since: float | None = None
    """When the request, or the wait for the first one, began; None between its last byte and the next request."""
    idle_since: float | None = None
    """When the last answer was given; None where uvicorn has a timer for that, or a request has begun."""
    request_bytes = 0
    in_header = True
    deaf = False
    """Whether what else is sent is no longer listened to."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.waiting_since = self.loop.time()
        if len(self.connections) > self.limits.connections:
            make_room(self.connections, self)

    def data_received(self, data: bytes) -> None:
        cycle = self.cycle
        if self.waiting_since is None and cycle is not None and not cycle.response_complete:
            self.turn_deaf()
        if self.deaf:
            return
        if self.request_bytes > (LONGEST_HEADER if self.in_header else LONGEST_REQUEST):
            self._refuse(HEADER_TOO_LARGE)
            return
        self.request_bytes += len(data)
        super().data_received(data)
        if len(self.headers) > MOST_HEADERS:
            self._refuse_headers()

    def turn_deaf(self) -> None:
        """Take no more requests: the connection ends with the answer under way."""
        self.deaf = True
        self.waiting_since = None
        self.cycle.keep_alive = False

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.note_begin()

    def note_begin(self) -> None:
        """Note that the first byte of a request is here."""
        self.idle_since = None
        if self.waiting_since is None:
            self.waiting_since = self.loop.time()

    def on_headers_complete(self) -> None:
        if self.busy:
            self.turn_deaf()
        if self.deaf:
            return
        if len(self.headers) > MOST_HEADERS:
            self._refuse_headers()
            return
        self.in_header = False
        self.take()
        self.headers = UNREAD
        if self.parser.should_upgrade():  # to what we do not speak; the body, if there is one, is no next request
            self.cycle.keep_alive = False

    def take(self) -> None:
        """Begin with the request whose headers are here."""
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self.deaf:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self.deaf:
            self.note_arrival()
            super().on_message_complete()

    def note_arrival(self) -> None:
        """Note that a request is here to its last byte."""
        self.waiting_since = None
        self.in_header = True
        self.request_bytes = 0

    @property
    def busy(self) -> bool:
        """Return whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def cut_if_late(self, now: float) -> None:
        if self.waiting_since is not None and now - self.waiting_since > self.limits.request_seconds:
            self._refuse(TIMED_OUT)
        elif self.idle_since is not None and now - self.idle_since > self.limits.idle_seconds:
            self.transport.close()

    def _refuse_headers(self) -> None:
        """Refuse a request with too many headers: each costs many times its bytes in memory."""
        self.headers = UNREAD
        self.deaf = True
        self._refuse(HEADER_TOO_LARGE)

    def _refuse(self, answer: bytes) -> None:
        """Say why, where nothing was said yet, and close."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(answer)
        self.transport.close()


def make_room(connections: Iterable[Any], newest: GuardedProtocol) -> None:
    """Close the connection that has done nothing for longest; where all are at work, the newest one."""
    idle = [
        connection
        for connection in connections
        if isinstance(connection, GuardedProtocol) and connection is not newest and not connection.busy
    ]
    victim = min(idle, key=lambda one: one.waiting_since or 0.0, default=newest)
    victim.transport.abort()


def guarded_protocol(limits: Limits) -> type[GuardedProtocol]:
    """Return the protocol with these limits, as uvicorn takes it: a class."""
    return type("GuardedProtocol", (GuardedProtocol,), {"limits": limits})


async def watch(connections: Iterable[Any], interval: float = 1.0) -> None:
    """Cut late connections, for ever."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(interval)
        now = loop.time()
        for connection in tuple(connections):
            if isinstance(connection, GuardedProtocol):
                connection.cut_if_late(now)
