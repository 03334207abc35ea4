"""Deliveries that wait for a handler, whatever events they are about: moved to another handler, or dropped, by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from stripe_billing_cli.events.store import schema
from stripe_billing_cli.events.store.database import Database
from stripe_billing_cli.events.store.status import DEAD, OPEN, RUNNING, TROUBLED

PART = 500
"""Deliveries that are changed in one transaction, so that receiving goes on beside it."""


@dataclass(frozen=True)
class MoveResult:
    """The counts of a move: the deliveries that another handler got, and those that were dropped since it had them."""

    moved: int = 0
    already: int = 0


class HandlerQueues:
    """The deliveries of a `Store` that wait for one handler, or that it gave up. What runs at the moment is left alone.

    A change is made in parts: where it is cut off, making it again does the rest.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def types(self, handler: str) -> Mapping[str, int]:
        """Return how many deliveries wait for this handler or were given up, by the type of their event."""
        work, events = schema.deliveries.c, schema.events.c
        query = (
            sa.select(events.type, sa.func.count())
            .where(events.id == work.event, work.seq.in_(_unfinished_or_dead(handler)))
            .group_by(events.type)
        )
        with self._database.reading() as connection:
            return dict(Counter({row[0]: row[1] for row in connection.execute(query)}).most_common())

    def count_running(self, handler: str) -> int:
        """Return how many deliveries of this handler run, or did when their worker was last heard of."""
        work = schema.deliveries.c
        query = sa.select(sa.func.count()).where(work.handler == handler, work.status == RUNNING)
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar() or 0)

    def drop(self, handler: str) -> int:
        """Drop the deliveries that wait for this handler, and those that it gave up. Return how many."""
        return self._change(handler, {**self._dropped_values(), "outcome": "dropped by hand"})

    def move(self, handler: str, to: str) -> MoveResult:
        """Have another handler called instead, with all attempts; deliveries that it has or had already are dropped."""
        work = schema.deliveries
        other = work.alias()
        has_it = sa.exists().where(other.c.event == work.c.event, other.c.handler == to)
        fresh = {**schema.begun_anew(self._database.clock()), "handler": to, "error": f"moved from {handler}"}
        already = self._change(handler, {**self._dropped_values(), "outcome": f"{to} had it already"}, has_it)
        return MoveResult(moved=self._change(handler, fresh, ~has_it), already=already)

    def _dropped_values(self) -> dict[str, object]:
        return {"status": "dropped", "finished_at": self._database.clock(), "waiting": False, "error": None}

    def _change(self, handler: str, values: Mapping[str, object], *conditions: sa.ColumnElement[bool]) -> int:
        work = schema.deliveries
        part = (
            sa.select(work.c.seq)
            .where(work.c.seq.in_(_unfinished_or_dead(handler)), *conditions)
            .order_by(work.c.seq)
            .limit(PART)
        )
        total, row_count = 0, PART
        while row_count == PART:
            with self._database.writing() as connection:
                # A worker may have begun one of them since: what runs is not touched.
                change = sa.update(work).where(work.c.seq.in_(part), work.c.status != RUNNING).values(values)
                row_count = connection.execute(change).rowcount
            total += row_count
        return total


def _unfinished_or_dead(handler: str) -> sa.CompoundSelect[tuple[int]]:
    """Select, by `seq`, what waits for a handler and what it gave up, each by an index of its own."""
    mine = sa.select(schema.deliveries.c.seq).where(schema.deliveries.c.handler == handler)
    status = schema.deliveries.c.status
    return sa.union_all(mine.where(status.in_(OPEN)), mine.where(status.in_(TROUBLED), status == DEAD))
