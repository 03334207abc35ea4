"""Events in the store: recorded once, filtered, completed and purged; and access. On SQLite and on PostgreSQL alike."""

from __future__ import annotations

import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from stripe_billing_cli.events.store import Access, Filter, Store, open_store
from stripe_billing_cli.events.store.purging import Purge
from tests.stores import Clock, Make, to


class TestEvents:
    def test_an_event_is_new_once(self, store: Store, make_event: Make) -> None:
        first, second = make_event(), make_event()

        assert store.events.record([first, first], to("access")) == {"evt_1"}
        assert store.events.record([second, first], to("access", "exec")) == {"evt_2"}
        assert [len(stored.deliveries) for stored in store.events.page()] == [2, 1]

    def test_work_that_outlived_its_event_is_no_trouble(self, where: str, make_event: Make) -> None:
        """As where somebody deleted events by hand, with SQLite's own shell, which knows of no foreign keys."""
        event = make_event()
        with open_store(where) as store:
            store.events.record([event], to("access"))
            if where.startswith("postgresql"):
                with psycopg.connect(where) as other:
                    other.execute("SET session_replication_role TO replica")
                    other.execute("DELETE FROM events")
            else:
                with closing(sqlite3.connect(where)) as other_one, other_one:
                    other_one.execute("DELETE FROM events")
            assert store.events.record([event], to("access")) == {event.id}
            assert [len(found.deliveries) for found in store.events.page()] == [1]

    def test_however_many_come_together_each_is_new_once_with_its_work_in_order(
        self, store: Store, make_event: Make
    ) -> None:
        events = [make_event(customer="cus_1", created=1_700_000_000) for _ in range(700)]
        known = events[100:104] + events[390:400] + events[699:]
        assert len(store.events.record(known, to("access"))) == 15

        new = store.events.record([*events, *events[:50]], to("access", "exec"))

        assert new == {event.id for event in events} - {event.id for event in known}
        assert sum(len(page) for page in store.events.pages()) == 700
        stored = {found.event.id: found for page in store.events.pages() for found in page}
        assert {len(stored[event.id].deliveries) for event in known} == {1}
        later = [event.id for event in events if event.id in new]
        for handler in ("access", "exec"):
            in_order = sorted((one.seq, id) for id in later for one in stored[id].deliveries if one.handler == handler)
            assert [id for _, id in in_order] == later

    def test_it_is_kept_whole(self, store: Store, make_event: Make, clock: Clock) -> None:
        event = make_event(api_version="2026-10-28.endive", account="acct_1", livemode=True, payload='{"é": "☃"}')
        store.events.record([event])

        stored = store.events.get("evt_1")

        assert stored is not None
        assert stored.event == event
        assert stored.received_at == clock.now
        assert store.events.get("evt_none") is None

    def test_many_threads_with_the_same_events_record_each_once(self, store: Store, make_event: Make) -> None:
        events = [make_event() for _ in range(60)]
        orders = [events, events[::-1], events[30:] + events[:30], events[::2] + events[1::2]]

        with ThreadPoolExecutor(4) as threads:
            new = list(threads.map(lambda order: store.events.record(order, to("access")), orders))

        assert sum(map(len, new)) == 60
        assert store.work.counts() == {("access", "pending"): 60}

    def test_nothing_of_a_transaction_that_fails_stays(self, store: Store, make_event: Make) -> None:
        with pytest.raises(ZeroDivisionError), store.transaction() as tx:
            store.events.record([make_event()], to("access"), within=tx)
            store.settings.put("cursor", 1, within=tx)
            _ = 1 / 0

        assert store.events.page() == []
        assert store.settings.get("cursor") is None

    def test_the_newest_come_first_page_by_page(self, store: Store, make_event: Make) -> None:
        store.events.record([make_event(created=1_700_000_000 + number // 2) for number in range(7)])

        pages = [[stored.event.id for stored in page] for page in store.events.pages(limit=3)]

        assert pages == [["evt_7", "evt_6", "evt_5"], ["evt_4", "evt_3", "evt_2"], ["evt_1"]]

    @pytest.mark.parametrize(
        ("filter", "found"),
        [
            (Filter(type="invoice.paid"), {"evt_2"}),
            (Filter(type="invoice.*"), {"evt_2", "evt_3"}),
            (Filter(customer="cus_2"), {"evt_3"}),
            (Filter(since=1_700_000_002, until=1_700_000_003), {"evt_2"}),
            (Filter(failed=True), {"evt_1", "evt_2"}),
            (Filter(failed=True, type="invoice.*"), {"evt_2"}),
            (Filter(handler="exec"), {"evt_1", "evt_2", "evt_3"}),
            (Filter(handler="access"), set()),
        ],
    )
    def test_filters(self, store: Store, make_event: Make, filter: Filter, found: set[str]) -> None:
        store.events.record(
            [
                make_event(customer="cus_1"),
                make_event(type="invoice.paid", customer="cus_3"),
                make_event(type="invoice.voided", customer="cus_2"),
            ],
            to("exec"),
        )
        one, two, three = store.work.claim("w", ["exec"], limit=3)
        store.work.retry_later(one, "no", seconds=1)
        store.work.mark_dead(two, "never")
        store.work.finish(three)

        assert {stored.event.id for stored in store.events.page(filter)} == found

    def test_a_thin_event_is_completed(self, store: Store, make_event: Make) -> None:
        thin = make_event(thin=True, customer=None)
        store.events.record([thin], to("fetch"))

        whole = make_event(id=thin.id, customer="cus_9", payload='{"data": {}}')
        store.events.complete(whole, to("access"))

        stored = store.events.get(thin.id)
        assert stored is not None
        assert (stored.event.thin, stored.event.customer, stored.event.payload) == (False, "cus_9", '{"data": {}}')
        assert [(delivery.handler, delivery.customer_queue) for delivery in stored.deliveries] == [
            ("fetch", thin.object_id),
            ("access", "cus_9"),
        ]

    def test_a_purge_takes_payloads_and_what_handlers_said_of_what_is_settled(
        self, store: Store, make_event: Make
    ) -> None:
        store.events.record([make_event(), make_event(customer="cus_2"), make_event(created=1_800_000_000)], to("exec"))
        done, _ = store.work.claim("w", ["exec"], limit=2)
        store.work.finish(done, "wrote to ada@example.com")

        assert store.events.purge(1_750_000_000) == 1

        purged, kept, young = (store.events.get(f"evt_{number}") for number in (1, 2, 3))
        assert purged is not None and kept is not None and young is not None
        assert purged.event.payload is None
        assert purged.deliveries[0].outcome is None
        assert kept.event.payload and young.event.payload
        assert store.events.record([purged.event]) == frozenset()

    def test_what_is_purged_is_gone_from_the_file_and_its_log(self, tmp_path: Path, make_event: Make) -> None:
        path = tmp_path / "events.db"
        personal = '{"email": "ada@example.com", "padding": "' + "x" * 9000 + '"}'
        with open_store(str(path)) as store:
            store.events.record([make_event(payload=personal) for _ in range(300)], to("exec"))
            store.events.record([make_event(created=1_800_000_000, payload='{"kept": "grace@example.com"}')])
            while claimed := store.work.claim("w", ["exec"], limit=100):
                for one in claimed:
                    store.work.finish(one)
            assert store.events.purge(1_750_000_000) == 300

            content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
            assert content.count(b"ada@example.com") == 0
            assert b"grace@example.com" in content

    @pytest.mark.parametrize("seed", range(2))
    def test_what_handlers_said_is_gone_from_the_file_with_the_events(
        self, tmp_path: Path, make_event: Make, seed: int
    ) -> None:
        """Also where rows that had grown were moved to other pages, and left a copy behind."""
        chance = random.Random(seed)
        with open_store(str(tmp_path / "events.db")) as store:
            thin = [make_event(thin=True, payload="{}") for _ in range(300)]
            for start in range(0, 300, 20):
                store.events.record(thin[start : start + 20], to("fetch"))
            for event in chance.sample(thin, 300):
                whole = f"ada@example.com {'x' * chance.choice([10, 100, 900, 3000, 9000])}"
                store.events.complete(make_event(id=event.id, payload=whole, customer=f"cus_{event.id}"), to("a", "b"))
            for _ in range(6):
                for one in store.work.claim("w", ["fetch", "a", "b"], limit=600):
                    said = f"ada@example.com {'y' * chance.choice([5, 60, 190, 450])}"
                    if chance.random() < 0.4:
                        store.work.retry_later(one, said, seconds=0)
                    else:
                        store.work.finish(one, said)
            while claimed := store.work.claim("w", ["fetch", "a", "b"], limit=600):
                for one in claimed:
                    store.work.finish(one, "ada@example.com")
            before = {event: list(of) for event, of in store.work.for_events([event.id for event in thin]).items()}

            assert store.events.purge(1_750_000_000) == 300

            content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
            assert content.count(b"ada@example.com") == 0
            assert store.work.for_events([event.id for event in thin]) == {
                event: [replace(one, outcome=None, error=None) for one in of] for event, of in before.items()
            }

    def test_a_purge_of_many_takes_them_in_parts_that_others_can_write_between(
        self, store: Store, make_event: Make
    ) -> None:
        store.events.record([make_event() for _ in range(900)])
        between = []

        def pause(seconds: float) -> None:
            between.append(store.events.record([make_event(created=1_800_000_000)]))

        assert Purge(store._database, "payloads", 1_750_000_000, pause).run() == 900
        assert len(between) >= 3
        assert Purge(store._database, "payloads", 1_750_000_000, pause).run(limit=5) == 0
        assert Purge(store._database, "events", 1_750_000_000, pause).run(limit=5) == 5
        assert Purge(store._database, "events", 1_750_000_000, pause).run() == 895

    def test_what_is_forgotten_is_gone_with_its_work(self, store: Store, make_event: Make) -> None:
        store.events.record([make_event(), make_event()], to("exec"))
        store.work.finish(*store.work.claim("w", ["exec"]))

        assert store.events.forget(1_750_000_000) == 1
        assert [stored.event.id for stored in store.events.page()] == ["evt_2"]
        assert store.work.for_events(["evt_1"]) == {}


class TestAccess:
    def row(self, customer: str = "cus_1", key: str = "pro", *, granted: bool = True, reason: str = "active") -> Access:
        return Access(customer, "product", key, granted, 1_700_000_000, None, reason, "sub_1")

    def test_replacing_tells_what_changed(self, store: Store) -> None:
        store.access.replace("cus_1", [self.row(), self.row(key="team")])

        changes = store.access.replace("cus_1", [self.row(), self.row(key="free", granted=False)])

        assert [(change.before, change.after) for change in changes] == [
            (None, self.row(key="free", granted=False)),
            (self.row(key="team"), None),
        ]
        assert [row.key for row in store.access.for_customer("cus_1")] == ["free", "pro"]
        assert store.access.replace("cus_1", store.access.for_customer("cus_1")) == []

    def test_pages_and_filters(self, store: Store) -> None:
        for customer in ("cus_1", "cus_2", "cus_3"):
            store.access.replace(
                customer, [self.row(customer, granted=customer != "cus_2"), self.row(customer, "team")]
            )

        first = store.access.page(key="pro", limit=2)
        rest = store.access.page(key="pro", after=(first[-1].customer, first[-1].kind, first[-1].key))

        assert [row.customer for row in (*first, *rest)] == ["cus_1", "cus_2", "cus_3"]
        assert [row.customer for row in store.access.page(key="pro", is_granted=False)] == ["cus_2"]
        assert store.access.customers(after="cus_1") == ["cus_2", "cus_3"]
