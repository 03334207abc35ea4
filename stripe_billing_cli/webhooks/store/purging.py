"""Old events purged, in parts so small that receiving goes on beside it.

What is to be purged is looked up while others write; a part is then written in a transaction of its own that is meant
to take 20 ms, and its size follows from how long the last one took. On SQLite what is purged is overwritten in the
file (`secure_delete`), and the log is copied into the file while it goes on and cut when it is done, so that no copy
stays in it (https://www.sqlite.org/pragma.html#pragma_secure_delete, #pragma_wal_checkpoint).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from stripe_billing_cli.webhooks.store.database import Database

PART_SECONDS = 0.02
"""How long a part may keep other writers waiting."""
FIRST_PART = 100
LARGEST_PART = 2000
LOOKED_UP = 2000
"""Events looked up at once."""
CUTS = 20

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
        """Purge all of it, or up to `limit`; how many. Raises `StoreError`."""
        total, size = 0, FIRST_PART
        for found in self._old():
            while found and (limit is None or total < limit):
                size = min(size, len(found), *([] if limit is None else [limit - total]))
                part, found = found[:size], found[size:]
                done, seconds = self._write(part)
                total += done
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
        """The ids of what is to be purged, oldest first, as many at once as are looked up."""
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
        """Purge these; how many were, and the seconds for which others could not write."""
        with self.database.writing(durable=False) as connection:
            started = time.monotonic()
            count = self._execute(connection, ids)
        return count, time.monotonic() - started

    def _execute(self, connection: Connection, ids: Sequence[str]) -> int:
        values = {"ids": json.dumps(list(ids))}
        results: list[Any] = [
            connection.execute(sa.text(statement.format(ids=_IDS[connection.dialect.name])), values)
            for statement in _STATEMENTS[self.what]
        ]
        return int(results[0].rowcount)
