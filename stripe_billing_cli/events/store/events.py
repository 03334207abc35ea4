"""Events in the store: written down once each, read, completed, purged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from stripe_billing_cli.events.event import Event
from stripe_billing_cli.events.store import recording, schema
from stripe_billing_cli.events.store.database import Database
from stripe_billing_cli.events.store.errors import StoreError
from stripe_billing_cli.events.store.event_rows import event_of, load_events
from stripe_billing_cli.events.store.purging import Purge
from stripe_billing_cli.events.store.status import OPEN, TROUBLED
from stripe_billing_cli.events.store.work import Delivery, Work

Route = Callable[[Event], Iterable[str]]
"""Which handlers an event is for, by name."""

Position = tuple[int, float, int]
"""Where an event stands in the list: its time, and the order of arrival."""
TICK = 1e-6
"""Seconds between events that arrived together, so that their order is kept."""


def no_route(event: Event) -> Iterable[str]:
    """Return the route of events that nothing is to be done about."""
    return ()


@dataclass(frozen=True)
class StoredEvent:
    """An event as it is in the store, with what became of it. `received_at` is in Unix seconds."""

    event: Event
    received_at: float
    deliveries: tuple[Delivery, ...]
    position: Position


@dataclass(frozen=True)
class Filter:
    """A filter of events; None means any. `type` may end in `*`. Times are Unix seconds."""

    type: str | None = None
    customer: str | None = None
    handler: str | None = None
    failed: bool = False
    """Only those with a delivery that failed and will be tried again, is dead, or waits for one of
    `uncalled_handlers`."""
    uncalled_handlers: frozenset[str] = frozenset()
    """Handlers that nobody calls."""
    since: int | None = None
    until: int | None = None


class Events:
    """The events table of a `Store`."""

    def __init__(self, database: Database, work: Work) -> None:
        self._database = database
        self._work = work

    def record(
        self, events: Sequence[Event], route: Route = no_route, *, within: Connection | None = None
    ) -> frozenset[str]:
        """Write events down with the work that they cause, all in one transaction. Return the ids that were new.

        Idempotent: an event that is there stays as it is, and its work too. When this returns, the events are
        durable. After a connection that broke in the commit it tries once more, and then may give fewer ids than
        it added. Raises `StoreError`: some, all or none of them may be there.
        """
        try:
            return self._record(events, route, within)
        except StoreError as trouble:
            if within is not None or not trouble.transient or self._database.sqlite:
                raise
        return self._record(events, route, None)

    def _record(self, events: Sequence[Event], route: Route, within: Connection | None) -> frozenset[str]:
        once = {event.id: event for event in events}
        if not once:
            return frozenset()
        now = self._database.clock()
        rows = [recording.values(event, now + number * TICK) for number, event in enumerate(once.values())]
        # One order for all writers, so that two with the same events wait for each other, but never both.
        rows.sort()
        work = [recording.pending_row(event, handler, now) for event in once.values() for handler in route(event)]
        insert = recording.on_sqlite if self._database.sqlite else recording.on_postgres
        with self._database.recording(within) as execute:
            return insert(execute, rows, work)

    def complete(self, event: Event, route: Route = no_route, *, within: Connection | None = None) -> None:
        """Put the whole event in the place of the thin one with its id, and add the work that it causes."""
        values = dict(zip(recording.EVENT, recording.values(event, 0), strict=True))
        for name in ("id", "source", "received_at"):
            del values[name]
        with self._database.writing(within) as connection:
            connection.execute(sa.update(schema.events).where(schema.events.c.id == event.id).values(values))
            self._work.add(((event, handler) for handler in route(event)), connection)

    def get(self, id: str, *, within: Connection | None = None) -> StoredEvent | None:
        """Return one event with its payload and deliveries."""
        with self._database.reading(within) as connection:
            row = connection.execute(sa.select(schema.events).where(schema.events.c.id == id)).one_or_none()
            return _event_of(row, self._work.for_events([id], connection).get(id, ())) if row else None

    def load(self, ids: Sequence[str]) -> dict[str, Event]:
        """Return events with their payloads, by id."""
        with self._database.reading() as connection:
            return load_events(ids, connection)

    def stored_ids(self, ids: Sequence[str]) -> frozenset[str]:
        """Return those of the ids that are in the store."""
        with self._database.reading() as connection:
            column = schema.events.c.id
            return frozenset(connection.execute(sa.select(column).where(column.in_(ids))).scalars())

    def page(
        self, filter: Filter | None = None, *, limit: int = 100, after: Position | None = None
    ) -> list[StoredEvent]:
        """Return events, newest first, without payloads; `after` is the `position` of the last event of the page
        before."""
        table = schema.events.c
        columns = [column for column in table if column is not table.payload]
        order = (table.created, table.received_at, table.seq)
        query = sa.select(*columns, sa.null().label("payload")).where(*_conditions(filter or Filter()))
        if after is not None:
            query = query.where(sa.tuple_(*order) < sa.tuple_(*map(sa.literal, after)))
        query = query.order_by(*(column.desc() for column in order)).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            deliveries = self._work.for_events([row.id for row in rows], connection)
        return [_event_of(row, deliveries.get(row.id, ())) for row in rows]

    def pages(self, filter: Filter | None = None, *, limit: int = 100) -> Iterator[list[StoredEvent]]:
        """Yield all pages of a list."""
        after = None
        while events := self.page(filter, limit=limit, after=after):
            yield events
            after = events[-1].position

    def newest(self) -> int | None:
        """Return when the newest event from Stripe was created."""
        query = sa.select(sa.func.max(schema.events.c.created)).where(schema.events.c.source != "program")
        with self._database.reading() as connection:
            return connection.execute(query).scalar()

    def purge(self, created_before: int, *, limit: int | None = None) -> int:
        """Forget payloads, and what handlers said, of older events that nothing is left to do for. Return how many."""
        return Purge(self._database, "payloads", created_before).run(limit)

    def forget(self, created_before: int) -> int:
        """Delete older events that nothing is left to do for. Return how many. An event that comes again would be
        new."""
        return Purge(self._database, "events", created_before).run()


def _conditions(filter: Filter) -> Iterator[sa.ColumnElement[bool]]:
    table, work = schema.events.c, schema.deliveries.c
    if filter.type is not None:
        if filter.type.endswith("*"):
            yield table.type.startswith(filter.type[:-1], autoescape=True)
        else:
            yield table.type == filter.type
    if filter.customer is not None:
        yield table.customer == filter.customer
    if filter.since is not None:
        yield table.created >= filter.since
    if filter.until is not None:
        yield table.created < filter.until
    of_handler = [] if filter.handler is None else [work.handler == filter.handler]
    if filter.failed:  # there are few, and an index has just these
        in_trouble = table.id.in_(sa.select(work.event).where(work.status.in_(TROUBLED), *of_handler))
        uncalled_work = sa.select(work.event).where(
            work.status.in_(OPEN), work.handler.in_(filter.uncalled_handlers), *of_handler
        )
        yield sa.or_(in_trouble, table.id.in_(uncalled_work)) if filter.uncalled_handlers else in_trouble
    elif of_handler:
        yield sa.exists().where(work.event == table.id, *of_handler)


def _event_of(row: Row[*tuple[Any, ...]], deliveries: Sequence[Delivery]) -> StoredEvent:
    return StoredEvent(event_of(row), row.received_at, tuple(deliveries), (row.created, row.received_at, row.seq))
