"""Transactions on the one database; its errors become `StoreError`."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import PoolProxiedConnection

from stripe_billing_cli.events.store.engine import FILE, FILE_ID, LOG, LOG_PATH, PATIENCE_SECONDS, file_id
from stripe_billing_cli.events.store.errors import full_error, removed_error, translated_errors, without_table
from stripe_billing_cli.events.store.schema import metadata

LEAST_ROOM = 4 << 20
"""Bytes that a disk must have free: an event has up to 1 MB, which goes to the log and to the file."""

Execute = Callable[[str, tuple[Any, ...]], Iterable[Sequence[Any]]]
"""A statement in a driver's own words, and its parameters → rows."""


@dataclass(frozen=True)
class Database:
    """A database of events. `clock` gives Unix seconds. May be shared by threads."""

    engine: Engine
    display_name: str
    clock: Callable[[], float]
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self, within: Connection | None = None, *, durable: bool = True) -> Iterator[Connection]:
        """Begin a transaction that is committed at the end, or a part of the one given.

        Where it is not `durable`, a computer that loses power may forget it, a program that is killed does not. SQLite
        has one writer at a time: the threads of this process queue here, since SQLite itself makes them sleep and try
        again. Raises `StoreError`.
        """
        if within is not None:
            yield within
            return
        if self.sqlite:
            with translated_errors(self.display_name):
                with self._turn, self.engine.begin() as connection:
                    info = connection.info
                    yield connection
                if durable:
                    self._flush(info)
                self._check_file(info)
            return
        with translated_errors(self.display_name), self.engine.execution_options(durable=durable).begin() as connection:
            yield connection

    def copy_log(self) -> None:
        """Copy SQLite's log into the file, as far as nobody reads from it, while others go on."""
        if self.sqlite:
            with translated_errors(self.display_name), closing(self.engine.raw_connection()) as pooled_connection:
                _driver(pooled_connection).execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def cut_log(self) -> bool:
        """Copy SQLite's log into the file and cut it. Return whether it was cut, which needs that nobody reads from
        it."""
        if not self.sqlite:
            return True
        self.copy_log()
        with (
            translated_errors(self.display_name),
            self._turn,
            closing(self.engine.raw_connection()) as pooled_connection,
        ):
            driver = _driver(pooled_connection)
            driver.execute("PRAGMA busy_timeout = 0")
            try:
                (busy, _, _) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                driver.execute(f"PRAGMA busy_timeout = {PATIENCE_SECONDS * 1000}")
            return not busy

    @contextmanager
    def recording(self, within: Connection | None = None) -> Iterator[Execute]:
        """Begin a transaction of statements in the driver's own words, or a part of the one given.

        It leaves out what SQLAlchemy does around a statement, and on PostgreSQL, where each statement is a transaction
        by itself, two ways to the server. Raises `StoreError`.
        """
        if within is not None:
            yield within.exec_driver_sql
        elif self.sqlite:
            with translated_errors(self.display_name):
                with self._turn, closing(self.engine.raw_connection()) as pooled_connection:
                    info = pooled_connection.info
                    driver = _driver(pooled_connection)
                    driver.execute("BEGIN IMMEDIATE")
                    with driver:  # which commits, or undoes
                        yield driver.execute
                self._flush(info)
                self._check_file(info)
        else:
            with (
                translated_errors(self.display_name),
                self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
            ):
                yield connection.exec_driver_sql

    def _flush(self, info: dict[Any, Any]) -> None:
        """Wait until what was committed is on the disk, while the next writer is at work already.

        What SQLite's `synchronous = FULL` does at the end of a commit, with its one writer waiting: flush the log.
        With `NORMAL` it does so only before it copies the log into the database
        (https://www.sqlite.org/pragma.html#pragma_synchronous), so whatever is no longer in the log is on the disk.

        `info` is kept with the connection: the log is one file as long as a connection is open.
        """
        if info[LOG_PATH] is None:  # no log is kept here, and the commit has waited for the disk itself
            return
        log = info.get(LOG)
        if log is None:
            try:
                log = info[LOG] = os.open(info[LOG_PATH], os.O_RDONLY)
            except FileNotFoundError:
                self._check_file(info)  # the log goes with the file
                raise
        os.fdatasync(log)

    def _check_file(self, info: dict[Any, Any]) -> None:
        """Raise `StoreError` where SQLite's file was removed, or another put in its place, since it was opened.

        SQLite goes on writing to the file that is not there any more, and nobody would ever find what it wrote.
        """
        if file_id(info[FILE]) != info[FILE_ID]:
            self.engine.dispose()
            raise removed_error(self.display_name)

    def check_room(self) -> None:
        """Raise `StoreError` where the disk of SQLite's file has no room for a long event.

        Small writes go on for a while on a full disk, into what the log has of it.
        """
        if self.sqlite and (path := self.engine.url.database):
            with translated_errors(self.display_name):
                disk = os.statvfs(Path(path).absolute().parent)
            free = disk.f_bfree if os.geteuid() == 0 else disk.f_bavail
            if disk.f_blocks and free * disk.f_frsize < LEAST_ROOM:
                raise full_error(self.display_name)

    def check_tables(self) -> None:
        """Raise `StoreError` where a table is missing."""
        with self.reading() as connection:
            tables = sa.inspect(connection).get_table_names()
        for table in metadata.tables:
            if table not in tables:
                raise without_table(self.display_name, table)

    @contextmanager
    def reading(self, within: Connection | None = None) -> Iterator[Connection]:
        """Open a transaction that reads the state of one moment. Raises `StoreError`."""
        if within is not None:
            yield within
            return
        with translated_errors(self.display_name), self.engine.connect().execution_options(begin="BEGIN") as connection:
            yield connection

    def insert(self, table: sa.Table) -> Any:
        """Return an INSERT that knows ON CONFLICT, which SQLAlchemy has once for each database, word for word."""
        return sqlite.insert(table) if self.sqlite else postgresql.insert(table)


def _driver(pooled_connection: PoolProxiedConnection) -> Any:
    """Return the driver's own connection, which SQLAlchemy does not type."""
    return pooled_connection.driver_connection
