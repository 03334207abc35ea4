"""A database that was removed, or cannot be written, is reported: nothing is acknowledged into nowhere."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import StoreError, database, open_store
from tests.listener.receiving import Running, request
from tests.listener_process import deliver, listening, product

Make = Callable[..., Event]


@pytest.fixture
def path(tmp_path: Path, made_file: Path) -> Path:
    return Path(shutil.copy(made_file, tmp_path / "events.db"))


def test_nothing_is_written_to_a_file_that_is_not_there_any_more(path: Path, make_event: Make) -> None:
    with open_store(str(path)) as store:
        store.events.record([make_event()])
        kept = path.rename(path.with_name("kept.db"))
        for _ in range(2):
            with pytest.raises(StoreError, match="removed or replaced"):
                store.events.record([make_event()])
            with pytest.raises(StoreError):
                store.ping()
        assert not path.exists()

        kept.rename(path)
        assert store.events.record([make_event(id="evt_later")]) == {"evt_later"}
        assert store.events.stored_ids(["evt_1", "evt_later"]) == {"evt_1", "evt_later"}


def test_a_file_that_vanishes_before_the_first_write_is_said_to_be_removed(path: Path, make_event: Make) -> None:
    with open_store(str(path)) as store:
        with store.transaction():
            store.events.stored_ids(["evt_1"])  # by a second connection, which is the next one to write
        for name in ("", "-wal", "-shm"):
            path.with_name(f"events.db{name}").unlink(missing_ok=True)

        with pytest.raises(StoreError, match="removed or replaced"):
            store.events.record([make_event()])


def test_a_backup_put_in_its_place_is_used(path: Path, make_event: Make) -> None:
    with open_store(str(path)) as store:
        store.events.record([make_event()])
        backup = shutil.copy(path, path.with_name("backup.db"))
        for name in ("", "-wal", "-shm"):
            path.with_name(f"events.db{name}").unlink(missing_ok=True)
        Path(backup).rename(path)

        with pytest.raises(StoreError, match="removed or replaced"):
            store.events.record([make_event()])
        assert store.events.record([make_event(id="evt_later")]) == {"evt_later"}


def test_a_disk_without_room_for_a_long_event_is_full(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small writes still go into what the log has of it, so that writing alone does not tell."""
    with open_store(str(path)) as store:
        store.ping()
        monkeypatch.setattr(database, "LEAST_ROOM", 1 << 62)
        with pytest.raises(StoreError, match="the disk is full"):
            store.ping()


@pytest.mark.parametrize("table", ["deliveries", "access"])
def test_a_store_without_one_of_its_tables_does_not_answer(path: Path, table: str) -> None:
    with open_store(str(path)) as store:
        with sqlite3.connect(path) as other:
            other.execute(f"DROP TABLE {table}")
        other.close()

        with pytest.raises(StoreError, match=table):
            store.ping()


def test_the_listener_answers_503_and_is_not_ready(directory: Path) -> None:
    with listening(directory, "--exec", "true") as (process, _, port):
        assert deliver(port, product("prod_1")) == 200
        ready = request(b"", path="/readyz", method="GET")
        running = Running(port, *[None] * 4)  # type: ignore[arg-type]
        assert running.ask(ready).status == 200
        for name in ("events.db", "events.db-wal", "events.db-shm"):
            (directory / ".billing" / name).unlink(missing_ok=True)

        assert deliver(port, product("prod_2")) == 503
        answer = running.ask(ready)
        assert answer.status == 503
        assert ".billing/events.db" in answer.text
        said = process.stderr.readline()

    assert ".billing/events.db was removed or replaced while it was in use" in said
