"""Every event that got a 200 is there, once, and its handler ran: whatever is killed, cut or full meanwhile."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event as sqlalchemy_event

from stripe_billing_cli.events.event import parse
from stripe_billing_cli.events.store import Store, open_store
from tests.event_bodies import event_body
from tests.listener.receiver_process import READY_SECONDS, Receiver, listening, wait_until_handled
from tests.listener.receiving import delivery, running_receiver
from tests.postgres import PostgresServer


def body(number: int) -> bytes:
    """Return an event that access has nothing to do with, of one of twenty products."""
    about = {"id": f"prod_{number % 20}", "object": "product"}
    return event_body(f"evt_{number}", type="product.updated", created=1_700_000_000 + number, data={"object": about})


@dataclass
class Load:
    """Clients that send different events until they are stopped, to each of the ports in turn; who got a 200."""

    ports: list[int]
    clients: int = 3
    acknowledged: set[int] = field(default_factory=set)
    sent: int = 0

    def __post_init__(self) -> None:
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(self.clients)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, more: int) -> None:
        """Until so many more events were acknowledged."""
        wanted = len(self.acknowledged) + more
        deadline = time.monotonic() + READY_SECONDS
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < deadline, f"{len(self.acknowledged)} of {wanted} were acknowledged"
            self._stopping.wait(0.01)

    def send_again(self) -> None:
        """What got no 200 comes again, as from Stripe; all of it, to make sure that doubles stay one."""
        for number in range(self.sent):
            assert self._deliver(number), f"evt_{number} is refused"

    def _send(self) -> None:
        while not self._stopping.is_set():
            with self._guard:
                number, self.sent = self.sent, self.sent + 1
            if self._deliver(number):
                self.acknowledged.add(number)
            else:
                self._stopping.wait(0.02)

    def _deliver(self, number: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.ports[number % len(self.ports)]), 10) as connection:
                connection.sendall(delivery(body(number)))
                return connection.recv(100).startswith(b"HTTP/1.1 200")
        except OSError:
            return False


def assert_all_there(store: Store, load: Load) -> None:
    found = [stored.event.id for page in store.events.pages(limit=1000) for stored in page]
    assert len(found) == len(set(found))
    assert {f"evt_{number}" for number in load.acknowledged} <= set(found)


def assert_all_handled(directory: Path, load: Load) -> None:
    ran = set((directory / "ran").read_text().split())
    assert {f"evt_{number}" for number in range(load.sent)} <= ran


def test_a_receiver_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    store = str(tmp_path / "events.db")
    with listening(tmp_path, store, 1) as [receiver]:
        with Load([receiver.port]) as load:
            load.wait_for(8)
            receiver.stop(signal.SIGKILL)
            receiver.start()
            load.wait_for(2)
        with open_store(store) as opened:
            assert_all_there(opened, load)
        load.send_again()
        wait_until_handled(store)

    assert_all_handled(tmp_path, load)


def test_two_receivers_on_a_postgresql_that_is_stopped_and_started_lose_nothing(
    tmp_path: Path, postgres: PostgresServer, postgres_url: str
) -> None:
    with listening(tmp_path, postgres_url, 2) as receivers:
        with Load([receiver.port for receiver in receivers]) as load:
            for how in (signal.SIGINT, signal.SIGQUIT):
                load.wait_for(8)
                postgres.stop(how=how)
                postgres.start()
            load.wait_for(3)
            receivers[0].stop(signal.SIGKILL)
            receivers[0].start()
            for _ in range(2):
                postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test_%'")
                load.wait_for(3)
        with open_store(postgres_url) as opened:
            assert_all_there(opened, load)
        load.send_again()
        wait_until_handled(postgres_url)

    assert_all_handled(tmp_path, load)


@contextmanager
def proxy(port: int, cut: Callable[[bytes], bool]) -> Iterator[int]:
    """A way to a server that breaks, once, after what `cut` picks was sent on and before any answer to it."""
    done = threading.Event()

    def forward(source: socket.socket, target: socket.socket, *, requests: bool) -> None:
        try:
            while data := source.recv(65536):
                if requests and not done.is_set() and cut(data):
                    done.set()
                    target.sendall(data)
                    source.shutdown(socket.SHUT_RDWR)
                    return
                target.sendall(data)
        except OSError:
            pass
        finally:
            for one in (source, target):
                with suppress(OSError):
                    one.shutdown(socket.SHUT_WR)

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", port))
            for source, target, requests in ((client, server, True), (server, client, False)):
                threading.Thread(
                    target=forward, args=(source, target), kwargs={"requests": requests}, daemon=True
                ).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
    assert done.is_set()


def test_a_connection_cut_in_the_commit(postgres: PostgresServer, postgres_url: str) -> None:
    """An event is written down in one statement, which commits itself."""
    open_store(postgres_url).close()
    armed = threading.Event()

    with (
        proxy(postgres.port, lambda data: armed.is_set() and b"INSERT INTO events" in data) as port,
        open_store(postgres_url.replace(f":{postgres.port}/", f":{port}/")) as store,
        running_receiver(store, route=lambda event: ["access"]) as receiver,
    ):
        armed.set()
        assert receiver.deliver(event_body()) == 200

    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchall() == [(1,)]
        assert connection.execute("SELECT count(*) FROM deliveries").fetchall() == [(1,)]


def test_a_full_disk(tmp_path: Path) -> None:
    """SQLite's own limit on the size of a database answers as a full disk does."""
    with open_store(str(tmp_path / "events.db")) as store:
        store.events.record([parse(event_body("evt_before"))])
        room: list[int] = []

        @sqlalchemy_event.listens_for(store._database.engine, "checkout")
        def limit(connection: Any, *_: Any) -> None:
            connection.execute(f"PRAGMA max_page_count = {room[0] if room else 1_000_000}")

        room.append(60)
        with running_receiver(store) as receiver:
            answers = {
                number: receiver.deliver(event_body(f"evt_{number}", padding="x" * 9000)) for number in range(40)
            }
            assert set(answers.values()) == {200, 503}
            room.clear()
            refused = [number for number, status in answers.items() if status == 503]
            assert {receiver.deliver(event_body(f"evt_{number}", padding="x" * 9000)) for number in refused} == {200}

        assert len([stored for page in store.events.pages() for stored in page]) == 41


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stopping_is_no_failure(tmp_path: Path, how: signal.Signals) -> None:
    receiver = Receiver(tmp_path, str(tmp_path / "events.db"))
    receiver.start()
    assert receiver.stop(how) == 0
