"""The column that says which deliveries are done one after the other is called for it: `customer_queue`, not `lane`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

OPEN = sa.text("status IN ('pending', 'failed', 'running')")


def upgrade() -> None:
    op.execute("ALTER TABLE deliveries RENAME COLUMN lane TO customer_queue")
    op.drop_index("deliveries_by_lane", "deliveries")
    op.create_index(
        "deliveries_by_queue",
        "deliveries",
        ["handler", "customer_queue", "created", "seq"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
