"""A worker's turn at the store: the ends of calls are written down and new work is claimed, in one transaction.

One statement writes all ends, whatever their number, and claiming costs the same however many deliveries are finished
or wait. A claim reads the deliveries that are due, oldest first, and looks into the queue of each: it takes those that
are first in a queue where nothing runs, marks those behind an open one as `waiting`, and passes over the others. The
end of a delivery takes the mark from the next one in its queue.

Rows go in as JSON, which both databases take apart, so that a statement's text never changes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from stripe_billing_cli.events.store.status import Status

OPEN = "status IN ('pending', 'failed')"
UNFINISHED = "status IN ('pending', 'failed', 'running')"
MORE_CANDIDATES = 64
"""How many deliveries a claim reads beyond those wanted, for those whose queues are not free."""
MOST_LOOKS = 6
"""How often a claim that finds all queues busy looks further, at twice as many each time."""


@dataclass(frozen=True)
class End:
    """The end of a handler's call: `done`, `dead`, or `failed` and due again in `retry_in` seconds.

    `attempts` is that of the claim: an end counts only while the delivery is still claimed by it.
    """

    seq: int
    attempts: int
    status: Status
    outcome: str | None = None
    error: str | None = None
    retry_in: float | None = None


@dataclass(frozen=True)
class Candidate:
    """A delivery that is due. `first` is the first open one of its queue, by `seq`."""

    seq: int
    busy: bool
    first: int | None


class Turn:
    """The statements of one database, in one transaction of it. `now` is in Unix seconds."""

    def __init__(self, connection: Connection, now: float) -> None:
        self._connection = connection
        self._sqlite = connection.dialect.name == "sqlite"
        self.now = now

    def end(self, worker: str, ends: Iterable[End]) -> frozenset[int]:
        """Write down how calls ended; the deliveries, by `seq`, that were still this worker's."""
        rows = [self._row(end) for end in ends]
        if not rows:
            return frozenset()
        values = {"worker": worker, "rows": json.dumps(rows)}
        seqs = frozenset(self._connection.execute(_END[self._sqlite], values).scalars())
        if any(row["status"] != "failed" for row in rows if row["seq"] in seqs):
            self._connection.execute(_NEXT[self._sqlite], {"seqs": json.dumps(sorted(seqs))})
        return seqs

    def _row(self, end: End) -> dict[str, Any]:
        return {
            "seq": end.seq,
            "attempts": end.attempts,
            "status": end.status,
            "due": None if end.retry_in is None else self.now + end.retry_in,
            "finished_at": None if end.status == "failed" else self.now,
            "outcome": _storable(end.outcome),
            "error": _storable(end.error),
        }

    def claim(
        self, worker: str, handlers: Collection[str], *, limit: int, lease_seconds: float
    ) -> Sequence[sa.Row[Any]]:
        """Take up to `limit` deliveries that are due, at most one of a queue; their rows, the longest due first."""
        seqs = self._first_of_free_queues(handlers, limit)[:limit]
        if not seqs:
            return []
        values = {
            "worker": worker,
            "lease_until": self.now + lease_seconds,
            "now": self.now,
            "seqs": json.dumps(seqs),
        }
        rows = {row.seq: row for row in self._connection.execute(_CLAIM[self._sqlite], values)}
        return [rows[seq] for seq in seqs if seq in rows]

    def _first_of_free_queues(self, handlers: Collection[str], limit: int) -> list[int]:
        """Return deliveries that may be claimed, by `seq`: not always all, but some where one is among the first
        thousands that are due."""
        candidate_limit = limit + MORE_CANDIDATES
        first: list[int] = []
        for _ in range(MOST_LOOKS):
            candidates = self._candidates(handlers, candidate_limit)
            later_seqs = [candidate.seq for candidate in candidates if candidate.first != candidate.seq]
            if later_seqs:
                self._connection.execute(_WAIT[self._sqlite], {"seqs": json.dumps(later_seqs)})
            first = [
                candidate.seq for candidate in candidates if not candidate.busy and candidate.first == candidate.seq
            ]
            if first or len(candidates) < candidate_limit:
                break
            candidate_limit *= 2
        return first

    def _candidates(self, handlers: Collection[str], limit: int) -> list[Candidate]:
        candidates: list[tuple[float, Candidate]] = []
        for handler in handlers:
            values = {"handler": handler, "now": self.now, "most": limit}
            rows = self._connection.execute(_CANDIDATES[self._sqlite], values)
            candidates += [(row.due, Candidate(row.seq, bool(row.busy), row.first)) for row in rows]
        candidates.sort(key=lambda one: (one[0], one[1].seq))
        return [candidate for _, candidate in candidates]

    def release_waiting(self, handlers: Collection[str]) -> int:
        """Take the mark from deliveries that wait behind none, as where two workers met at one queue. Return how
        many."""
        values = {"handlers": json.dumps(sorted(handlers))}
        return self._connection.execute(_RELEASE[self._sqlite], values).rowcount


def _storable(text: str | None) -> str | None:
    """Return the text without what PostgreSQL or UTF-8 does not have."""
    return None if text is None else text.replace("\0", "").encode("utf-8", "replace").decode()


def _both(sqlite: str, postgres: str) -> dict[bool, sa.TextClause]:
    return {True: sa.text(sqlite), False: sa.text(postgres)}


def _same(statement: str) -> dict[bool, sa.TextClause]:
    """Return a statement for both, with `{seqs}` and `{handlers}` as rows of what `:seqs` and `:handlers` have as
    JSON."""
    sqlite = {name: f"SELECT value FROM json_each(:{name})" for name in ("seqs", "handlers")}
    postgres = {
        "seqs": "SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:seqs AS json))",
        "handlers": "SELECT value FROM json_array_elements_text(CAST(:handlers AS json))",
    }
    return _both(statement.format(**sqlite), statement.format(**postgres))


_SET_END = (
    "UPDATE deliveries SET status = ended.status, due = COALESCE(ended.due, deliveries.due),"
    " finished_at = ended.finished_at, error = ended.error,"
    " outcome = CASE ended.status WHEN 'done' THEN ended.outcome ELSE deliveries.outcome END,"
    " worker = NULL, lease_until = NULL FROM "
)
_STILL_CLAIMED = (
    " WHERE deliveries.seq = ended.seq AND deliveries.status = 'running' AND deliveries.worker = :worker"
    " AND deliveries.attempts = ended.attempts RETURNING deliveries.seq"
)
_ENDED_COLUMNS = ("seq", "attempts", "status", "due", "finished_at", "outcome", "error")

_END = _both(
    _SET_END
    + "(SELECT "
    + ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in _ENDED_COLUMNS)
    + " FROM json_each(:rows)) AS ended"
    + _STILL_CLAIMED,
    _SET_END
    + "json_to_recordset(CAST(:rows AS json)) AS ended (seq bigint, attempts integer, status text,"
    + " due double precision, finished_at double precision, outcome text, error text)"
    + _STILL_CLAIMED,
)

_FIRST_OPEN = (
    "(SELECT head.seq FROM deliveries AS head WHERE head.handler = {of}.handler"
    " AND head.customer_queue = {of}.customer_queue"
    f" AND head.{UNFINISHED} AND head.status <> 'running' ORDER BY head.created, head.seq LIMIT 1)"
)

_NEXT = _same(
    "UPDATE deliveries SET waiting = FALSE WHERE seq IN (SELECT "
    + _FIRST_OPEN.format(of="ended")
    + " FROM deliveries AS ended WHERE ended.seq IN ({seqs}))"
)
"""The one to come next in each queue. It is written also where the mark is not set, so that a worker that is setting it
at this moment, with the queue as it was before, is waited for."""

_QUEUE = (
    "EXISTS (SELECT 1 FROM deliveries AS running WHERE running.handler = candidates.handler"
    " AND running.customer_queue = candidates.customer_queue AND running.status = 'running') AS busy, "
    + _FIRST_OPEN.format(of="candidates")
    + " AS first"
)
_DUE = (
    f"SELECT seq, due, handler, customer_queue FROM deliveries WHERE handler = :handler AND {OPEN} AND NOT waiting"
    " AND due <= :now ORDER BY due, seq LIMIT :most"
)
_CANDIDATES = _both(
    f"SELECT seq, due, {_QUEUE} FROM ({_DUE}) AS candidates",
    f"WITH candidates AS MATERIALIZED ({_DUE} FOR UPDATE SKIP LOCKED) SELECT seq, due, {_QUEUE} FROM candidates",
)
_WAIT = _same("UPDATE deliveries SET waiting = TRUE WHERE seq IN ({seqs})")
_CLAIM = _same(
    "UPDATE deliveries SET status = 'running', worker = :worker, lease_until = :lease_until, attempts = attempts + 1,"
    " begun_at = COALESCE(begun_at, :now) WHERE seq IN ({seqs}) AND " + OPEN + " RETURNING *"
)
_RELEASE = _same(
    f"UPDATE deliveries SET waiting = FALSE WHERE waiting AND {OPEN} AND handler IN ({{handlers}}) AND seq = "
    + _FIRST_OPEN.format(of="deliveries")
    + " AND NOT EXISTS (SELECT 1 FROM deliveries AS running WHERE running.handler = deliveries.handler"
    " AND running.customer_queue = deliveries.customer_queue AND running.status = 'running')"
)
