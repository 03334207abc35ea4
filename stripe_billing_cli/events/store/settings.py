"""Values that the program remembers of itself: how far the Events API was read, and the like. Values are JSON."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from stripe_billing_cli.events.store import schema
from stripe_billing_cli.events.store.database import Database


class Settings:
    """The settings table of a `Store`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str, *, within: Connection | None = None) -> Any:
        """Return the value, or None where it was never put."""
        query = sa.select(schema.settings.c.value).where(schema.settings.c.name == name)
        with self._database.reading(within) as connection:
            text = connection.execute(query).scalar()
        return None if text is None else json.loads(text)

    def put(self, name: str, value: Any, *, within: Connection | None = None) -> None:
        row = {"value": json.dumps(value), "changed_at": self._database.clock()}
        insert = self._database.insert(schema.settings).values({"name": name, **row})
        with self._database.writing(within) as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=row))

    def delete(self, name: str, *, within: Connection | None = None) -> None:
        with self._database.writing(within) as connection:
            connection.execute(sa.delete(schema.settings).where(schema.settings.c.name == name))
