"""Claiming looks only at the first delivery of each customer's queue, however many wait behind it or are finished.

`waiting` marks a delivery that was seen behind an earlier one; the index of what is to be done leaves it out until
the earlier one ends. `begun_at` is when a delivery was first attempted: from then on counts how long it is retried.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TO_DO = sa.text("status IN ('pending', 'failed') AND NOT waiting")


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("waiting", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("deliveries", sa.Column("begun_at", sa.Double))
    op.drop_index("deliveries_to_do", "deliveries")
    op.create_index(
        "deliveries_to_do", "deliveries", ["handler", "due", "seq"], sqlite_where=TO_DO, postgresql_where=TO_DO
    )
