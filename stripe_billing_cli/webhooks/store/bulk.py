"""Many events in one statement: what a row costs in Python decides how many events can be received.

SQLAlchemy binds each value of each row by itself, about 25 µs a row more than here, as much as all else that receiving
an event takes. And with SQLite each row that a statement gives back is a change of threads, so that it is asked first
which events are there already, usually none, rather than afterwards which were new.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from stripe_billing_cli.webhooks.store.schema import events

Values = tuple[Any, ...]
"""The columns of `events` but `seq`, in their order."""

NAMES = [column.name for column in events.columns if not column.primary_key]
INTO = f"INSERT INTO events ({', '.join(NAMES)})"
MOST_ROWS = 256


def insert(connection: Connection, rows: Sequence[Values]) -> frozenset[str]:
    """Insert those whose ids are not there yet; their ids."""
    if connection.dialect.name == "postgresql":
        return _from_json(connection, rows)
    return _with_values(connection, rows)


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


def _with_values(connection: Connection, rows: Sequence[Values]) -> frozenset[str]:
    """In the transaction of SQLite's only writer, so that what is not there now is not there a statement later."""
    ids = msgspec.json.encode([row[0] for row in rows]).decode()
    there = connection.exec_driver_sql("SELECT id FROM events WHERE id IN (SELECT value FROM json_each(?))", (ids,))
    known = set(there.scalars())
    new = [row for row in rows if row[0] not in known] if known else rows
    one = f"({', '.join('?' * len(NAMES))})"
    for start in range(0, len(new), MOST_ROWS):
        part = new[start : start + MOST_ROWS]
        statement = f"{INTO} VALUES {', '.join([one] * len(part))}"
        connection.exec_driver_sql(statement, tuple(chain.from_iterable(part)))
    return frozenset(row[0] for row in new)
