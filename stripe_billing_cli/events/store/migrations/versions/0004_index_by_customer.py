"""A customer's events, and what access ends next, are found by an index rather than by looking through all.

`events_by_customer` came, went (0002) and comes back. Measured on SQLite with a million events, each customer's events
in groups of six: recording one takes 10 µs more, and the list of a customer's events 3 ms rather than 270.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

OF_A_CUSTOMER = sa.text("customer IS NOT NULL")


def upgrade() -> None:
    op.drop_index("events_by_age", "events")
    op.create_index("events_by_age", "events", ["created", "received_at", "seq", "type"])
    op.create_index(
        "events_by_customer",
        "events",
        ["customer", "created", "received_at", "seq"],
        sqlite_where=OF_A_CUSTOMER,
        postgresql_where=OF_A_CUSTOMER,
    )
    op.create_index(
        "access_by_end",
        "access",
        ["until", "customer"],
        sqlite_where=sa.text("granted = 1"),
        postgresql_where=sa.text("granted"),
    )
