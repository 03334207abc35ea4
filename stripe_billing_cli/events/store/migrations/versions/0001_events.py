"""Events, the work that they cause, who has access, and settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_events()
    _create_deliveries()
    _create_access()
    _create_settings()


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", NUMBER, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("livemode", sa.Boolean, nullable=False),
        sa.Column("api_version", sa.Text),
        sa.Column("object", sa.Text),
        sa.Column("object_id", sa.Text),
        sa.Column("customer", sa.Text),
        sa.Column("account", sa.Text),
        sa.Column("thin", sa.Boolean, nullable=False),
        sa.Column("payload", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("received_at", sa.Double, nullable=False),
    )
    op.create_index("events_by_id", "events", ["id"], unique=True)
    op.create_index("events_by_age", "events", ["created", "received_at", "seq"])
    op.create_index("events_by_customer", "events", ["customer", "created", "received_at", "seq"])


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("seq", NUMBER, primary_key=True),
        sa.Column("event", sa.Text, sa.ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
        sa.Column("handler", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due", sa.Double, nullable=False),
        sa.Column("worker", sa.Text),
        sa.Column("lease_until", sa.Double),
        sa.Column("finished_at", sa.Double),
        sa.Column("outcome", sa.Text),
        sa.Column("error", sa.Text),
    )
    op.create_index("deliveries_by_event", "deliveries", ["event", "handler"], unique=True)
    _partial("deliveries_to_do", ["due", "seq"], "status IN ('pending', 'failed')")
    _partial("deliveries_by_lane", ["handler", "lane", "created", "seq"], "status IN ('pending', 'failed', 'running')")
    _partial("deliveries_running", ["handler", "lane"], "status = 'running'", unique=True)
    _partial("deliveries_in_trouble", ["status", "event"], "status IN ('failed', 'dead')")


def _create_access() -> None:
    op.create_table(
        "access",
        sa.Column("customer", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("granted", sa.Boolean, nullable=False),
        sa.Column("since", sa.BigInteger),
        sa.Column("until", sa.BigInteger),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("subscription", sa.Text),
        sa.Column("changed_at", sa.Double, nullable=False),
    )
    op.create_index("access_by_key", "access", ["kind", "key", "customer"])


def _create_settings() -> None:
    op.create_table(
        "settings",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Double, nullable=False),
    )


def _partial(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, "deliveries", columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
