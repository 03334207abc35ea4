"""A receiver in this process, and clients that speak HTTP to it well or badly."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.signatures import sign
from stripe_billing_cli.events.store import Route, Store
from stripe_billing_cli.events.store.events import no_route
from stripe_billing_cli.listener.application import application, metrics_route
from stripe_billing_cli.listener.batch_writer import BatchWriter
from stripe_billing_cli.listener.known_secrets import KnownSecrets
from stripe_billing_cli.listener.listener_metrics import ListenerMetrics
from stripe_billing_cli.listener.receiver import Receiver
from stripe_billing_cli.listener.server import Server
from stripe_billing_cli.listener.webhook import Limits, Webhook

SECRET = "whsec_test_of_the_receiver"


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> str:
    return sign(body, secret.encode(), int(time.time() if at is None else at))


def request(body: bytes, *headers: str, path: str = "/webhook", method: str = "POST") -> bytes:
    """Return the bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def delivery(body: bytes, secret: str = SECRET) -> bytes:
    """Return the bytes of a request that is signed."""
    return request(body, f"Stripe-Signature: {signed(body, secret)}")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Connection:
    """A connection, as raw as a test needs it."""

    socket: socket.socket

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def ask(self, data: bytes) -> Answer:
        self.send(data)
        return self.answer()

    def answer(self) -> Answer:
        """Return the next answer. Raises `ConnectionError` where there is none."""
        read = b""
        while b"\r\n\r\n" not in read:
            read += self._more()
        head, _, rest = read.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        while len(rest) < int(headers["content-length"]):
            rest += self._more()
        return Answer(int(status.split()[1]), headers, rest.decode())

    def closed(self) -> bool:
        """Return whether the other side closes it, within the socket's timeout."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionError:
            pass
        except TimeoutError:
            return False
        return True

    def _more(self) -> bytes:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("closed without an answer")
        return data


@dataclass
class Running:
    """A receiver that listens."""

    port: int
    webhook: Webhook
    server: Server
    writer: BatchWriter
    thread: threading.Thread

    @contextmanager
    def connected(self, timeout: float = 20) -> Iterator[Connection]:
        with socket.create_connection(("127.0.0.1", self.port), timeout) as connection:
            yield Connection(connection)

    def ask(self, data: bytes) -> Answer:
        with self.connected() as connection:
            return connection.ask(data)

    def deliver(self, body: bytes) -> int:
        return self.ask(delivery(body)).status


@contextmanager
def running_receiver(
    store: Store,
    *,
    secrets: Sequence[str] = (SECRET,),
    route: Route = no_route,
    limits: Limits | None = None,
    writer: BatchWriter | None = None,
    new_events: list[Event] | None = None,
    fast: bool = True,
) -> Iterator[Running]:
    """Until the block ends; it must end in good order."""
    writer = writer or BatchWriter(store, route, on_recorded=([] if new_events is None else new_events).extend)
    receiver = Receiver(writer, KnownSecrets(secrets, list, time.time))
    webhook = Webhook(receiver, "/webhook")
    metrics = metrics_route(store, webhook, ListenerMetrics(()))
    server = Server(
        application(store, webhook, more=[metrics]), webhook, port=0, limits=limits, on_start=writer.start, fast=fast
    )
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=(lambda url: ready.set(),), daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield Running(int(server.url.rsplit(":", 1)[1]), webhook, server, writer, thread)
    finally:
        server.stop()
        thread.join(20)
        assert not thread.is_alive()
        writer.close()
