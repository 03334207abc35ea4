"""Fences: what was decided from an older reading never overwrites what was decided from a newer one.

Read the fence, read what to decide from, decide, and write only if the fence is still the same, moving it on by that.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from stripe_billing_cli.events.store import schema
from stripe_billing_cli.events.store.database import Database


class StaleReadError(Exception):
    """The error of a read that somebody else's fence has overtaken: read again, decide again."""


class Fences:
    """The fences of a `Store`. They stand among the settings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, name: str) -> int:
        """Return how often the fence was passed."""
        query = sa.select(schema.settings.c.value).where(schema.settings.c.name == _key(name))
        with self._database.reading() as connection:
            text = connection.execute(query).scalar()
        return 0 if text is None else int(json.loads(text))

    def go_through(self, name: str, number_read: int, within: Connection) -> int:
        """Return this passage's number. Raises `StaleReadError` unless it is the one after `number_read`."""
        table = schema.settings
        row = {"value": json.dumps(number_read + 1), "changed_at": self._database.clock()}
        statement: Any
        if number_read == 0:
            insert = self._database.insert(table).values({"name": _key(name), **row})
            statement = insert.on_conflict_do_nothing(index_elements=["name"])
        else:
            unchanged_row = (table.c.name == _key(name), table.c.value == json.dumps(number_read))
            statement = sa.update(table).where(*unchanged_row).values(row)
        if within.execute(statement.returning(table.c.name)).one_or_none() is None:
            raise StaleReadError(name)
        return number_read + 1


def _key(name: str) -> str:
    return f"fence:{name}"
