"""The receiver over HTTP: events come in once, and nothing else does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import Store, StoreError
from stripe_billing_cli.events.store.events import no_route
from stripe_billing_cli.listener.batch_writer import BatchWriter
from stripe_billing_cli.listener.webhook import LONGEST_BODY, LONGEST_DRAIN, Limits
from tests.event_bodies import event_body
from tests.listener.receiving import SECRET, Running, delivery, request, running_receiver, signed


@pytest.fixture
def receiver(store: Store) -> Iterator[Running]:
    with running_receiver(store) as running:
        yield running


def stored(store: Store) -> list[str]:
    return sorted(found.event.id for page in store.events.pages() for found in page)


class TestTakingEvents:
    def test_an_event_is_stored_and_answered_once_and_its_duplicate_too(self, receiver: Running, store: Store) -> None:
        for _ in range(2):
            answer = receiver.ask(delivery(event_body()))
            assert (answer.status, answer.text) == (200, "")

        assert stored(store) == ["evt_1"]
        found = store.events.get("evt_1")
        assert found is not None
        assert found.event.payload == event_body().decode()

    def test_many_at_once_share_commits_and_none_is_lost(self, store: Store) -> None:
        batches: list[int] = []

        class Counted(BatchWriter):
            def _end(self, batch: Any, durable: bool) -> None:
                batches.append(len(batch[0]))
                super()._end(batch, durable)

        with (
            running_receiver(store, writer=Counted(store, no_route)) as receiver,
            ThreadPoolExecutor(24) as clients,
        ):
            answers = list(clients.map(receiver.deliver, [event_body(f"evt_{number % 150}") for number in range(240)]))

        assert set(answers) == {200}
        assert len(stored(store)) == 150
        assert sum(batches) == 240
        assert len(batches) < 240

    def test_the_work_that_an_event_causes_is_there_when_it_is_answered(self, store: Store) -> None:
        with running_receiver(store, route=lambda event: ["access"]) as receiver:
            assert receiver.deliver(event_body()) == 200
            assert [one.event for one in store.work.claim("w", ["access"])] == ["evt_1"]

    def test_a_rolled_secret(self, store: Store) -> None:
        with running_receiver(store, secrets=("whsec_old", "whsec_new")) as receiver:
            for number, secret in enumerate(("whsec_old", "whsec_new", "whsec_else")):
                body = event_body(f"evt_{number}")
                assert receiver.ask(delivery(body, secret)).status == (400 if secret == "whsec_else" else 200)

    def test_a_body_in_chunks(self, receiver: Running, store: Store) -> None:
        body = event_body(padding="x" * 300_000)
        head = f"POST /webhook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nStripe-Signature: {signed(body)}\r\n\r\n"
        parts = [body[start : start + 50_000] for start in range(0, len(body), 50_000)]
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (*parts, b""))

        assert receiver.ask(head.encode() + chunks).status == 200
        assert stored(store) == ["evt_1"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "status"),
        [
            (request(event_body()), 400),
            (request(event_body(), "Stripe-Signature: t=1,v1=00"), 400),
            (request(event_body("evt_2"), f"Stripe-Signature: {signed(event_body())}"), 400),
            (request(event_body(), f"Stripe-Signature: {signed(event_body(), at=time.time() - 900)}"), 400),
            (request(event_body()[:-3], f"Stripe-Signature: {signed(event_body())}"), 400),
            (delivery(b'{"object": "event"}'), 400),
            (delivery(b"\xff"), 400),
            (delivery(b""), 400),
            (request(b"", method="GET"), 405),
            (request(b"{}", method="PUT"), 405),
            (request(b"{}", path="/elsewhere"), 404),
            (delivery(b"x" * (LONGEST_BODY + 1)), 413),
        ],
    )
    def test_nothing_of_it_is_stored_and_nothing_is_told(
        self, receiver: Running, store: Store, data: bytes, status: int
    ) -> None:
        answer = receiver.ask(data)

        assert answer.status == status
        assert len(answer.text) < 40
        assert stored(store) == []
        assert "server" not in answer.headers

    def test_the_longest_body_is_taken_and_one_byte_more_is_not(self, receiver: Running) -> None:
        frame = len(event_body(padding=""))
        longest = event_body(padding="x" * (LONGEST_BODY - frame))
        assert len(longest) == LONGEST_BODY

        assert receiver.deliver(longest) == 200
        assert receiver.deliver(event_body(padding="x" * (LONGEST_BODY - frame + 1))) == 413

    def test_a_length_beyond_measure_is_refused_before_it_is_sent(self, receiver: Running) -> None:
        head = f"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: {LONGEST_DRAIN + 1}\r\n\r\n"

        with receiver.connected() as connection:
            assert connection.ask(head.encode()).status == 413
            assert connection.closed()

    def test_a_refusal_leaves_the_connection_sane(self, receiver: Running) -> None:
        with receiver.connected() as connection:
            for data, status in (
                (request(event_body(), "Stripe-Signature: t=1,v1=00"), 400),
                (request(b"{}", method="PUT"), 405),
                (delivery(event_body()), 200),
            ):
                assert connection.ask(data).status == status

    def test_too_many_events_at_once_are_asked_to_come_again(self, store: Store) -> None:
        """Two may wait while one is stored; the store is held up until the fourth has been answered."""
        release, entered = threading.Event(), threading.Event()

        def hold(events: Any) -> None:
            entered.set()
            release.wait(20)

        writer = BatchWriter(store, no_route, most_waiting=2, on_recorded=hold, threads=1)
        with running_receiver(store, writer=writer) as receiver, ThreadPoolExecutor(4) as clients:
            assert receiver.deliver(event_body("evt_0")) == 200
            entered.wait(20)
            pending = [clients.submit(receiver.deliver, event_body("evt_1"))]
            deadline = time.monotonic() + 20
            while not writer.under_way and time.monotonic() < deadline:
                threading.Event().wait(0.005)
            pending += [clients.submit(receiver.deliver, event_body(f"evt_{number}")) for number in (2, 3)]
            while writer.waiting < 2 and time.monotonic() < deadline:
                threading.Event().wait(0.005)
            with receiver.connected() as connection:
                answer = connection.ask(delivery(event_body("evt_4")))
                assert (answer.status, answer.headers["retry-after"]) == (503, "1")
                release.set()
                assert {one.result(20) for one in pending} == {200}
                assert connection.ask(delivery(event_body("evt_4"))).status == 200

        assert stored(store) == ["evt_0", "evt_1", "evt_2", "evt_3", "evt_4"]

    @pytest.mark.parametrize("fast", [True, False])
    def test_a_store_that_does_not_answer_is_waited_for_a_while_and_then_not_at_all(
        self, store: Store, monkeypatch: pytest.MonkeyPatch, fast: bool
    ) -> None:
        answers, record = threading.Event(), store.events.record

        def wait(*arguments: Any) -> frozenset[str]:
            answers.wait(20)
            return record(*arguments)

        monkeypatch.setattr(store.events, "record", wait)
        messages: list[str] = []
        writer = BatchWriter(
            store, no_route, on_trouble=lambda trouble: messages.append(trouble.message), late_seconds=0.1
        )
        with running_receiver(store, writer=writer, fast=fast) as receiver:
            assert [receiver.deliver(event_body(f"evt_{number}")) for number in (1, 2)] == [503, 503]
            answers.set()
            while writer.under_way:
                threading.Event().wait(0.005)
            assert [receiver.deliver(event_body(f"evt_{number}")) for number in (1, 2)] == [200, 200]

        assert stored(store) == ["evt_1", "evt_2"]
        assert messages == [f"{store.display_name} has not stored an event for 0.1 s."]

    def test_what_cannot_be_stored_is_asked_to_come_again(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> frozenset[str]:
            raise StoreError("the disk is full", "make room", transient=True)

        with running_receiver(store) as receiver:
            with monkeypatch.context() as broken:
                broken.setattr(store.events, "record", refuse)
                assert receiver.ask(delivery(event_body())).text == "Come again.\n"
            assert receiver.deliver(event_body()) == 200
            assert receiver.webhook.answers[503] == 1

    def test_a_mistake_of_ours_is_told_and_does_not_stop_the_rest(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def mistaken(*_: object) -> frozenset[str]:
            raise RuntimeError

        messages: list[str] = []
        writer = BatchWriter(
            store, no_route, on_recorded=mistaken, on_trouble=lambda trouble: messages.append(trouble.message)
        )
        with running_receiver(store, writer=writer) as receiver:
            with monkeypatch.context() as broken:
                broken.setattr(store.events, "record", mistaken)
                assert receiver.deliver(event_body("evt_1")) == 503
            assert [receiver.deliver(event_body(f"evt_{number}")) for number in (1, 2)] == [200, 200]

        assert stored(store) == ["evt_1", "evt_2"]
        assert [message.split(":")[0] for message in messages] == [
            "Events could not be stored",
            *["Events are stored, but could not be told of"] * 2,
        ]


class TestBadClients:
    """Each misbehaves on its own connection while a good one goes on."""

    LIMITS = Limits(connections=200, request_seconds=0.2)

    def test_what_is_not_whole_in_time_is_cut(self, store: Store) -> None:
        beginnings = [b"", b"P", b"POST /webhook HTTP/1.1\r\nHost:", delivery(event_body())[:-1]]
        with running_receiver(store, limits=self.LIMITS) as receiver, ExitStack() as opened:
            slow = [opened.enter_context(receiver.connected()) for _ in beginnings]
            for connection, beginning in zip(slow, beginnings, strict=True):
                connection.send(beginning)
            assert receiver.deliver(event_body()) == 200
            assert [connection.answer().status for connection in slow] == [408] * 4
            assert all(connection.closed() for connection in slow)

        assert stored(store) == ["evt_1"]

    def test_an_endless_header_is_cut(self, receiver: Running) -> None:
        with receiver.connected() as connection:
            connection.send(b"POST /webhook HTTP/1.1\r\n")
            try:
                for number in range(2000):
                    connection.send(b"X-%d: %b\r\n" % (number, b"x" * 1000))
            except ConnectionError:
                pass
            assert connection.closed()
        assert receiver.deliver(event_body()) == 200

    def test_idle_connections_make_room_for_new_ones(self, store: Store) -> None:
        with running_receiver(store, limits=Limits(connections=50)) as receiver, ExitStack() as opened:
            idle = [opened.enter_context(receiver.connected()) for _ in range(120)]
            assert receiver.deliver(event_body()) == 200
            assert receiver.server.connections <= 51
            assert idle[0].closed()

    def test_a_client_that_goes_away_in_the_middle(self, receiver: Running, store: Store) -> None:
        with receiver.connected() as connection:
            connection.send(delivery(event_body("evt_gone"))[:-5])
        assert receiver.deliver(event_body()) == 200
        assert stored(store) == ["evt_1"]

    def test_a_client_that_does_not_wait_for_its_answer(self, receiver: Running, store: Store) -> None:
        with receiver.connected() as connection:
            connection.send(delivery(event_body("evt_gone")))
        assert receiver.deliver(event_body()) == 200
        assert "evt_1" in stored(store)


BYTES = st.binary(max_size=200) | st.sampled_from(
    [
        delivery(event_body()),
        delivery(event_body())[:-20],
        b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST /webhook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /%00%ff/../webhook?\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /webhook HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    ]
)


@pytest.mark.parametrize("store_address", ["sqlite"], indirect=True)
class TestFuzz:
    def test_whatever_is_sent_the_receiver_lives_and_stores_only_what_is_signed(
        self, receiver: Running, store: Store
    ) -> None:
        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(parts=st.lists(BYTES, min_size=1, max_size=4))
        def send(parts: list[bytes]) -> None:
            with receiver.connected() as connection:
                try:
                    for part in parts:
                        connection.send(part)
                except ConnectionError:
                    pass

        send()
        assert receiver.deliver(event_body("evt_after")) == 200
        assert set(stored(store)) <= {"evt_1", "evt_after"}
        assert set(receiver.webhook.answers) == {200, 400, 405, 413, 503}

    def test_whatever_signature_is_sent_with_whatever_body(self, receiver: Running, store: Store) -> None:
        header = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=80)

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(body=st.binary(max_size=300) | st.just(event_body()), signature=header)
        def send(body: bytes, signature: str) -> None:
            assert receiver.ask(request(body, f"Stripe-Signature: {signature}")).status == 400

        send()
        assert stored(store) == []


class TestBeside:
    def test_life_and_readiness(self, receiver: Running) -> None:
        for path in ("/healthz", "/readyz"):
            assert receiver.ask(request(b"", path=path, method="GET")).status == 200

    def test_not_ready_while_the_store_is_away(self, receiver: Running, store: Store, monkeypatch: Any) -> None:
        def away() -> None:
            raise StoreError("away", "wait", transient=True)

        monkeypatch.setattr(store, "ping", away)
        assert receiver.ask(request(b"", path="/readyz", method="GET")).status == 503
        assert receiver.ask(request(b"", path="/healthz", method="GET")).status == 200

    def test_metrics(self, receiver: Running, store: Store) -> None:
        receiver.deliver(event_body())
        receiver.ask(request(event_body()))
        store.events.record([Event("evt_9", "x", 1, False, "{}", customer="cus_1")], lambda event: ["access"])

        text = receiver.ask(request(b"", path="/metrics", method="GET")).text

        assert 'billing_webhook_requests_total{answer="200"} 1\n' in text
        assert 'billing_webhook_requests_total{answer="400"} 1\n' in text
        assert 'billing_deliveries{handler="access",status="pending"} 1\n' in text
        assert 'billing_webhook_request_duration_seconds_bucket{le="+Inf"} 2\n' in text
        assert SECRET not in text
        assert json.loads(event_body())["data"]["object"]["customer"] not in text

    def test_stopping_answers_what_has_begun(self, store: Store) -> None:
        release, entered = threading.Event(), threading.Event()
        original = store.events.record

        def hold(*given: Any) -> frozenset[str]:
            entered.set()
            release.wait(20)
            return original(*given)

        with pytest.MonkeyPatch.context() as slowed:
            slowed.setattr(store.events, "record", hold)
            with running_receiver(store) as receiver, receiver.connected() as connection:
                connection.send(delivery(event_body()))
                entered.wait(20)
                receiver.server.stop()
                release.set()
                assert connection.answer().status == 200
        assert stored(store) == ["evt_1"]
