"""The table of access: who may use what, as last decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from stripe_billing_cli.events.store import schema
from stripe_billing_cli.events.store.database import Database

Kind = Literal["product", "feature"]


@dataclass(frozen=True)
class Access:
    """The right of a customer to use a product or a feature, or that there is none (any more), and why. Times are Unix
    seconds.

    `key` is the product's id or the feature's lookup key. `until` is None where no end is known.
    """

    customer: str
    kind: Kind
    key: str
    granted: bool
    since: int | None
    until: int | None
    reason: str
    subscription: str | None = None


@dataclass(frozen=True)
class AccessChange:
    """A row as it was and as it is; None where there was or is none."""

    before: Access | None
    after: Access | None


def changes_between(current: Iterable[Access], target: Iterable[Access]) -> list[AccessChange]:
    """Return the differences between the rows that a customer has and those that they are to have, by kind and key."""
    before, after = ({(row.kind, row.key): row for row in rows} for rows in (current, target))
    pairs = ((before.get(name), after.get(name)) for name in sorted(before.keys() | after.keys()))
    return [AccessChange(old, new) for old, new in pairs if old != new]


class AccessRows:
    """The access table of a `Store`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def for_customer(self, customer: str, *, within: Connection | None = None) -> list[Access]:
        """Return a customer's rows, by kind and key."""
        table = schema.access.c
        query = sa.select(*_columns()).where(table.customer == customer).order_by(table.kind, table.key)
        with self._database.reading(within) as connection:
            return [Access(**row._mapping) for row in connection.execute(query)]

    def replace(self, customer: str, rows: Iterable[Access], *, within: Connection | None = None) -> list[AccessChange]:
        """Make these all the rows that a customer has. Return what changed by that."""
        with self._database.writing(within) as connection:
            changes = changes_between(self.for_customer(customer, within=connection), rows)
            for change in changes:
                self._write(change, connection)
        return changes

    def page(
        self,
        *,
        key: str | None = None,
        is_granted: bool | None = None,
        limit: int = 100,
        after: tuple[str, str, str] | None = None,
    ) -> list[Access]:
        """Return rows by customer, kind and key; `after` is those three of the last row of the page before."""
        table = schema.access.c
        order = (table.customer, table.kind, table.key)
        query = sa.select(*_columns()).order_by(*order).limit(limit)
        if key is not None:
            query = query.where(table.key == key)
        if is_granted is not None:
            query = query.where(table.granted == is_granted)
        if after is not None:
            query = query.where(sa.tuple_(*order) > sa.tuple_(*map(sa.literal, after)))
        with self._database.reading() as connection:
            return [Access(**row._mapping) for row in connection.execute(query)]

    def customers(self, *, limit: int = 1000, after: str = "") -> list[str]:
        """Return the customers that have rows, by id, those after `after`."""
        column = schema.access.c.customer
        query = sa.select(column).where(column > after).distinct().order_by(column).limit(limit)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def list_ending(self, *, until: float, limit: int = 1000) -> list[tuple[str, int]]:
        """Return the customers and times of access that is granted, and not beyond `until`; the first to end first."""
        table = schema.access.c
        query = (
            sa.select(table.customer, table.until)
            .where(table.granted, table.until <= until)
            .distinct()
            .order_by(table.until, table.customer)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [(row.customer, row.until) for row in connection.execute(query)]

    def next_end(self, *, after: float) -> int | None:
        """Return when access that is granted ends next, after this time."""
        table = schema.access.c
        query = sa.select(sa.func.min(table.until)).where(table.granted, table.until > after)
        with self._database.reading() as connection:
            return connection.execute(query).scalar()

    def _write(self, change: AccessChange, connection: Connection) -> None:
        row = change.after or change.before
        assert row is not None
        table = schema.access.c
        one = (table.customer == row.customer, table.kind == row.kind, table.key == row.key)
        if change.after is None:
            connection.execute(sa.delete(schema.access).where(*one))
            return
        values = {
            "granted": row.granted,
            "since": row.since,
            "until": row.until,
            "reason": row.reason,
            "subscription": row.subscription,
            "changed_at": self._database.clock(),
        }
        name = {"customer": row.customer, "kind": row.kind, "key": row.key}
        insert = self._database.insert(schema.access).values({**name, **values})
        connection.execute(insert.on_conflict_do_update(index_elements=list(name), set_=values))


def _columns() -> list[sa.Column[Any]]:
    return [column for column in schema.access.c if column is not schema.access.c.changed_at]
