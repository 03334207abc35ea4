"""The short way from the parser to the receiver keeps to HTTP as the long one does."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import Store
from stripe_billing_cli.events.store.events import no_route
from stripe_billing_cli.listener import webhook_protocol
from stripe_billing_cli.listener.batch_writer import BatchWriter
from stripe_billing_cli.listener.webhook import LONGEST_BODY, LONGEST_DRAIN, Limits
from tests.event_bodies import event_body
from tests.listener.receiving import Running, delivery, request, running_receiver, signed


@pytest.fixture
def receiver(store: Store) -> Iterator[Running]:
    with running_receiver(store) as running:
        yield running


pytestmark = pytest.mark.parametrize("store_address", ["sqlite"], indirect=True)


HEALTH = request(b"", path="/healthz", method="GET")


class Held(BatchWriter):
    """Stores nothing until it is let."""

    def __init__(self, store: Store, *args: Any, **options: Any) -> None:
        super().__init__(store, *args, **options)
        self.entered, self.let = threading.Event(), threading.Event()

    def _record(self, events: Sequence[Event]) -> frozenset[str] | None:
        self.entered.set()
        assert self.let.wait(20)
        return super()._record(events)


def signature(body: bytes) -> str:
    return f"Stripe-Signature: {signed(body)}"


def chunked(body: bytes, *headers: str, size: int = 50_000) -> bytes:
    head = ["POST /webhook HTTP/1.1", "Host: x", "Transfer-Encoding: chunked", *headers]
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)


class TestOneConnection:
    def test_goes_on_after_each_answer(self, receiver: Running) -> None:
        with receiver.connected() as connection:
            for number in range(3):
                answer = connection.ask(delivery(event_body(f"evt_{number}")))
                assert (answer.status, answer.headers) == (200, {"content-length": "0"})
                assert connection.ask(request(b"", path="/healthz", method="GET")).status == 200

    def test_a_request_byte_by_byte(self, receiver: Running) -> None:
        with receiver.connected() as connection:
            for byte in delivery(event_body()):
                connection.send(bytes([byte]))
            assert connection.answer().status == 200

    @pytest.mark.parametrize("headers", [["Connection: close"], ["Connection: keep-alive, close"]])
    def test_ends_where_its_sender_says_so(self, receiver: Running, headers: list[str]) -> None:
        body = event_body()
        with receiver.connected() as connection:
            answer = connection.ask(request(body, signature(body), *headers))
            assert (answer.status, answer.headers["connection"]) == (200, "close")
            assert connection.closed()

    @pytest.mark.parametrize("headers", [[], ["Connection: keep-alive"]])
    def test_ends_after_http_1_0(self, receiver: Running, headers: list[str]) -> None:
        body = event_body()
        with receiver.connected() as connection:
            assert (
                connection.ask(request(body, signature(body), *headers).replace(b"HTTP/1.1", b"HTTP/1.0")).status == 200
            )
            assert connection.closed()

    def test_ends_when_it_was_idle_for_long(self, store: Store) -> None:
        with (
            running_receiver(store, limits=Limits(connections=20, idle_seconds=0.1)) as receiver,
            receiver.connected() as connection,
        ):
            assert connection.ask(delivery(event_body())).status == 200
            assert connection.closed()

    @pytest.mark.parametrize(
        ("together", "apart"),
        [
            (delivery(event_body("evt_2")), b""),
            (HEALTH, b""),
            (b"", delivery(event_body("evt_2"))),
            (b"", HEALTH),
            (b"", b"garbage"),
            (HEALTH, b"garbage"),
        ],
    )
    def test_ends_with_its_answer_where_something_did_not_wait_for_it(
        self, store: Store, together: bytes, apart: bytes
    ) -> None:
        with running_receiver(store, writer=Held(store, no_route)) as receiver, receiver.connected() as connection:
            connection.send(delivery(event_body("evt_1")) + together)
            writer = receiver.writer
            assert isinstance(writer, Held)
            assert writer.entered.wait(20)
            connection.send(apart)
            assert receiver.ask(HEALTH).status == 200  # what was sent before is read
            writer.let.set()
            answer = connection.answer()
            assert (answer.status, answer.headers["connection"]) == (200, "close")
            assert connection.closed()
        assert store.events.stored_ids(["evt_1", "evt_2"]) == {"evt_1"}
        assert receiver.webhook.answers == {200: 1, 400: 0, 405: 0, 413: 0, 503: 0}

    def test_of_requests_beside_the_webhook_that_do_not_wait_the_first_is_answered(self, receiver: Running) -> None:
        with receiver.connected() as connection:
            answer = connection.ask(HEALTH * 1000)
            assert answer.status == 200
            assert connection.closed()

    def test_of_who_reads_no_answers_is_cut(self, receiver: Running) -> None:
        asked = request(b"", method="GET") * 1000
        with receiver.connected() as connection, pytest.raises(ConnectionError):
            for _ in range(300):
                connection.send(asked)
        assert receiver.webhook.answers[405] < 300_000

    def test_ends_where_its_sender_wants_another_protocol(self, receiver: Running, store: Store) -> None:
        """The parser takes the body for what is spoken after the change: it must not be taken for a request."""
        with receiver.connected() as connection:
            head = request(HEALTH, "Connection: Upgrade", "Upgrade: h2c")[: -len(HEALTH)]
            assert connection.ask(head).status == 400
            with suppress(ConnectionError):
                connection.send(HEALTH)
            assert connection.closed()

    def test_that_is_gone_when_all_ends_has_left_its_event(self, store: Store) -> None:
        recorded: list[Event] = []
        writer = Held(store, no_route, on_recorded=recorded.extend)
        with running_receiver(store, writer=writer) as receiver:
            with receiver.connected() as connection:
                connection.send(delivery(event_body()))
                assert writer.entered.wait(20)
            assert receiver.ask(HEALTH).status == 200
            receiver.server.stop()
            receiver.thread.join(20)
            writer.let.set()
        assert [event.id for event in recorded] == ["evt_1"]


class TestBodies:
    def test_one_that_waits_to_be_asked_for(self, receiver: Running) -> None:
        body = event_body()
        head, _, rest = request(body, signature(body), "Expect: 100-continue").partition(b"\r\n\r\n")
        with receiver.connected() as connection:
            connection.send(head + b"\r\n\r\n")
            assert connection.socket.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.send(rest)
            assert connection.answer().status == 200

    @pytest.mark.parametrize("url", ["/webhook?a=b", "/%77ebhook", "http://example.com/webhook"])
    def test_to_the_webhook_by_another_spelling(self, receiver: Running, url: str) -> None:
        body = event_body()
        assert receiver.ask(request(body, signature(body), path=url)).status == 200

    def test_the_longest_in_chunks_and_one_byte_more(self, receiver: Running) -> None:
        frame = len(event_body(padding=""))
        for size, status in ((LONGEST_BODY, 200), (LONGEST_BODY + 1, 413)):
            body = event_body(padding="x" * (size - frame))
            assert receiver.ask(chunked(body, signature(body)) + b"0\r\n\r\n").status == status

    def test_an_endless_one_is_cut(self, receiver: Running) -> None:
        with receiver.connected() as connection:
            part = chunked(b"x" * (1 << 20))
            connection.send(part)
            try:
                for _ in range(LONGEST_DRAIN >> 20):
                    connection.send(part.partition(b"\r\n\r\n")[2])
            except ConnectionError:
                pass
            assert connection.closed()
        assert receiver.webhook.answers == {200: 0, 400: 0, 405: 0, 413: 1, 503: 0}

    def test_endless_trailers_are_cut(self, receiver: Running) -> None:
        body = event_body()
        trailer = b"X-More: " + b"x" * 60_000 + b"\r\n"
        with receiver.connected() as connection:
            connection.send(chunked(body, signature(body)) + b"0\r\n")
            with pytest.raises(ConnectionError):
                for _ in range(400):
                    connection.send(trailer)
        assert receiver.deliver(event_body("evt_2")) == 200

    def test_a_mistake_of_ours_holds_nothing(self, receiver: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        def mistaken(*_: object) -> None:
            raise RuntimeError

        with receiver.connected() as connection:
            with monkeypatch.context() as broken:
                broken.setattr(receiver.webhook.taker, "take", mistaken)
                assert connection.ask(delivery(event_body())).status == 400
            assert connection.closed()
        assert receiver.webhook.bytes_in_memory == 0
        assert receiver.deliver(event_body()) == 200

    def test_more_than_may_be_held_is_asked_to_come_again(
        self, receiver: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(webhook_protocol, "MOST_HELD", 100_000)
        large, small = event_body("evt_1", padding="x" * 80_000), event_body("evt_2", padding="x" * 30_000)
        with receiver.connected() as slow, receiver.connected() as connection:
            slow.send(delivery(large)[:-1])
            deadline = time.monotonic() + 20
            while receiver.webhook.bytes_in_memory < len(large) - 1 and time.monotonic() < deadline:
                assert connection.ask(HEALTH).status == 200
            assert connection.ask(delivery(small)).status == 503
            slow.send(delivery(large)[-1:])
            assert slow.answer().status == 200
            assert connection.ask(delivery(small)).status == 200
        assert receiver.webhook.bytes_in_memory == 0

    def test_what_was_held_of_one_that_never_ends_is_let_go(self, receiver: Running) -> None:
        with receiver.connected() as connection:
            connection.send(delivery(event_body(padding="x" * 30_000))[:-1])
            assert receiver.deliver(event_body("evt_2")) == 200
            assert receiver.webhook.bytes_in_memory > 30_000
        assert receiver.deliver(event_body("evt_3")) == 200
        assert receiver.webhook.bytes_in_memory == 0


class TestOtherMethods:
    def test_a_head_is_answered_without_a_text(self, receiver: Running) -> None:
        with receiver.connected() as connection:
            connection.send(request(b"", method="HEAD"))
            connection.send(request(b"", path="/healthz", method="GET"))
            read = b""
            while not read.endswith(b"ok\n"):
                read += connection.socket.recv(65536)
        head, _, rest = read.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 405 Method Not Allowed\r\n")
        assert b"content-length: 18" in head
        assert rest.startswith(b"HTTP/1.1 200 OK\r\n")

    def test_the_body_of_another_method_is_read_over(self, receiver: Running) -> None:
        with receiver.connected() as connection:
            answer = connection.ask(request(event_body(), method="PUT"))
            assert (answer.status, answer.headers["allow"]) == (405, "POST")
            assert connection.ask(delivery(event_body())).status == 200
