"""Opening a store: tables, versions, and what cannot be opened, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import multiprocessing
import os
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from stripe_billing_cli.events.store import Filter, StoreError, open_store, recording, schema
from stripe_billing_cli.events.store.engine import address, make_engine
from stripe_billing_cli.events.store.migrate import upgrade
from tests.stores import Make, to

PENDING_AT_0004 = (
    "INSERT INTO deliveries (event, handler, lane, created, status, attempts, due)"
    " VALUES (:event, 'access', :customer, :created, 'pending', 0, 1.0)"
)


class TestOpening:
    def test_many_programs_at_once_make_the_tables_once(self, where: str) -> None:
        with multiprocessing.get_context("forkserver").Pool(4) as programs:
            assert programs.map(opened, [where] * 8) == [where] * 8

    def test_the_tables_are_what_the_migrations_make(self, store_address: str) -> None:
        engine = make_engine(address(store_address), connections=1)
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

    def test_the_deliveries_of_a_store_of_an_earlier_version_are_made_in_order(
        self, where: str, make_event: Make
    ) -> None:
        """Until 0005 the column of a customer's queue had another name."""
        engine = make_engine(address(where), connections=1)
        with engine.begin() as connection:
            upgrade(connection, "0004")
            for event in (make_event(customer="cus_9"), make_event(customer="cus_9"), make_event(customer="cus_8")):
                values = dict(zip(recording.EVENT, recording.values(event, 1.5), strict=True))
                connection.execute(sa.insert(schema.events).values(values))
                values = {"event": event.id, "customer": event.customer, "created": event.created}
                connection.execute(sa.text(PENDING_AT_0004), values)
        engine.dispose()

        with open_store(where) as store:
            first, other = store.work.claim("w", ["access"], limit=9)
            assert (first.event, first.customer_queue, other.event) == ("evt_1", "cus_9", "evt_3")
            assert store.work.finish(first)
            [second] = store.work.claim("w", ["access"], limit=9)
            assert second.event == "evt_2"

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
        with pytest.raises(StoreError) as raised:
            open_store(store)

        assert words in raised.value.message
        assert "geheim" not in raised.value.message + raised.value.hint

    def test_a_database_that_does_not_exist(self, postgres_url: str) -> None:
        with pytest.raises(StoreError, match="did not let us in") as raised:
            open_store(f"{postgres_url}_not")
        assert not raised.value.transient


def opened(where: str) -> str:
    with open_store(where) as store:
        store.settings.put("seen", True)
        return store.display_name
