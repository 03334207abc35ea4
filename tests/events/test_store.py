"""The store, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import multiprocessing
import os
import random
import sqlite3
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import Access, Filter, Store, StoreError, open_store, recording, schema
from stripe_billing_cli.events.store.engine import address, make_engine
from stripe_billing_cli.events.store.migrate import upgrade
from stripe_billing_cli.events.store.purging import Purge
from tests.stores import Clock

Make = Callable[..., Event]


def to(*handlers: str) -> Callable[[Event], tuple[str, ...]]:
    return lambda event: handlers


def claimed(store: Store, *handlers: str, worker: str = "w", limit: int = 100) -> list[str]:
    return [delivery.event for delivery in store.work.claim(worker, handlers or ("access",), limit=limit)]


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
        assert [(delivery.handler, delivery.lane) for delivery in stored.deliveries] == [
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

            held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
            assert held.count(b"ada@example.com") == 0
            assert b"grace@example.com" in held

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

            held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
            assert held.count(b"ada@example.com") == 0
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

    def test_a_failed_one_holds_up_its_lane_until_it_is_due_and_no_other(
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

        [held] = store.work.claim("w", ["access"])
        assert store.work.release("w", but=[held.seq]) == 0
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

    def test_many_workers_do_each_once_and_never_two_of_a_lane(self, made: str, make_event: Make) -> None:
        """Two stores on one database, as of two programs, with four workers each."""
        with open_store(made) as one, open_store(made) as two:
            one.events.record([make_event(customer=f"cus_{number % 4}") for number in range(60)], to("access"))
            running: set[str] = set()
            done: list[tuple[str, str]] = []
            clashes: list[str] = []
            guard = threading.Lock()

            def work(name: str, store: Store) -> None:
                while len(done) < 60:
                    for delivery in store.work.claim(name, ["access"], limit=2):
                        with guard:
                            clashes.extend([delivery.lane] if delivery.lane in running else [])
                            running.add(delivery.lane)
                        with guard:
                            running.remove(delivery.lane)
                            done.append((delivery.lane, delivery.event))
                        assert store.work.finish(delivery)

            with ThreadPoolExecutor(8) as threads:
                list(threads.map(lambda number: work(f"w{number}", (one, two)[number % 2]), range(8)))

        assert clashes == []
        assert len(done) == len({event for _, event in done}) == 60
        for customer in {lane for lane, _ in done}:
            in_lane = [int(event.removeprefix("evt_")) for lane, event in done if lane == customer]
            assert in_lane == sorted(in_lane)


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
        assert [row.customer for row in store.access.page(key="pro", granted=False)] == ["cus_2"]
        assert store.access.customers(after="cus_1") == ["cus_2", "cus_3"]


class TestOpening:
    def test_many_programs_at_once_make_the_tables_once(self, where: str) -> None:
        with multiprocessing.get_context("forkserver").Pool(4) as programs:
            assert programs.map(opened, [where] * 8) == [where] * 8

    def test_the_tables_are_what_the_migrations_make(self, made: str) -> None:
        engine = make_engine(address(made), connections=1)
        with engine.connect() as connection:
            found = compare_metadata(MigrationContext.configure(connection), schema.metadata)
        engine.dispose()

        assert found == []

    def test_a_store_of_the_first_version_is_brought_up_to_date(self, where: str, make_event: Make) -> None:
        engine = make_engine(address(where), connections=1)
        with engine.begin() as connection:
            upgrade(connection, "0001")
            event = make_event(customer="cus_9")
            values = dict(zip(recording.EVENT, recording.values(event, 1.5), strict=True))
            connection.execute(sa.insert(schema.events).values(values))
        engine.dispose()

        with open_store(where) as store:
            assert [found.event.id for found in store.events.page(Filter(customer="cus_9"))] == [event.id]
            assert store.events.record([event, make_event()]) == {"evt_2"}
        engine = make_engine(address(where), connections=1)
        with engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
        engine.dispose()

    def test_tables_of_a_newer_version_are_left_alone(self, where: str) -> None:
        open_store(where).close()
        engine = make_engine(address(where), connections=1)
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()

        with pytest.raises(StoreError, match="written by a newer version of billing"):
            open_store(where)

    def test_the_file_is_private(self, tmp_path: Path) -> None:
        path = tmp_path / "made" / "events.db"

        with open_store(str(path)) as store:
            store.settings.put("x", 1)
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}

        assert modes == {"events.db": 0o600, "events.db-wal": 0o600, "events.db-shm": 0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    @pytest.mark.parametrize("linked", [False, True])
    def test_what_was_recorded_is_on_the_disk(
        self, tmp_path: Path, make_event: Make, monkeypatch: pytest.MonkeyPatch, linked: bool
    ) -> None:
        """Flushing is all that can be seen of it without cutting the power: the log's file, with each record in it."""
        path = tmp_path / "real" / "events.db"
        open_store(str(path)).close()
        if linked:
            (tmp_path / "link.db").symlink_to(path)
        flushed: list[tuple[int, bytes]] = []
        flush = os.fdatasync

        def seen(descriptor: int) -> None:
            flush(descriptor)
            flushed.append((os.fstat(descriptor).st_ino, os.pread(descriptor, 1 << 20, 0)))

        monkeypatch.setattr(os, "fdatasync", seen)
        with open_store(str(tmp_path / "link.db" if linked else path)) as store:
            monkeypatch.chdir(tmp_path)
            for number in range(1, 4):
                store.events.record([make_event()], to("access"))
                inode, log = flushed[-1]
                assert len(flushed) == number
                assert inode == path.with_name("events.db-wal").stat().st_ino
                assert f"evt_{number}".encode() in log
            store.settings.put("x", 1)
            assert len(flushed) == 4
            store.work.claim("w", ["access"])
            assert len(flushed) == 4  # it would be done again

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        path = tmp_path / "events.db"
        path.write_bytes(b"no database" * 1000)

        with pytest.raises(StoreError, match="damaged, or no database"):
            open_store(str(path))
        assert path.read_bytes() == b"no database" * 1000

    @pytest.mark.parametrize(
        ("store", "words"),
        [
            ("mysql://u:geheim@h/d", "SQLite or PostgreSQL, not mysql"),
            ("postgresql://u:geheim@h:port/d", "names no database"),
            ("postgresql://u:geheim@127.0.0.1:9/d", "127.0.0.1:9/d does not answer"),
        ],
    )
    def test_a_store_that_cannot_be_had_is_told_without_its_password(self, store: str, words: str) -> None:
        with pytest.raises(StoreError) as told:
            open_store(store)

        assert words in told.value.message
        assert "geheim" not in told.value.message + told.value.hint

    def test_a_database_that_does_not_exist(self, postgres_url: str) -> None:
        with pytest.raises(StoreError, match="did not let us in") as told:
            open_store(f"{postgres_url}_not")
        assert not told.value.passing


def opened(where: str) -> str:
    with open_store(where) as store:
        store.settings.put("seen", True)
        return store.shown
