"""Events as rows of the table `events`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from stripe_billing_cli.events.event import Event

_LOAD = {
    "sqlite": sa.text("SELECT * FROM events WHERE id IN (SELECT value FROM json_each(:ids))"),
    "postgresql": sa.text(
        "SELECT * FROM events WHERE id IN (SELECT value FROM json_array_elements_text(CAST(:ids AS json)))"
    ),
}


def load_events(ids: Sequence[str], connection: Connection) -> dict[str, Event]:
    """Return the events with these ids that are in the store, with their payloads, by id."""
    if not ids:
        return {}
    rows = connection.execute(_LOAD[connection.dialect.name], {"ids": json.dumps(list(ids))})
    return {row.id: event_of(row) for row in rows}


def event_of(row: Row[*tuple[Any, ...]]) -> Event:
    return Event(
        id=row.id,
        type=row.type,
        created=row.created,
        livemode=bool(row.livemode),
        payload=row.payload,
        source=row.source,
        api_version=row.api_version,
        object=row.object,
        object_id=row.object_id,
        customer=row.customer,
        account=row.account,
        thin=bool(row.thin),
    )
