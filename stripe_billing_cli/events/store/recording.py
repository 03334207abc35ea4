"""Events and the work that they cause, written down as directly as the drivers go: this is what receiving costs.

SQLAlchemy binds each value of each row by itself, about 25 µs a row more than here, as much as all else that receiving
an event takes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import schema
from stripe_billing_cli.events.store.database import Execute

Values = tuple[Any, ...]

ABOUT_EVENT = [column.name for column in schema.events.columns if column.name not in ("seq", "payload")]
EVENT = [*ABOUT_EVENT, "payload"]
PENDING = ("event", "handler", "customer_queue", "created", "status", "attempts", "due")
MOST_ROWS = 256
"""Rows in one of SQLite's statements."""


def values(event: Event, received_at: float) -> Values:
    """Return a row of `events`, as `EVENT` has its columns."""
    return (
        event.id,
        event.type,
        event.created,
        event.livemode,
        event.api_version,
        event.object,
        event.object_id,
        event.customer,
        event.account,
        event.thin,
        event.source,
        received_at,
        event.payload,
    )


def pending_row(event: Event, handler: str, now: float) -> Values:
    """Return a row of `deliveries` that is to be done, as `PENDING` has its columns."""
    return (event.id, handler, event.customer_queue, event.created, "pending", 0, now)


def on_sqlite(execute: Execute, events: Sequence[Values], work: Sequence[Values]) -> frozenset[str]:
    """Insert the events that are not there yet, and of the work what belongs to them; return the ids of those events.

    In the transaction of the one writer: what is not there now is not there a statement later.
    """
    new_ids = frozenset(_find_inserted(execute, events))
    for part in _parts([row for row in work if row[0] in new_ids]):
        _insert(execute, "deliveries", PENDING, part, " ON CONFLICT (event, handler) DO NOTHING")
    return new_ids


def on_postgres(execute: Execute, events: Sequence[Values], work: Sequence[Values]) -> frozenset[str]:
    """Record events as `on_sqlite` does, in one statement, so that it needs no transaction around it.

    Rows as JSON, which the server takes apart. The payloads stand beside it: JSON in JSON costs as much again.
    """
    parameters: list[Any] = [_json(ABOUT_EVENT, [row[:-1] for row in events]), [row[-1] for row in events]]
    if work:
        parameters.append(_json(PENDING, work))
    return frozenset(id for (id,) in execute(_postgres_statement(bool(work)), tuple(parameters)))


def _json(names: Sequence[str], rows: Sequence[Values]) -> str:
    return msgspec.json.encode([dict(zip(names, row, strict=True)) for row in rows]).decode()


@cache
def _postgres_statement(with_work: bool) -> str:
    rows = f"ROWS FROM (json_to_recordset(%s::json) AS ({_shape(schema.events, ABOUT_EVENT)}), unnest(%b::text[]))"
    event_insert = (
        f"INSERT INTO events ({', '.join(EVENT)}) SELECT * FROM {rows} ON CONFLICT (id) DO NOTHING RETURNING id"
    )
    if not with_work:
        return event_insert
    columns = ", ".join(PENDING)
    work = (
        f"INSERT INTO deliveries ({columns}) SELECT {columns} "
        f"FROM ROWS FROM (json_to_recordset(%s::json) AS ({_shape(schema.deliveries, PENDING)}))"
        f" WITH ORDINALITY AS wanted ({columns}, place)"
        " WHERE event IN (SELECT id FROM added) ORDER BY place ON CONFLICT (event, handler) DO NOTHING"
    )
    return f"WITH added AS ({event_insert}), work AS ({work}) SELECT id FROM added"


def _shape(table: sa.Table, names: Sequence[str]) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy does not type it
    return ", ".join(f"{name} {table.columns[name].type.compile(dialect)}" for name in names)


def _find_inserted(execute: Execute, rows: Sequence[Values]) -> list[str]:
    """Return the ids of the events that were new: usually all, so that it is asked only where a statement fails.

    It would be slower to have them answered, since with this driver each row of an answer is a change of threads.
    """
    new_ids: list[str] = []
    for part in _parts(rows):
        ids = [row[0] for row in part]
        try:
            _insert(execute, "events", EVENT, part)
            new_ids += ids
        except (sa.exc.IntegrityError, sqlite3.IntegrityError):  # this statement is undone, the transaction is not
            known_ids = _find_known(execute, ids)
            if not known_ids:
                raise
            new_ids += _find_inserted(execute, [row for row in part if row[0] not in known_ids])
    return new_ids


def _find_known(execute: Execute, ids: Sequence[str]) -> Collection[str]:
    query = "SELECT id FROM events WHERE id IN (SELECT value FROM json_each(?))"
    return {id for (id,) in execute(query, (msgspec.json.encode(ids).decode(),))}


def _parts(rows: Sequence[Values]) -> Iterator[Sequence[Values]]:
    """Yield each of as many rows as a power of two has, so that SQLite's driver knows each statement by and by."""
    start = 0
    while start < len(rows):
        size = min(1 << ((len(rows) - start).bit_length() - 1), MOST_ROWS)
        yield rows[start : start + size]
        start += size


def _insert(execute: Execute, table: str, names: Sequence[str], rows: Sequence[Values], unless: str = "") -> None:
    execute(_sqlite_statement(table, tuple(names), len(rows)) + unless, tuple(chain.from_iterable(rows)))


@cache
def _sqlite_statement(table: str, names: tuple[str, ...], rows: int) -> str:
    row = f"({', '.join('?' * len(names))})"
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join([row] * rows)}"
