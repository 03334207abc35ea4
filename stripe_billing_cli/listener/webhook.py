"""The webhook, whatever server it is on: who takes what is posted, how much may come, what is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from stripe_billing_cli.listener.metrics import Histogram

REQUEST_SECONDS = 15.0
"""From the connection, or the first byte of a request, to its last one."""
IDLE_SECONDS = 75.0
"""From an answer to the next request."""
LONGEST_HEADER = 64 << 10
MOST_HEADERS = 128
LONGEST_BODY = 1 << 20
LONGEST_DRAIN = 8 << 20
"""What is too long is read to its end up to here, so that its sender reads the answer; beyond, the line is cut."""
MOST_HELD = 64 << 20
"""Bytes of bodies in memory at once; what comes on top is asked to come again."""

PHRASES = {
    200: ("OK", "", ""),
    400: ("Bad Request", "", "Not a signed event.\n"),
    405: ("Method Not Allowed", "allow: POST\r\n", "POST events here.\n"),
    413: ("Content Too Large", "", "Too large.\n"),
    503: ("Service Unavailable", "retry-after: 1\r\n", "Come again.\n"),
}
"""Each status that is answered, with what it is called, headers of its own, and the text."""


class Taker(Protocol):
    """The taker of whole bodies. `answer` is called once, with a status, sooner or later, in the event loop."""

    def take(self, body: bytes, signature: bytes | None, answer: Callable[[int], None]) -> None: ...


class Webhook:
    """The state that the connections to one webhook share. `path` is as it is written in a request."""

    def __init__(self, taker: Taker, path: str) -> None:
        self.taker = taker
        self.path = path
        self.raw_path = path.encode()
        self.bytes_in_memory = 0
        """Bytes of bodies that are in memory."""
        self.answers = dict.fromkeys(PHRASES, 0)
        """How many requests had which answer."""
        self.seconds = Histogram("billing_webhook_request_duration_seconds", "From a request's headers to its answer.")
        self.going_on = {status: _head(status, "") for status in PHRASES}
        self.last = {status: _head(status, "connection: close\r\n") for status in PHRASES}
        """The heads of the answers, those after which a connection goes on and those that are its last ones."""


def _head(status: int, more: str) -> bytes:
    phrase, own_headers, text = PHRASES[status]
    of_text = f"content-length: {len(text)}\r\n" + ("content-type: text/plain; charset=utf-8\r\n" if text else "")
    return f"HTTP/1.1 {status} {phrase}\r\n{of_text}{own_headers}{more}\r\n".encode()


@dataclass
class Limits:
    """The limits of a listener: how many connections, how long a request may take to arrive, and the next one to begin,
    in seconds."""

    connections: int
    request_seconds: float = REQUEST_SECONDS
    idle_seconds: float = IDLE_SECONDS
