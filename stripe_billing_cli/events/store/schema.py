"""The tables. Times that Stripe gives are whole Unix seconds; those of this program have fractions.

A change here needs a migration beside those in `migrations/versions`; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    false,
    text,
)

HEAD = "0005"
"""The newest migration."""

metadata = MetaData()

Number = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only where the type is INTEGER."""

events = Table(
    "events",
    metadata,
    Column("seq", Number, primary_key=True),
    Column("id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("livemode", Boolean, nullable=False),
    Column("api_version", Text),
    Column("object", Text),
    Column("object_id", Text),
    Column("customer", Text),
    Column("account", Text),
    Column("thin", Boolean, nullable=False),
    Column("payload", Text),
    Column("source", Text, nullable=False),
    Column("received_at", Double, nullable=False),
    Index("events_by_id", "id", unique=True),
    Index("events_by_age", "created", "received_at", "seq", "type"),
    Index(
        "events_by_customer",
        "customer",
        "created",
        "received_at",
        "seq",
        sqlite_where=text("customer IS NOT NULL"),
        postgresql_where=text("customer IS NOT NULL"),
    ),
)
"""What an event costs to be received is the pages it goes to: those of `events_by_age` are the newest ones, always the
same, and those of `events_by_customer` one for each customer who has events at the time. `events_by_age` holds the type
too, so that a list of one type looks through a million in a tenth of a second."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", Number, primary_key=True),
    Column("event", Text, ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("handler", Text, nullable=False),
    Column("customer_queue", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Double, nullable=False),
    Column("worker", Text),
    Column("lease_until", Double),
    Column("finished_at", Double),
    Column("outcome", Text),
    Column("error", Text),
    Column("waiting", Boolean, nullable=False, server_default=false()),
    Column("begun_at", Double),
    Index("deliveries_by_event", "event", "handler", unique=True),
    Index(
        "deliveries_to_do",
        "handler",
        "due",
        "seq",
        sqlite_where=text("status IN ('pending', 'failed') AND NOT waiting"),
        postgresql_where=text("status IN ('pending', 'failed') AND NOT waiting"),
    ),
    Index(
        "deliveries_by_queue",
        "handler",
        "customer_queue",
        "created",
        "seq",
        sqlite_where=text("status IN ('pending', 'failed', 'running')"),
        postgresql_where=text("status IN ('pending', 'failed', 'running')"),
    ),
    Index(
        "deliveries_running",
        "handler",
        "customer_queue",
        unique=True,
        sqlite_where=text("status = 'running'"),
        postgresql_where=text("status = 'running'"),
    ),
    Index(
        "deliveries_in_trouble",
        "status",
        "event",
        sqlite_where=text("status IN ('failed', 'dead')"),
        postgresql_where=text("status IN ('failed', 'dead')"),
    ),
)
"""`deliveries_running` is what keeps two workers off one queue, whatever they do.

SQLite uses a partial index only where the statement has the index's condition word for word, its values not bound.
`waiting` is set where a delivery was seen behind an open one of its queue: claiming need not look at it again."""

access = Table(
    "access",
    metadata,
    Column("customer", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("granted", Boolean, nullable=False),
    Column("since", BigInteger),
    Column("until", BigInteger),
    Column("reason", Text, nullable=False),
    Column("subscription", Text),
    Column("changed_at", Double, nullable=False),
    Index("access_by_key", "kind", "key", "customer"),
    Index(
        "access_by_end",
        "until",
        "customer",
        sqlite_where=text("granted = 1"),
        postgresql_where=text("granted"),
    ),
)

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("changed_at", Double, nullable=False),
)


def begun_anew(due: float) -> dict[str, object]:
    """Return the values of a delivery that is done again with all attempts."""
    return {
        "status": "pending",
        "attempts": 0,
        "due": due,
        "finished_at": None,
        "begun_at": None,
        "waiting": False,
    }
