"""The way into a database: `.billing/events.db` or any SQLite file, or a PostgreSQL server."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from stripe_billing_cli.errors import WRONG
from stripe_billing_cli.events.store.errors import StoreError
from stripe_billing_cli.private_files import make_private_file

DEFAULT = ".billing/events.db"
PATIENCE_SECONDS = 15
"""How long a write waits for another process's write to SQLite."""

CHECKPOINT_PAGES = 4000
"""So long SQLite's log grows, 16 MB, before it is copied into the database: a commit in many pays for that."""

LOG, LOG_PATH = "log", "log path"
"""With each connection to SQLite it is kept where its log is, if it has one, and the descriptor that flushes it."""
FILE, FILE_ID = "file", "file id"
"""The keys under which a connection keeps its file: the path, and the device and number (`file_id`)."""

POSTGRES_OPTIONS: dict[str, Any] = {
    "connect_timeout": 5,
    "application_name": "billing",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""A server that went away without a word is noticed in seconds
(https://www.postgresql.org/docs/current/libpq-connect.html)."""


@dataclass(frozen=True)
class Address:
    """The address of a store. `display_name` is what may be printed of it: no password."""

    display_name: str
    url: URL = field(repr=False)

    @property
    def sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"


def address(store: str) -> Address:
    """Return the address that `--store` names: a path, `sqlite:///PATH`, or `postgresql://…`. Raises `StoreError`."""
    if "://" not in store:
        return Address(store, URL.create("sqlite+pysqlite", database=store))
    hint = "name a path, or postgresql://user@host/database"
    try:
        url = make_url(store)
    except (ArgumentError, ValueError):
        raise StoreError("--store or BILLING_STORE names no database", hint, exit_code=WRONG) from None
    match url.drivername:
        case "postgresql" | "postgres" | "postgresql+psycopg":
            url = url.set(drivername="postgresql+psycopg")
            display_name = url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)
            return Address(display_name, url)
        case "sqlite" | "sqlite+pysqlite" if url.database:
            return Address(url.database, URL.create("sqlite+pysqlite", database=url.database))
    raise StoreError(f"a store is SQLite or PostgreSQL, not {url.drivername}", hint, exit_code=WRONG)


def make_engine(where: Address, *, connections: int) -> Engine:
    """Return an engine for up to so many connections at once. Raises `StoreError`, `OSError`."""
    if where.sqlite:
        return _sqlite(where, connections)
    try:
        engine = sa.create_engine(
            where.url,
            connect_args=POSTGRES_OPTIONS,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=30,
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        raise StoreError(
            "PostgreSQL needs a driver that is not installed", "pip install 'stripe-billing-cli[postgres]'"
        ) from None

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if not connection.get_execution_options().get("durable", True):
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")

    return engine


def _sqlite(where: Address, connections: int) -> Engine:
    path = Path(where.url.database or DEFAULT)
    make_private_file(path)
    file_uri = f"file:{quote(str(path.absolute()))}?mode=rw"

    def connect() -> sqlite3.Connection:
        """Open the file if it is there: one that was removed is not made anew without its tables."""
        return sqlite3.connect(file_uri, uri=True, timeout=PATIENCE_SECONDS, check_same_thread=False)

    engine = sa.create_engine(
        where.url,
        creator=connect,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=30,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is purged, or moved, leaves no copy
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        # As SQLite itself names the file, which it follows links to.
        ((_, _, path),) = connection.execute("PRAGMA database_list").fetchall()
        record.info[LOG_PATH] = f"{path}-wal" if mode == "wal" else None
        record.info[FILE], record.info[FILE_ID] = path, file_id(path)
        # Without a log, as on a network's file system, each commit has to wait for the disk; see `Database._flush`.
        connection.execute(f"PRAGMA synchronous = {'NORMAL' if mode == 'wal' else 'FULL'}")

    @event.listens_for(engine, "close")
    def close(_: Any, record: Any) -> None:
        if LOG in record.info:
            os.close(record.info.pop(LOG))

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN IMMEDIATE"))

    return engine


def file_id(path: str) -> tuple[int, int] | None:
    """Return the device and number of the file at the path; None where there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116  # after each commit, where a Path would cost as much again
    except OSError:
        return None
    return status.st_dev, status.st_ino
