"""What was decided from an older reading never overwrites a newer one; on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import Access, Store
from stripe_billing_cli.events.store.fences import StaleReadError
from tests.stores import Clock

Make = Callable[..., Event]


def go_through(store: Store, seen: int, name: str = "cus_1") -> int:
    with store.transaction() as transaction:
        return store.fences.go_through(name, seen, transaction)


def test_each_passage_is_numbered(store: Store) -> None:
    assert store.fences.read("cus_1") == 0
    assert go_through(store, 0) == 1
    assert go_through(store, 1) == 2
    assert store.fences.read("cus_1") == 2
    assert store.fences.read("cus_2") == 0


@pytest.mark.parametrize("seen", [0, 1, 3])
def test_who_has_not_seen_the_last_passage_is_overtaken(store: Store, seen: int) -> None:
    go_through(store, 0)
    go_through(store, 1)

    with pytest.raises(StaleReadError):
        go_through(store, seen)

    assert store.fences.read("cus_1") == 2


def test_a_transaction_that_is_undone_did_not_pass(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction() as transaction:
        store.fences.go_through("cus_1", 0, transaction)
        raise ZeroDivisionError

    assert go_through(store, 0) == 1


def test_of_many_at_once_one_passes(store: Store) -> None:
    passed, overtaken = [], []
    ready = threading.Barrier(6)

    def run() -> None:
        ready.wait()
        try:
            passed.append(go_through(store, 0))
        except StaleReadError:
            overtaken.append(True)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert passed == [1]
    assert len(overtaken) == 5


def test_what_ends_and_when(store: Store, clock: Clock) -> None:
    now = int(clock())
    for customer, granted, until in (
        ("cus_1", True, now),
        ("cus_2", True, now + 5),
        ("cus_3", True, None),
        ("cus_4", False, now - 5),
        ("cus_5", True, now - 5),
    ):
        store.access.replace(customer, [Access(customer, "product", "pro", granted, 1, until, "why")])

    assert store.access.list_ending(until=now) == [("cus_5", now - 5), ("cus_1", now)]
    assert store.access.next_end(after=now) == now + 5
    assert store.access.next_end(after=now + 5) is None


def test_what_waits_in_a_queue_is_done_with_another(store: Store, make_event: Make) -> None:
    events = [make_event(), make_event(), make_event(customer="cus_2")]
    store.events.record(events, lambda event: ("access", "exec"))
    [running] = store.work.claim("me", ["access"], limit=1)

    waiting = store.work.list_waiting(running)
    later = make_event()
    store.events.record([later], lambda event: ("access",))
    done = store.work.finish_waiting(waiting, "with evt_1")
    assert [(one.event, one.status, one.outcome) for one in done] == [("evt_2", "done", "with evt_1")]

    statuses = {
        (event, one.handler): one.status
        for event, deliveries in store.work.for_events([*(one.id for one in events), later.id]).items()
        for one in deliveries
    }
    assert statuses == {
        ("evt_1", "access"): "running",
        ("evt_1", "exec"): "pending",
        ("evt_2", "access"): "done",
        ("evt_2", "exec"): "pending",
        ("evt_3", "access"): "pending",
        ("evt_3", "exec"): "pending",
        ("evt_4", "access"): "pending",
    }
    assert store.work.finish_waiting([], "with evt_1") == []
