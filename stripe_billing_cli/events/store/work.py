"""The work that events cause: for each event and handler one delivery, claimed, done, tried again, or dead.

`pending` → `running` → `done`, or `failed` (to be tried again when due) → `running` → … → `dead`. Or `dropped`, where
somebody decided that nothing is to be done.

A *queue* is what is done one after the other: a handler's deliveries about one customer (about one object, where
there is no customer), in the order in which their events happened. While the first one of a queue waits to be tried
again, the queue waits; all other queues go on, those of other handlers about the same customer among them.

What is written here about work going on need not survive a loss of power: it would be done again, as after any crash.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import schema
from stripe_billing_cli.events.store.database import Database
from stripe_billing_cli.events.store.event_rows import load_events
from stripe_billing_cli.events.store.recording import PENDING, pending_row
from stripe_billing_cli.events.store.status import (
    DEAD,
    FAILED,
    NOT_WAITING,
    OPEN,
    RUNNING,
    TROUBLED,
    UNFINISHED,
    Status,
)
from stripe_billing_cli.events.store.turn import End, Turn


@dataclass(frozen=True)
class Backlog:
    """The deliveries that are not finished. `counts` are deliveries, unfinished or dead, by handler and status.

    `oldest_due`: since when the delivery that has waited longest for its turn has been due, by the store's clock.
    `oldest_recorded`: when the event of the oldest delivery that is not finished was recorded. Both in Unix seconds,
    None where there is no such delivery.
    """

    counts: Mapping[tuple[str, Status], int]
    oldest_due: float | None
    oldest_recorded: float | None


@dataclass(frozen=True)
class Delivery:
    """A delivery: the work of one handler on one event, to be done or done. Times are Unix seconds.

    `attempts` counts those begun. `worker` holds it until `lease_until`, both None unless it is running.
    `outcome` is what the handler said it did, `error` why the last attempt failed.
    """

    seq: int
    event: str
    handler: str
    customer_queue: str
    created: int
    status: Status
    attempts: int
    due: float
    worker: str | None
    lease_until: float | None
    finished_at: float | None
    outcome: str | None
    error: str | None
    begun_at: float | None = None
    """When it was first attempted."""


@dataclass(frozen=True)
class TurnResult:
    """The result of a turn: the deliveries, by `seq`, that ended, and those claimed, each with its event if it is
    there."""

    at: float
    """When it was, in Unix seconds by the store's clock: what was due then was looked at."""
    ended: frozenset[int]
    claims: Sequence[tuple[Delivery, Event | None]]


class Work:
    """The deliveries table of a `Store`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, pairs: Iterable[tuple[Event, str]], within: Connection) -> None:
        """Have events handled by the handlers named. What is there already stays as it is."""
        now = self._database.clock()
        rows = [dict(zip(PENDING, pending_row(event, handler, now), strict=True)) for event, handler in pairs]
        if rows:
            insert = self._database.insert(schema.deliveries)
            within.execute(insert.on_conflict_do_nothing(index_elements=["event", "handler"]), rows)

    def claim(
        self, worker: str, handlers: Collection[str], *, limit: int = 1, lease_seconds: float = 60.0
    ) -> list[Delivery]:
        """Take what is due, at most one of a queue, the longest due first; each is this worker's for the lease.

        The attempt is counted now, so that one which takes the worker down with it counts too.
        """
        return [one for one, _ in self.turn(worker, (), handlers, limit=limit, lease_seconds=lease_seconds).claims]

    def turn(
        self, worker: str, ends: Sequence[End], handlers: Collection[str], *, limit: int, lease_seconds: float
    ) -> TurnResult:
        """Write down how calls ended, and claim as `claim` does, in one transaction.

        Where another worker takes from the same queue at the same moment, the ends are written and nothing is claimed.
        """
        try:
            return self._turn(worker, ends, handlers, limit, lease_seconds)
        except IntegrityError:
            return self._turn(worker, ends, handlers, 0, lease_seconds)

    def _turn(
        self, worker: str, ends: Sequence[End], handlers: Collection[str], limit: int, lease_seconds: float
    ) -> TurnResult:
        # PostgreSQL may crash while listeners and their commands live on: what it forgot would be called beside itself,
        # or after what came later. SQLite's commits outlive every process; a loss of power ends the commands too.
        with self._database.writing(durable=not self._database.sqlite) as connection:
            turn = Turn(connection, self._database.clock())
            ended_seqs = turn.end(worker, ends)
            rows = turn.claim(worker, handlers, limit=limit, lease_seconds=lease_seconds) if limit > 0 else ()
            events = load_events([row.event for row in rows], connection)
        return TurnResult(turn.now, ended_seqs, [(delivery_of(row), events.get(row.event)) for row in rows])

    def release_waiting(self, handlers: Collection[str]) -> int:
        """Have claimed what is marked as waiting and waits behind nothing. Return how many."""
        with self._database.writing(durable=False) as connection:
            return Turn(connection, self._database.clock()).release_waiting(handlers)

    def renew(self, worker: str, seqs: Collection[int], *, lease_seconds: float = 60.0) -> int:
        """Keep what this worker has running, of the deliveries with these `seq`s, for another lease. Return how
        many."""
        work = schema.deliveries
        mine = sa.update(work).where(work.c.worker == worker, work.c.status == RUNNING, work.c.seq.in_(seqs))
        with self._database.writing(durable=False) as connection:
            return connection.execute(mine.values(lease_until=self._database.clock() + lease_seconds)).rowcount

    def finish(self, delivery: Delivery, outcome: str | None = None) -> bool:
        """Finish a delivery. False where the lease had run out and somebody else has it, or had it, since."""
        return self._end(delivery, End(delivery.seq, delivery.attempts, "done", outcome=outcome))

    def retry_later(self, delivery: Delivery, error: str, *, seconds: float) -> bool:
        """Let a failed delivery be due again in so many seconds. False as in `finish`."""
        return self._end(delivery, End(delivery.seq, delivery.attempts, "failed", error=error, retry_in=seconds))

    def mark_dead(self, delivery: Delivery, error: str) -> bool:
        """Give up a delivery for good: dead, until somebody asks for it again. False as in `finish`."""
        return self._end(delivery, End(delivery.seq, delivery.attempts, "dead", error=error))

    def list_waiting(self, delivery: Delivery) -> list[int]:
        """Return the deliveries, by `seq`, that wait in the queue of this one."""
        work = schema.deliveries.c
        in_queue = (work.handler == delivery.handler, work.customer_queue == delivery.customer_queue)
        waits = (work.status.in_(UNFINISHED), work.status != RUNNING)
        with self._database.reading() as connection:
            return list(connection.execute(sa.select(work.seq).where(*in_queue, *waits)).scalars())

    def finish_waiting(self, seqs: Sequence[int], outcome: str) -> list[Delivery]:
        """Finish those of the deliveries that still wait, by what was done for another; return which they are."""
        work = schema.deliveries
        if not seqs:
            return []
        values = {"status": "done", "finished_at": self._database.clock(), "outcome": outcome, "error": None}
        statement = sa.update(work).where(work.c.seq.in_(seqs), work.c.status.in_(OPEN)).values(values)
        with self._database.writing() as connection:
            return [delivery_of(row) for row in connection.execute(statement.returning(*work.c))]

    def release(self, worker: str, *, but: Collection[int] = ()) -> int:
        """Put back what this worker has running, uncounted, but for the deliveries `but`, by `seq`. Return how many."""
        work = schema.deliveries.c
        return self._return(sa.and_(work.worker == worker, work.seq.not_in(but)), attempts=work.attempts - 1)

    def release_expired(self, *, but: Collection[str] = ()) -> int:
        """Put back, as `release_dead` does, what workers other than `but` had running whose lease is
        over. Return how many."""
        now = self._database.clock()
        work = schema.deliveries.c
        return self._return(sa.and_(work.lease_until < now, work.worker.not_in(but)), due=now + _crash_pause())

    def workers(self) -> list[str]:
        """Return the workers that have something running, or had when they were last heard of."""
        work = schema.deliveries.c
        with self._database.reading() as connection:
            query = sa.select(work.worker).where(work.status == RUNNING).distinct()
            return list(connection.execute(query).scalars())

    def release_dead(self, worker: str) -> int:
        """Put back what a worker that is known to be gone had running: its attempts count. Return how many.

        What was running in several crashes may be their cause: it is due again after a growing pause.
        """
        due = self._database.clock() + _crash_pause()
        return self._return(schema.deliveries.c.worker == worker, due=due)

    def retry(self, event: str, handlers: Collection[str] | None = None) -> int:
        """Do an event's deliveries again that are not about to be done anyway, with all attempts. Return how many."""
        work = schema.deliveries
        conditions = [work.c.event == event, work.c.status.in_(("done", "dead", "failed", "dropped"))]
        if handlers is not None:
            conditions.append(work.c.handler.in_(handlers))
        fresh = schema.begun_anew(self._database.clock())
        with self._database.writing() as connection:
            return connection.execute(sa.update(work).where(*conditions).values(fresh)).rowcount

    def for_events(self, events: Sequence[str], within: Connection | None = None) -> Mapping[str, Sequence[Delivery]]:
        """Return the deliveries of these events, in the order in which their handlers were named."""
        work = schema.deliveries
        by_event: dict[str, list[Delivery]] = defaultdict(list)
        if events:
            with self._database.reading(within) as connection:
                query = sa.select(work).where(work.c.event.in_(events)).order_by(work.c.seq)
                for row in connection.execute(query):
                    by_event[row.event].append(delivery_of(row))
        return by_event

    def counts(self) -> Mapping[tuple[str, Status], int]:
        """Return how many deliveries are unfinished or dead, by handler and status."""
        return self.backlog().counts

    def backlog(self) -> Backlog:
        """Return the counts of unfinished deliveries, read in one pass over them."""
        work, events = schema.deliveries.c, schema.events.c
        due = sa.func.min(work.due).filter(work.status.in_(OPEN), NOT_WAITING)
        by_handler = (work.handler, work.status)
        open_work = sa.select(*by_handler, sa.func.count(), due, sa.func.min(work.seq)).group_by(*by_handler)
        # Dead ones by an index of their own; together they would be looked for among all that is finished.
        dead = sa.select(*by_handler, sa.func.count(), sa.null(), sa.null()).group_by(*by_handler)
        query = sa.union_all(
            open_work.where(work.status.in_(UNFINISHED)), dead.where(work.status.in_(TROUBLED), work.status == DEAD)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            oldest = min((seq for *_, seq in rows if seq is not None), default=None)
            event = sa.select(work.event).where(work.seq == oldest).scalar_subquery()
            oldest_query = sa.select(events.received_at).where(events.id == event)
            return Backlog(
                counts={(handler, status): count for handler, status, count, _, _ in rows},
                oldest_due=min((due for *_, due, _ in rows if due is not None), default=None),
                oldest_recorded=None if oldest is None else connection.execute(oldest_query).scalar(),
            )

    def list_failing(self, *, limit: int = 100) -> list[Delivery]:
        """Return the deliveries that failed and are tried again, the longest failing first: their customers' queues
        wait."""
        work = schema.deliveries
        query = (
            sa.select(work)
            .where(work.c.status.in_(TROUBLED), work.c.status == FAILED)
            .order_by(work.c.begun_at, work.c.seq)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [delivery_of(row) for row in connection.execute(query)]

    def ever(self, handler: str) -> bool:
        """Return whether this handler was ever to be called."""
        query = sa.select(sa.exists().where(schema.deliveries.c.handler == handler))
        with self._database.reading() as connection:
            return bool(connection.execute(query).scalar())

    def next_due(self, handlers: Collection[str], *, after: float = 0.0) -> float | None:
        """Return when the next delivery that is open for these handlers is due after that time, its queue being free or
        not."""
        work = schema.deliveries.c
        open_first = (work.status.in_(OPEN), NOT_WAITING, work.handler.in_(handlers), work.due > after)
        query = sa.select(sa.func.min(work.due)).where(*open_first)
        with self._database.reading() as connection:
            return connection.execute(query).scalar()

    def _end(self, delivery: Delivery, end: End) -> bool:
        result = self.turn(delivery.worker or "", [end], (), limit=0, lease_seconds=0)
        return delivery.seq in result.ended

    def _return(self, condition: sa.ColumnElement[bool], **values: Any) -> int:
        work = schema.deliveries
        statement = sa.update(work).where(work.c.status == RUNNING, condition)
        fresh = {"status": "pending", "worker": None, "lease_until": None, **values}
        with self._database.writing(durable=False) as connection:
            return connection.execute(statement.values(fresh)).rowcount


def _crash_pause() -> sa.ColumnElement[int]:
    """Return a pause in seconds by the number of attempts: none after the first two, then 2, 4, 8 … up to two hours and
    a quarter."""
    attempts = schema.deliveries.c.attempts
    doublings = sa.case((attempts < 15, attempts - 2), else_=13)
    return sa.case((attempts < 3, sa.literal(0)), else_=sa.literal(1).bitwise_lshift(doublings))


def delivery_of(row: Row[Any]) -> Delivery:
    """Return the delivery in a row of `deliveries`."""
    return Delivery(*(getattr(row, name) for name in _COLUMNS))


_COLUMNS = tuple(column.name for column in fields(Delivery))
