"""Many events in one statement, which is most of what one costs: SQLAlchemy binds each value of each row by itself.

A row through `insert().values(...)` costs about 25 µs of Python more than here, on either database: as much as all
else that receiving an event takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from stripe_billing_cli.webhooks.store.schema import events

Values = tuple[Any, ...]
"""The columns of `events` but `seq`, in their order."""

NAMES = [column.name for column in events.columns if not column.primary_key]
INTO = f"INSERT INTO events ({', '.join(NAMES)})"
ONCE = "ON CONFLICT (id) DO NOTHING RETURNING id"
MOST_ROWS = 128


def insert(connection: Connection, rows: Sequence[Values]) -> frozenset[str]:
    """Insert those whose ids are not there yet; their ids."""
    if connection.dialect.name == "postgresql":
        return _from_json(connection, rows)
    return frozenset(id for part in _parts(rows) for id in _with_values(connection, part))


def _from_json(connection: Connection, rows: Sequence[Values]) -> frozenset[str]:
    """One parameter for all rows, which the server takes apart."""
    types = [column.type.compile(connection.dialect) for column in events.columns if not column.primary_key]
    shape = ", ".join(f"{name} {type}" for name, type in zip(NAMES, types, strict=True))
    statement = f"{INTO} SELECT * FROM json_to_recordset(%s::json) AS given ({shape}) {ONCE}"
    text = msgspec.json.encode([dict(zip(NAMES, row, strict=True)) for row in rows]).decode()
    return frozenset(connection.exec_driver_sql(statement, (text,)).scalars())


def _with_values(connection: Connection, rows: Sequence[Values]) -> Sequence[str]:
    one = f"({', '.join('?' * len(NAMES))})"
    statement = f"{INTO} VALUES {', '.join([one] * len(rows))} {ONCE}"
    return connection.exec_driver_sql(statement, tuple(value for row in rows for value in row)).scalars().all()


def _parts(rows: Sequence[Values]) -> Iterator[Sequence[Values]]:
    """By powers of two, so that SQLite sees few different statements and has them prepared."""
    start, size = 0, MOST_ROWS
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        yield rows[start : start + size]
        start += size
