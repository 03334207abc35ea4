"""Deliveries in the store: claimed, given up, given back, and done each once, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from stripe_billing_cli.events.store import Store, open_store
from tests.stores import Clock, Make, to


def claimed(store: Store, *handlers: str, worker: str = "w", limit: int = 100) -> list[str]:
    return [delivery.event for delivery in store.work.claim(worker, handlers or ("access",), limit=limit)]


class TestWork:
    def test_a_customers_events_are_done_one_after_the_other_in_the_order_in_which_they_happened(
        self, store: Store, make_event: Make
    ) -> None:
        second, first = make_event(created=1_700_000_009), make_event(created=1_700_000_001)
        store.events.record([second, first], to("access"))

        assert claimed(store) == [first.id]
        assert claimed(store, worker="other") == []

    def test_different_customers_and_different_handlers_go_side_by_side(self, store: Store, make_event: Make) -> None:
        store.events.record([make_event(customer="cus_1"), make_event(customer="cus_2")], to("access", "exec"))

        assert claimed(store, "access", "exec") == ["evt_1", "evt_1", "evt_2", "evt_2"]

    def test_a_failed_one_holds_up_its_queue_until_it_is_due_and_no_other(
        self, store: Store, make_event: Make, clock: Clock
    ) -> None:
        store.events.record([make_event(), make_event(), make_event(customer="cus_2")], to("access"))
        first, other = store.work.claim("w", ["access"], limit=9)
        assert other.event == "evt_3"

        assert store.work.retry_later(first, "refused", seconds=30)
        assert claimed(store) == []
        clock.now += 30
        [again] = store.work.claim("w", ["access"], limit=9)
        assert (again.event, again.attempts, again.error) == ("evt_1", 2, "refused")

        assert store.work.mark_dead(again, "refused for good")
        assert claimed(store) == ["evt_2"]

    def test_a_worker_that_dies_gives_its_work_back_when_its_lease_is_over(
        self, store: Store, make_event: Make, clock: Clock
    ) -> None:
        store.events.record([make_event()], to("access"))
        [lost] = store.work.claim("dead", ["access"], lease_seconds=60)

        clock.now += 50
        assert store.work.renew("dead", [lost.seq], lease_seconds=60) == 1
        assert store.work.renew("dead", [lost.seq + 1], lease_seconds=60) == 0
        clock.now += 50
        assert store.work.release_expired() == 0
        clock.now += 11
        assert store.work.release_expired() == 1

        [again] = store.work.claim("alive", ["access"])
        assert again.attempts == 2
        assert store.work.finish(lost) is False
        assert store.work.finish(again, "granted") is True
        stored = store.events.get("evt_1")
        assert stored is not None
        assert [(d.status, d.outcome, d.worker) for d in stored.deliveries] == [("done", "granted", None)]

    def test_a_worker_that_stops_gives_its_work_back_uncounted(self, store: Store, make_event: Make) -> None:
        store.events.record([make_event()], to("access"))

        [delivery] = store.work.claim("w", ["access"])
        assert store.work.release("w", but=[delivery.seq]) == 0
        assert store.work.release("w") == 1
        assert [delivery.attempts for delivery in store.work.claim("x", ["access"])] == [1]

    def test_a_dead_one_is_done_again_when_asked_for(self, store: Store, make_event: Make) -> None:
        store.events.record([make_event()], to("access", "exec"))
        for delivery in store.work.claim("w", ["access", "exec"], limit=2):
            store.work.mark_dead(delivery, "no")

        assert store.work.retry("evt_1", ["exec"]) == 1
        assert [(d.handler, d.attempts) for d in store.work.claim("w", ["access", "exec"], limit=2)] == [("exec", 1)]
        assert store.work.retry("evt_1", ["exec"]) == 0

    def test_what_is_due_next(self, store: Store, make_event: Make, clock: Clock) -> None:
        assert store.work.next_due(["access"]) is None
        store.events.record([make_event()], to("access"))
        store.work.retry_later(*store.work.claim("w", ["access"]), "no", seconds=7)

        assert store.work.next_due(["access"]) == clock.now + 7

    def test_many_workers_do_each_once_and_never_two_of_a_queue(self, store_address: str, make_event: Make) -> None:
        """Two stores on one database, as of two programs, with four workers each."""
        with open_store(store_address) as one, open_store(store_address) as two:
            one.events.record([make_event(customer=f"cus_{number % 4}") for number in range(60)], to("access"))
            running: set[str] = set()
            done: list[tuple[str, str]] = []
            clashes: list[str] = []
            guard = threading.Lock()

            def work(name: str, store: Store) -> None:
                while len(done) < 60:
                    for delivery in store.work.claim(name, ["access"], limit=2):
                        with guard:
                            clashes.extend([delivery.customer_queue] if delivery.customer_queue in running else [])
                            running.add(delivery.customer_queue)
                        with guard:
                            running.remove(delivery.customer_queue)
                            done.append((delivery.customer_queue, delivery.event))
                        assert store.work.finish(delivery)

            with ThreadPoolExecutor(8) as threads:
                list(threads.map(lambda number: work(f"w{number}", (one, two)[number % 2]), range(8)))

        assert clashes == []
        assert len(done) == len({event for _, event in done}) == 60
        for customer in {queue for queue, _ in done}:
            in_queue = [int(event.removeprefix("evt_")) for queue, event in done if queue == customer]
            assert in_queue == sorted(in_queue)
