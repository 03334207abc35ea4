"""Transactions on the one database, with its troubles told as `StoreTrouble`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import postgresql, sqlite

from stripe_billing_cli.webhooks.store.errors import told


@dataclass(frozen=True)
class Database:
    """`clock` gives Unix seconds. May be shared by threads."""

    engine: Engine
    shown: str
    clock: Callable[[], float]
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self, within: Connection | None = None, *, durable: bool = True) -> Iterator[Connection]:
        """A transaction that is committed at the end, or a part of the one given.

        Where it is not `durable`, a computer that loses power may forget it, a program that is killed does not.
        SQLite has one writer at a time: the threads of this process queue here, since SQLite itself makes them
        sleep and try again. Raises `StoreTrouble`.
        """
        if within is not None:
            yield within
            return
        engine = self.engine.execution_options(durable=durable)
        with self._turn if self.sqlite else nullcontext(), told(self.shown), engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self, within: Connection | None = None) -> Iterator[Connection]:
        """One moment's state. Raises `StoreTrouble`."""
        if within is not None:
            yield within
            return
        with told(self.shown), self.engine.connect().execution_options(begin="BEGIN") as connection:
            yield connection

    def insert(self, table: sa.Table) -> Any:
        """An INSERT that knows ON CONFLICT, which SQLAlchemy has once for each database, word for word."""
        return sqlite.insert(table) if self.sqlite else postgresql.insert(table)
