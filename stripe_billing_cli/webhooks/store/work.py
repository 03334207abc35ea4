"""The work that events cause: for each event and handler one delivery, claimed, done, tried again, or dead.

`pending` → `running` → `done`, or `failed` (to be tried again when due) → `running` → … → `dead`.

A *lane* is what is done one after the other: a handler's deliveries about one customer (about one object, where
there is no customer), in the order in which their events happened. While the first one of a lane waits to be tried
again, the lane waits; all other lanes go on, those of other handlers about the same customer among them.

What is written here about work going on need not survive a loss of power: it would be done again, as after any crash.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from stripe_billing_cli.webhooks.event import Event
from stripe_billing_cli.webhooks.store import schema
from stripe_billing_cli.webhooks.store.database import Database
from stripe_billing_cli.webhooks.store.recording import PENDING, pending

Status = Literal["pending", "running", "done", "failed", "dead"]
OPEN = ("pending", "failed")
UNFINISHED = ("pending", "failed", "running")


@dataclass(frozen=True)
class Delivery:
    """What is to be done, or was, about one event by one handler. Times are Unix seconds.

    `attempts` counts those begun. `worker` holds it until `lease_until`, both None unless it is running.
    `outcome` is what the handler said it did, `error` why the last attempt failed.
    """

    seq: int
    event: str
    handler: str
    lane: str
    created: int
    status: Status
    attempts: int
    due: float
    worker: str | None
    lease_until: float | None
    finished_at: float | None
    outcome: str | None
    error: str | None


class Work:
    """Part of a `Store`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, wanted: Iterable[tuple[Event, str]], within: Connection) -> None:
        """Have events handled by the handlers named. What is there already stays as it is."""
        now = self._database.clock()
        rows = [dict(zip(PENDING, pending(event, handler, now), strict=True)) for event, handler in wanted]
        if rows:
            insert = self._database.insert(schema.deliveries)
            within.execute(insert.on_conflict_do_nothing(index_elements=["event", "handler"]), rows)

    def claim(
        self, worker: str, handlers: Collection[str], *, limit: int = 1, lease_seconds: float = 60.0
    ) -> list[Delivery]:
        """Take what is due, at most one of a lane, the longest due first; each is this worker's for the lease.

        The attempt is counted now, so that one which takes the worker down with it counts too.
        """
        try:
            with self._database.writing(durable=False) as connection:
                return self._claim(connection, worker, handlers, limit, lease_seconds)
        except IntegrityError:
            return []  # another worker took the same lane at the same moment; whoever lost asks again

    def _claim(
        self, connection: Connection, worker: str, handlers: Collection[str], limit: int, lease_seconds: float
    ) -> list[Delivery]:
        now = self._database.clock()
        work, ahead = schema.deliveries.c, schema.deliveries.alias("ahead")
        before = sa.or_(
            ahead.c.status == "running",
            sa.tuple_(ahead.c.created, ahead.c.seq) < sa.tuple_(work.created, work.seq),
        )
        # A subquery for each row: as an anti-join, PostgreSQL without fresh statistics reads all lanes for each lane.
        same_lane = (ahead.c.handler == work.handler, ahead.c.lane == work.lane, ahead.c.status.in_(UNFINISHED))
        first_ahead = sa.select(ahead.c.seq).where(*same_lane, before).limit(1).scalar_subquery()
        query = (
            sa.select(work.seq)
            .where(work.status.in_(OPEN), work.due <= now, work.handler.in_(handlers), first_ahead.is_(None))
            .order_by(work.due, work.seq)
            .limit(limit)
            .with_for_update(skip_locked=True, of=schema.deliveries)
        )
        found = list(connection.execute(query).scalars())
        if not found:
            return []
        taken = (
            sa.update(schema.deliveries)
            .where(work.seq.in_(found))
            .values(status="running", worker=worker, lease_until=now + lease_seconds, attempts=work.attempts + 1)
            .returning(*work)
        )
        claimed = [delivery_of(row) for row in connection.execute(taken)]
        return sorted(claimed, key=lambda delivery: found.index(delivery.seq))

    def renew(self, worker: str, held: Collection[int], *, lease_seconds: float = 60.0) -> int:
        """Keep what this worker has running, of the deliveries with these `seq`s, for another lease; how many."""
        work = schema.deliveries
        mine = sa.update(work).where(work.c.worker == worker, work.c.status == "running", work.c.seq.in_(held))
        with self._database.writing(durable=False) as connection:
            return connection.execute(mine.values(lease_until=self._database.clock() + lease_seconds)).rowcount

    def finish(self, delivery: Delivery, outcome: str | None = None, *, within: Connection | None = None) -> bool:
        """It is done. False where the lease had run out and somebody else has it, or had it, since."""
        return self._end(
            delivery, within, status="done", finished_at=self._database.clock(), outcome=outcome, error=None
        )

    def retry_later(self, delivery: Delivery, error: str, *, seconds: float, within: Connection | None = None) -> bool:
        """It failed, and is due again in so many seconds. False as in `finish`."""
        due = self._database.clock() + seconds
        return self._end(delivery, within, status="failed", due=due, error=error, finished_at=None)

    def bury(self, delivery: Delivery, error: str, *, within: Connection | None = None) -> bool:
        """It failed for good: dead, until somebody asks for it again. False as in `finish`."""
        return self._end(delivery, within, status="dead", finished_at=self._database.clock(), error=error)

    def waiting(self, delivery: Delivery) -> list[int]:
        """The deliveries, by `seq`, that wait in the lane of this one."""
        work = schema.deliveries.c
        same = (work.handler == delivery.handler, work.lane == delivery.lane, work.status.in_(OPEN))
        with self._database.reading() as connection:
            return list(connection.execute(sa.select(work.seq).where(*same)).scalars())

    def finish_waiting(self, seqs: Sequence[int], outcome: str) -> list[Delivery]:
        """Those of the deliveries that still wait are done, by what was done for another; which they are."""
        work = schema.deliveries
        if not seqs:
            return []
        done = {"status": "done", "finished_at": self._database.clock(), "outcome": outcome, "error": None}
        ended = sa.update(work).where(work.c.seq.in_(seqs), work.c.status.in_(OPEN)).values(done)
        with self._database.writing() as connection:
            return [delivery_of(row) for row in connection.execute(ended.returning(*work.c))]

    def give_back(self, worker: str, *, but: Collection[int] = ()) -> int:
        """Put back what this worker has running, uncounted, but for the deliveries with these `seq`s; how many."""
        work = schema.deliveries.c
        return self._return(sa.and_(work.worker == worker, work.seq.not_in(but)), attempts=work.attempts - 1)

    def give_back_expired(self) -> int:
        """Put back what workers that are gone, or hang, had running; how many."""
        return self._return(schema.deliveries.c.lease_until < self._database.clock())

    def workers(self) -> list[str]:
        """The workers that have something running, or had when they were last heard of."""
        work = schema.deliveries.c
        with self._database.reading() as connection:
            query = sa.select(work.worker).where(work.status == "running").distinct()
            return list(connection.execute(query).scalars())

    def give_back_dead(self, worker: str) -> int:
        """Put back what a worker that is known to be gone had running: its attempts count; how many."""
        return self._return(schema.deliveries.c.worker == worker)

    def retry(self, event: str, handlers: Collection[str] | None = None) -> int:
        """Do an event's deliveries again that are not about to be done anyway, with all attempts; how many."""
        work = schema.deliveries
        chosen = [work.c.event == event, work.c.status.in_(("done", "dead", "failed"))]
        if handlers is not None:
            chosen.append(work.c.handler.in_(handlers))
        fresh = {"status": "pending", "attempts": 0, "due": self._database.clock(), "finished_at": None}
        with self._database.writing() as connection:
            return connection.execute(sa.update(work).where(*chosen).values(fresh)).rowcount

    def of(self, events: Sequence[str], within: Connection | None = None) -> Mapping[str, Sequence[Delivery]]:
        """The deliveries of these events, in the order in which their handlers were named."""
        work = schema.deliveries
        found: dict[str, list[Delivery]] = defaultdict(list)
        if events:
            with self._database.reading(within) as connection:
                query = sa.select(work).where(work.c.event.in_(events)).order_by(work.c.seq)
                for row in connection.execute(query):
                    found[row.event].append(delivery_of(row))
        return found

    def counts(self) -> Mapping[tuple[str, Status], int]:
        """How many deliveries are unfinished or dead, by handler and status."""
        work = schema.deliveries.c
        states = sa.or_(work.status.in_(UNFINISHED), work.status.in_(("failed", "dead")))
        query = sa.select(work.handler, work.status, sa.func.count()).where(states).group_by(work.handler, work.status)
        with self._database.reading() as connection:
            return {(handler, status): count for handler, status, count in connection.execute(query)}

    def ever(self, handler: str) -> bool:
        """Whether this handler was ever to be called."""
        query = sa.select(sa.exists().where(schema.deliveries.c.handler == handler))
        with self._database.reading() as connection:
            return bool(connection.execute(query).scalar())

    def next_due(self, handlers: Collection[str]) -> float | None:
        """When the next delivery that is open for these handlers is due, its lane being free or not."""
        work = schema.deliveries.c
        query = sa.select(sa.func.min(work.due)).where(work.status.in_(OPEN), work.handler.in_(handlers))
        with self._database.reading() as connection:
            return connection.execute(query).scalar()

    def _end(self, delivery: Delivery, within: Connection | None, **values: Any) -> bool:
        work = schema.deliveries.c
        still_mine = (
            work.seq == delivery.seq,
            work.status == "running",
            work.worker == delivery.worker,
            work.attempts == delivery.attempts,
        )
        ended = sa.update(schema.deliveries).where(*still_mine).values(worker=None, lease_until=None, **values)
        with self._database.writing(within, durable=False) as connection:
            return connection.execute(ended).rowcount == 1

    def _return(self, condition: sa.ColumnElement[bool], **values: Any) -> int:
        work = schema.deliveries
        back = sa.update(work).where(work.c.status == "running", condition)
        fresh = {"status": "pending", "worker": None, "lease_until": None, **values}
        with self._database.writing(durable=False) as connection:
            return connection.execute(back.values(fresh)).rowcount


def delivery_of(row: Row[Any]) -> Delivery:
    """The delivery in a row of `deliveries`."""
    return Delivery(**row._mapping)
