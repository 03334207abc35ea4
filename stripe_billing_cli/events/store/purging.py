"""Old events purged, in parts so small that receiving goes on beside it.

What is to be purged is looked up while others write; a part is then written in a transaction of its own that is meant
to take 20 ms, and its size follows from how long the last one took. On SQLite what is purged is overwritten in the
file (`secure_delete`), and the log is copied into the file while it goes on and cut when it is done, so that no copy
stays in it (https://www.sqlite.org/pragma.html#pragma_secure_delete, #pragma_wal_checkpoint).

`secure_delete` overwrites a row where it stands. Where rows have grown, as deliveries do with what handlers say, SQLite
has split their page, and what it moved to a new page stays in the unused part of the old one, which nothing overwrites
(`rebuildPage` of btree.c). Rows near each other were on one page: they are written anew, each page that they leave is
freed, and a freed page is overwritten whole.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from stripe_billing_cli.events.store.database import Database

PART_SECONDS = 0.02
"""How long a part may keep other writers waiting."""
FIRST_PART = 100
LARGEST_PART = 2000
LOOKED_UP = 2000
"""Events looked up at once."""
CUTS = 20
NEIGHBOURS = 64
"""How many rows before and after a purged one may have been on its page."""

Position = tuple[int, float, int]
What = Literal["payloads", "events"]

_UNFINISHED = (
    "EXISTS (SELECT 1 FROM deliveries WHERE deliveries.event = events.id"
    " AND deliveries.status IN ('pending', 'failed', 'running'))"
)
_IDS = {
    "sqlite": "(SELECT value FROM json_each(:ids))",
    "postgresql": "(SELECT value FROM json_array_elements_text(CAST(:ids AS json)))",
}
_OLD = (
    "SELECT created, received_at, seq, id, {wanted} AND NOT " + _UNFINISHED + " AS chosen FROM events"
    " WHERE created < :before AND (created, received_at, seq) > (:created, :received_at, :seq)"
    " ORDER BY created, received_at, seq LIMIT :most"
)
_WANTED = {"payloads": "payload IS NOT NULL", "events": "TRUE"}
_STATEMENTS = {
    "payloads": (
        "UPDATE events SET payload = NULL WHERE id IN {ids} AND payload IS NOT NULL AND NOT " + _UNFINISHED,
        "UPDATE deliveries SET outcome = NULL, error = NULL WHERE event IN {ids}"
        " AND status NOT IN ('pending', 'failed', 'running')",
    ),
    "events": ("DELETE FROM events WHERE id IN {ids} AND NOT " + _UNFINISHED,),
}


@dataclass
class Purge:
    """A purge of the payloads of events that were created before a time, or of the events themselves.

    What something is left to do for is kept. `pause` is called between parts with the seconds that the last one took.
    """

    database: Database
    what: What
    before: int
    pause: Callable[[float], None] = time.sleep

    def run(self, limit: int | None = None) -> int:
        """Purge all that is due, or up to `limit`. Return how many. Raises `StoreError`."""
        total, size = 0, FIRST_PART
        for old in self._old():
            while old and (limit is None or total < limit):
                size = min(size, len(old), *([] if limit is None else [limit - total]))
                part, old = old[:size], old[size:]
                count, seconds = self._write(part)
                total += count
                self.database.copy_log()
                self.pause(seconds)
                size = max(min(int(size * PART_SECONDS / max(seconds, 1e-6)), size * 2, LARGEST_PART), 1)
            if limit is not None and total >= limit:
                break
        if total:
            self._cut_log()
        return total

    def _cut_log(self) -> None:
        """Wait for a moment in which nobody reads; after some tries what is left is cut with the next purge."""
        for _ in range(CUTS):
            if self.database.cut_log():
                return
            self.pause(PART_SECONDS)

    def _old(self) -> Iterator[list[str]]:
        """Yield the ids of what is to be purged, oldest first, as many at once as are looked up."""
        statement = sa.text(_OLD.format(wanted=_WANTED[self.what]))
        position: Position = (-1, 0.0, 0)
        while True:
            at = dict(zip(("created", "received_at", "seq"), position, strict=True))
            with self.database.reading() as connection:
                rows = connection.execute(statement, {**at, "before": self.before, "most": LOOKED_UP}).all()
            yield [row.id for row in rows if row.chosen]
            if len(rows) < LOOKED_UP:
                return
            position = (rows[-1].created, rows[-1].received_at, rows[-1].seq)

    def _write(self, ids: Sequence[str]) -> tuple[int, float]:
        """Purge these events. Return how many were, and the seconds for which others could not write."""
        with self.database.writing(durable=False) as connection:
            start = time.monotonic()
            count = self._execute(connection, ids)
        return count, time.monotonic() - start

    def _execute(self, connection: Connection, ids: Sequence[str]) -> int:
        values = {"ids": json.dumps(list(ids))}
        sqlite = connection.dialect.name == "sqlite"
        grown_tables = list(_find_grown(connection, values)) if sqlite and self.what == "payloads" else []
        results: list[Any] = [
            connection.execute(sa.text(statement.format(ids=_IDS[connection.dialect.name])), values)
            for statement in _STATEMENTS[self.what]
        ]
        for table, seqs in grown_tables:
            for part in _ranges(seqs):
                _write_anew(connection, table, *part)
        return int(results[0].rowcount)


_GROWN = {
    "deliveries": "SELECT seq FROM deliveries WHERE event IN {ids} AND (outcome IS NOT NULL OR error IS NOT NULL)",
    "events": (
        "SELECT seq FROM events WHERE id IN {ids}"
        " AND EXISTS (SELECT 1 FROM deliveries WHERE deliveries.event = events.id AND handler = 'fetch')"
    ),
}
"""The rows with something to be purged that came to them later: what handlers said, and what thin events lacked."""


def _find_grown(connection: Connection, values: dict[str, str]) -> Iterator[tuple[str, list[int]]]:
    for table, statement in _GROWN.items():
        query = sa.text(f"{statement.format(ids=_IDS['sqlite'])} ORDER BY seq")
        yield table, list(connection.execute(query, values).scalars())


def _ranges(seqs: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first and the last of each run of numbers, where those whose neighbours meet are one run."""
    ranges: list[tuple[int, int]] = []
    for seq in seqs:
        if ranges and seq - ranges[-1][1] <= 2 * NEIGHBOURS:
            ranges[-1] = (ranges[-1][0], seq)
        else:
            ranges.append((seq, seq))
    return ranges


def _write_anew(connection: Connection, table: str, first: int, last: int) -> None:
    """Take these rows and their neighbours out of their pages and put them back, with the numbers that they have."""
    before = f"SELECT seq FROM {table} WHERE seq < :first ORDER BY seq DESC LIMIT {NEIGHBOURS}"
    after = f"SELECT seq FROM {table} WHERE seq > :last ORDER BY seq LIMIT {NEIGHBOURS}"
    statement = (
        f"UPDATE {table} SET seq = -seq WHERE seq BETWEEN COALESCE((SELECT min(seq) FROM ({before})), :first)"
        f" AND COALESCE((SELECT max(seq) FROM ({after})), :last)"
    )
    connection.execute(sa.text(statement), {"first": first, "last": last})
    connection.execute(sa.text(f"UPDATE {table} SET seq = -seq WHERE seq < 0"))
