"""Many events in one statement: what a row costs in Python decides how many events can be received.

SQLAlchemy binds each value of each row by itself, about 25 µs a row more than here, as much as all else that receiving
an event takes. And with SQLite each row that a statement gives back is a change of threads, so that it is not asked
which events were new: usually all are, and where one is not the statement fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError

from stripe_billing_cli.webhooks.store.schema import events

Values = tuple[Any, ...]
"""The columns of `events` but `seq`, in their order."""

NAMES = [column.name for column in events.columns if not column.primary_key]
INTO = f"INSERT INTO events ({', '.join(NAMES)})"
MOST_ROWS = 256
"""Rows in one statement."""


def insert(connection: Connection, rows: Sequence[Values]) -> frozenset[str]:
    """Insert those whose ids are not there yet; their ids."""
    if connection.dialect.name == "postgresql":
        return _from_json(connection, rows)
    return frozenset(_with_values(connection, rows))


def _from_json(connection: Connection, rows: Sequence[Values]) -> frozenset[str]:
    """One parameter for all rows, which the server takes apart."""
    text = msgspec.json.encode([dict(zip(NAMES, row, strict=True)) for row in rows]).decode()
    return frozenset(connection.exec_driver_sql(_json_statement(), (text,)).scalars())


@cache
def _json_statement() -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy does not type it
    types = [column.type.compile(dialect) for column in events.columns if not column.primary_key]
    shape = ", ".join(f"{name} {type}" for name, type in zip(NAMES, types, strict=True))
    given = f"SELECT * FROM json_to_recordset(%s::json) AS given ({shape})"
    return f"{INTO} {given} ON CONFLICT (id) DO NOTHING RETURNING id"


def _with_values(connection: Connection, rows: Sequence[Values]) -> list[str]:
    """In statements of as many rows as powers of two have, so that SQLite's driver knows each one by and by."""
    added: list[str] = []
    start = 0
    while start < len(rows):
        size = min(1 << ((len(rows) - start).bit_length() - 1), MOST_ROWS)
        added += _new_of(connection, rows[start : start + size])
        start += size
    return added


def _new_of(connection: Connection, rows: Sequence[Values]) -> list[str]:
    """In the transaction of SQLite's only writer, so that what is not there now is not there a statement later."""
    ids = [row[0] for row in rows]
    try:
        connection.exec_driver_sql(_values_statement(len(rows)), tuple(chain.from_iterable(rows)))
    except IntegrityError:  # nothing was inserted: this statement is undone, not the transaction
        asked = "SELECT id FROM events WHERE id IN (SELECT value FROM json_each(?))"
        known = set(connection.exec_driver_sql(asked, (msgspec.json.encode(ids).decode(),)).scalars())
        if not known:
            raise
        return _with_values(connection, [row for row in rows if row[0] not in known])
    return ids


@cache
def _values_statement(rows: int) -> str:
    row = f"({', '.join('?' * len(NAMES))})"
    return f"{INTO} VALUES {', '.join([row] * rows)}"
