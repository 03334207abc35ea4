"""Work that is due → handlers."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.handlers import Handler, HandlerError, route_to
from stripe_billing_cli.events.retries import Retries
from stripe_billing_cli.events.store import Delivery, Store, StoreError, open_store
from stripe_billing_cli.events.store.work import TurnResult
from stripe_billing_cli.events.worker import AHEAD, MOST_AHEAD, Outcome, Worker
from tests.postgres import PostgresServer

Make = Callable[..., Event]
AT_ONCE = Retries(attempts=3, first_pause=0.001)


@pytest.fixture
def store(store_address: str) -> Iterator[Store]:
    """Under the real time: workers wait for it."""
    with open_store(store_address) as opened:
        yield opened


@contextmanager
def working(store: Store, *handlers: Handler, **options: Any) -> Iterator[queue.SimpleQueue[Outcome]]:
    """A worker, until the block ends; its outcomes."""
    outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    worker = Worker(store, handlers, **{"retries": AT_ONCE, "on_outcome": outcomes.put, **options})
    worker.start()
    try:
        yield outcomes
    finally:
        worker.stop()


def next_of(outcomes: queue.SimpleQueue[Outcome], count: int) -> list[tuple[str, str, str | None]]:
    return [(one.event.id, one.status, one.text) for one in (outcomes.get(timeout=20) for _ in range(count))]


def statuses(store: Store, event: str) -> list[tuple[str, str, str | None, str | None]]:
    stored = store.events.get(event)
    assert stored is not None
    return [(one.handler, one.status, one.outcome, one.error) for one in stored.deliveries]


def test_each_event_is_given_to_the_handlers_that_want_it(store: Store, make_event: Make) -> None:
    every = Handler("access", lambda event, delivery: f"saw {event.type}")
    invoices = Handler("exec", lambda event, delivery: "paid", wants=lambda event: event.type.startswith("invoice."))
    store.events.record([make_event(), make_event(type="invoice.paid")], route_to([every, invoices]))

    with working(store, every, invoices) as outcomes:
        found = next_of(outcomes, 3)

    assert sorted(found) == [
        ("evt_1", "done", "saw customer.subscription.updated"),
        ("evt_2", "done", "paid"),
        ("evt_2", "done", "saw invoice.paid"),
    ]
    assert statuses(store, "evt_2") == [
        ("access", "done", "saw invoice.paid", None),
        ("exec", "done", "paid", None),
    ]


def test_a_failure_is_tried_again_and_then_dead(store: Store, make_event: Make) -> None:
    def refuse(event: Event, delivery: Delivery) -> None:
        raise HandlerError(f"attempt {delivery.attempts} was refused")

    handler = Handler("exec", refuse)
    store.events.record([make_event()], route_to([handler]))

    with working(store, handler) as outcomes:
        assert next_of(outcomes, 3) == [
            ("evt_1", "failed", "attempt 1 was refused"),
            ("evt_1", "failed", "attempt 2 was refused"),
            ("evt_1", "dead", "attempt 3 was refused"),
        ]
    assert statuses(store, "evt_1") == [("exec", "dead", None, "attempt 3 was refused")]


def test_a_final_failure_is_dead_at_once(store: Store, make_event: Make) -> None:
    def refuse(event: Event, delivery: Delivery) -> None:
        raise HandlerError("it never will", final=True)

    handler = Handler("exec", refuse)
    store.events.record([make_event()], route_to([handler]))

    with working(store, handler) as outcomes:
        assert next_of(outcomes, 1) == [("evt_1", "dead", "it never will")]


def test_a_mistake_in_a_handler_is_a_failure_without_secrets(store: Store, make_event: Make) -> None:
    def mistaken(event: Event, delivery: Delivery) -> None:
        raise KeyError("sk_test_abcdefghijklmnop")

    handler = Handler("exec", mistaken)
    store.events.record([make_event()], route_to([handler]))

    with working(store, handler) as outcomes:
        assert next_of(outcomes, 1) == [("evt_1", "failed", "KeyError: 'sk_test_…mnop'")]


def test_a_slow_handler_holds_up_no_other_customer_and_no_other_handler(store: Store, make_event: Make) -> None:
    finish = threading.Event()

    def slow(event: Event, delivery: Delivery) -> None:
        if event.customer == "cus_1":
            finish.wait(20)

    handlers = [Handler("exec", slow), Handler("access", lambda event, delivery: None)]
    store.events.record(
        [make_event(), make_event(), make_event(customer="cus_2"), make_event(customer="cus_3")], route_to(handlers)
    )

    with working(store, *handlers, threads=3) as outcomes:
        first = {(one, status) for one, status, _ in next_of(outcomes, 6)}
        assert {event for event, _ in first} == {"evt_1", "evt_2", "evt_3", "evt_4"}
        finish.set()
        assert [event for event, _, _ in next_of(outcomes, 2)] == ["evt_1", "evt_2"]


def test_events_of_a_customer_are_handled_in_order_although_the_first_is_tried_again(
    store: Store, make_event: Make
) -> None:
    called = []

    def refuse_once(event: Event, delivery: Delivery) -> None:
        called.append((event.id, delivery.attempts))
        if delivery.attempts == 1 and event.id == "evt_1":
            raise HandlerError("not yet")

    handler = Handler("exec", refuse_once)
    store.events.record([make_event(), make_event(), make_event()], route_to([handler]))

    with working(store, handler) as outcomes:
        next_of(outcomes, 4)

    assert called == [("evt_1", 1), ("evt_1", 2), ("evt_2", 1), ("evt_3", 1)]


def test_stopping_waits_for_what_runs_and_takes_up_nothing_new(store: Store, make_event: Make) -> None:
    begun, finish = threading.Event(), threading.Event()

    def slow(event: Event, delivery: Delivery) -> str:
        begun.set()
        finish.wait(20)
        return "whole"

    handler = Handler("exec", slow)
    store.events.record([make_event(), make_event()], route_to([handler]))
    worker = Worker(store, [handler])
    worker.start()
    begun.wait(20)
    stopping = threading.Thread(target=worker.stop)
    stopping.start()
    deadline = time.monotonic() + 20
    while worker.claiming and time.monotonic() < deadline:
        threading.Event().wait(0.002)
    finish.set()
    stopping.join(20)

    assert statuses(store, "evt_1") == [("exec", "done", "whole", None)]
    assert statuses(store, "evt_2") == [("exec", "pending", None, None)]


def hanging_handler(store: Store, make_event: Make, monkeypatch: pytest.MonkeyPatch) -> tuple[Handler, threading.Event]:
    """Return a handler with one event to handle, of which it makes no end, and the sign that it has begun."""
    begun = threading.Event()

    def hang(event: Event, delivery: Delivery) -> None:
        begun.set()
        threading.Event().wait(20)

    handler = Handler("exec", hang)
    store.events.record([make_event()], route_to([handler]))
    monkeypatch.setattr("stripe_billing_cli.events.worker.CUT_OFF_SECONDS", 0.01)
    return handler, begun


def test_what_does_not_end_in_time_is_cut_off_and_counts_as_an_attempt(
    store: Store, make_event: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, begun = hanging_handler(store, make_event, monkeypatch)
    cut = threading.Event()
    worker = Worker(store, [handler], cut_off=cut.set)
    worker.start()
    begun.wait(20)
    worker.stop(grace_seconds=0.01)

    assert cut.is_set()
    cut_off = "cut off: the listener stopped, and it had not ended after 0.01 s"
    assert statuses(store, "evt_1") == [("exec", "failed", None, cut_off)]
    stored = store.events.get("evt_1")
    assert stored is not None
    assert [one.attempts for one in stored.deliveries] == [1]


def test_who_is_in_a_hurry_does_not_wait_for_what_runs(
    store: Store, make_event: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, begun = hanging_handler(store, make_event, monkeypatch)
    worker = Worker(store, [handler])
    worker.start()
    begun.wait(20)
    stopping = threading.Thread(target=worker.stop, kwargs={"grace_seconds": 3600.0})
    stopping.start()
    worker.hurry()
    stopping.join(20)

    assert not stopping.is_alive()
    cut_off = "cut off: the listener stopped, and nobody waited any longer"
    assert statuses(store, "evt_1") == [("exec", "failed", None, cut_off)]


def test_work_of_a_worker_that_died_is_taken_up(store: Store, make_event: Make) -> None:
    handler = Handler("exec", lambda event, delivery: f"attempt {delivery.attempts}")
    store.events.record([make_event()], route_to([handler]))
    assert len(store.work.claim("died", ["exec"], lease_seconds=0.05)) == 1

    with working(store, handler, lease_seconds=0.2) as outcomes:
        assert next_of(outcomes, 1) == [("evt_1", "done", "attempt 2")]


def test_what_takes_its_worker_down_again_and_again_is_dead(store: Store, make_event: Make) -> None:
    handler = Handler("exec", lambda event, delivery: "never called")
    store.events.record([make_event()], route_to([handler]))
    for _ in range(AT_ONCE.attempts):
        assert len(store.work.claim("died", ["exec"], lease_seconds=-1)) == 1
        store.work.release_expired()

    with working(store, handler) as outcomes:
        [(_, status, said)] = next_of(outcomes, 1)
    assert (status, said) == ("dead", "each attempt ended with the worker that made it")


def test_a_restarted_database_is_waited_for(postgres: PostgresServer, postgres_url: str, make_event: Make) -> None:
    begun, finish = threading.Event(), threading.Event()
    troubles: queue.SimpleQueue[StoreError] = queue.SimpleQueue()

    def slow(event: Event, delivery: Delivery) -> None:
        begun.set()
        finish.wait(20)

    handler = Handler("exec", slow)
    with open_store(postgres_url) as store:
        store.events.record([make_event(), make_event()], route_to([handler]))
        with working(store, handler, on_trouble=troubles.put) as outcomes:
            begun.wait(20)
            postgres.stop()
            finish.set()
            trouble = troubles.get(timeout=20)
            postgres.start()
            assert [event for event, _, _ in next_of(outcomes, 2)] == ["evt_1", "evt_2"]

    assert trouble.transient


def test_a_claim_whose_answer_is_lost_holds_up_nobody_for_a_lease(
    store: Store, make_event: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the worker, busy with another customer, renews its leases all the time."""
    going_on, begun = threading.Event(), threading.Event()

    def handle(event: Event, delivery: Delivery) -> str:
        if event.customer == "cus_busy":
            begun.set()
            assert going_on.wait(20)
        return "done"

    handler = Handler("exec", handle)
    turn = store.work.turn
    losing = threading.Event()

    def losing_answer(*arguments: Any, **options: Any) -> Any:
        found = turn(*arguments, **options)
        if found.claims and losing.is_set():
            losing.clear()
            raise StoreError("The connection broke.", "Wait.", transient=True, outcome_unknown=True)
        return found

    monkeypatch.setattr(store.work, "turn", losing_answer)
    store.events.record([make_event(customer="cus_busy")], route_to([handler]))
    with working(store, handler, lease_seconds=30.0) as outcomes:
        assert begun.wait(20)
        losing.set()
        store.events.record([make_event(customer="cus_lost")], route_to([handler]))
        assert next_of(outcomes, 1) == [("evt_2", "done", "done")]
        assert not losing.is_set()
        going_on.set()
        assert next_of(outcomes, 1) == [("evt_1", "done", "done")]


def test_many_customers_with_a_slow_handler_hold_up_another_for_moments_only(store: Store, make_event: Make) -> None:
    finish, begun = threading.Event(), threading.Event()

    def handle(event: Event, delivery: Delivery) -> None:
        if event.customer == "cus_quick":
            begun.set()
        else:
            finish.wait(60)

    handler = Handler("exec", handle)
    events = [make_event(customer=f"cus_{number}") for number in range(40)]
    store.events.record([*events, make_event(customer="cus_quick")], route_to([handler]))

    with working(store, handler, threads=16) as outcomes:
        started = time.monotonic()
        assert begun.wait(20)
        waited = time.monotonic() - started
        finish.set()
        next_of(outcomes, 41)

    assert waited < 2


def test_a_delivery_whose_event_is_gone_is_dead_and_no_other_is(
    store: Store, make_event: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = Handler("exec", lambda event, delivery: "handled")
    store.events.record([make_event(), make_event(customer="cus_2")], route_to([handler]))
    turn = store.work.turn

    def without_the_first(*arguments: Any, **options: Any) -> TurnResult:
        turned = turn(*arguments, **options)
        claimed = [(one, None if one.event == "evt_1" else event) for one, event in turned.claims]
        return TurnResult(turned.at, turned.ended, claimed)

    monkeypatch.setattr(store.work, "turn", without_the_first)
    with working(store, handler) as outcomes:
        found = sorted(next_of(outcomes, 2))

    assert found == [
        ("evt_1", "dead", "its event is not in the store any more"),
        ("evt_2", "done", "handled"),
    ]


def test_more_is_claimed_ahead_where_turns_take_longer_than_what_was_claimed(
    store: Store, make_event: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a database far away, or a slow disk under it, keeps no thread idle."""
    handler = Handler("exec", lambda event, delivery: None)
    store.events.record([make_event(customer=f"cus_{number}") for number in range(100)], route_to([handler]))
    turn, limits = store.work.turn, []

    def slow_turn(*arguments: Any, **options: Any) -> TurnResult:
        limits.append(options["limit"])
        turned = turn(*arguments, **options)
        time.sleep(0.05)
        return turned

    monkeypatch.setattr(store.work, "turn", slow_turn)
    with working(store, handler, threads=1) as outcomes:
        next_of(outcomes, 100)

    assert limits[0] == AHEAD
    assert max(limits) == MOST_AHEAD


def test_it_is_given_up_when_the_time_for_it_is_over(store: Store, make_event: Make) -> None:
    def refuse(event: Event, delivery: Delivery) -> None:
        raise HandlerError("not today")

    handler = Handler("exec", refuse)
    store.events.record([make_event()], route_to([handler]))

    with working(store, handler, retries=Retries(give_up=0.3, first_pause=0.01)) as outcomes:
        found = [outcomes.get(timeout=20)]
        while found[-1].status == "failed":
            found.append(outcomes.get(timeout=20))

    assert found[-1].status == "dead"
    assert len(found) >= 2


def test_the_pauses_grow_and_the_last_attempt_is_made_when_the_time_is_up() -> None:
    retries = Retries(give_up=3 * 86_400)
    since, pauses = 0.0, []
    while (pause := retries.next_pause(len(pauses) + 1, since)) is not None:
        pauses.append(pause)
        since += pause

    assert since == 3 * 86_400
    assert 18 < len(pauses) < 60
    assert pauses[0] <= 2
    assert max(pauses) <= 4 * 3600
