"""A server that receives webhooks as a test tells it to, for the tests of what sends them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from typing import Any

import stripe


@dataclass(frozen=True)
class Received:
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def verified(self, secret: str) -> Any:
        """Return the event, by the SDK's own check of the signature."""
        stripe.WebhookSignature.verify_header(
            self.body.decode(), self.headers["Stripe-Signature"], secret, tolerance=None
        )
        return self.json


@dataclass
class Receiver:
    """`answers` are the statuses of the next requests, 200 after them; `holding` keeps every answer back."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    arrived: Queue[Received] = field(default_factory=Queue)
    holding: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def next(self, patience: float = 10) -> Received:
        """Return the next request; the test fails if none comes in time."""
        return self.arrived.get(timeout=patience)

    def all(self) -> list[Received]:
        """Everything that arrived so far."""
        posts = []
        while True:
            try:
                posts.append(self.arrived.get_nowait())
            except Empty:
                return posts


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.answers.pop(0) if receiver.answers else 200
            receiver.arrived.put(Received(self.path, dict(self.headers), body))
            if receiver.holding.is_set():
                receiver.released.wait(20)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{receiver.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Silence."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                """The sender gave up waiting."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

    server = Server(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
