"""The tables and indexes of the file of the local Stripe."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from functools import cache

SCHEMA_VERSION = 7

APPLICATION_ID = 0x62696C6C

COLUMNS = {
    "active": "active",
    "product": "product",
    "lookup_key": "lookup_key",
    "currency": "currency",
    "type": "type",
    "customer": "customer",
    "charge": "charge",
    "payment_intent": "payment_intent",
    "status": "status",
    "email": "email",
    "payments.data[0].payment.payment_intent": "first_payment_intent",
    "parent.subscription_details.subscription": "parent_subscription",
    "items.data[0].price": "first_item_price",
}
"""The columns in which fields of an object stand beside it, by the fields, those of its parts last. SQLite reads JSON
for each of its indexes, and of each event, much slower than these are taken from the object."""
ITEM_COUNT = "item_count"
"""The column that says how many items a subscription has."""
COLUMN_NAMES = (*COLUMNS.values(), ITEM_COUNT)
NOT_INDEXED = ("active", "status", "lookup_key", "currency")
"""Columns that have an index of their own form, or none."""

SCHEMA = (
    """
    CREATE TABLE objects (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        created INTEGER NOT NULL,
        active INTEGER,
        product TEXT,
        lookup_key TEXT,
        currency TEXT,
        type TEXT,
        customer TEXT,
        charge TEXT,
        payment_intent TEXT,
        status TEXT,
        email TEXT,
        first_payment_intent TEXT,
        parent_subscription TEXT,
        first_item_price TEXT,
        item_count INTEGER,
        body TEXT NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX objects_by_id ON objects (kind, id)",
    "CREATE UNIQUE INDEX objects_by_lookup_key ON objects (kind, lookup_key) WHERE lookup_key IS NOT NULL",
    "CREATE INDEX objects_by_age ON objects (kind, created, seq)",
    """
    CREATE TABLE idempotency (
        key TEXT PRIMARY KEY,
        created INTEGER NOT NULL,
        path TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        request_id TEXT NOT NULL,
        status INTEGER NOT NULL,
        body TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX idempotency_by_age ON idempotency (created)",
    """
    CREATE TABLE scheduled_jobs (
        due INTEGER NOT NULL,
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        clock TEXT NOT NULL,
        job TEXT NOT NULL,
        id TEXT NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX scheduled_jobs_by_job ON scheduled_jobs (job, id)",
    "CREATE INDEX scheduled_jobs_by_due ON scheduled_jobs (clock, due, seq)",
    """
    CREATE TABLE deliveries (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        event TEXT NOT NULL,
        endpoint TEXT NOT NULL,
        due REAL NOT NULL,
        attempts INTEGER NOT NULL,
        planned INTEGER NOT NULL,
        duplicate INTEGER NOT NULL
    )
    """,
    "CREATE INDEX deliveries_by_due ON deliveries (due, seq)",
)
LIST_INDEXES = (
    # Of all objects, so that SQLite prefers any other index: of a product's active prices, it looks at the product's.
    "CREATE INDEX objects_by_activity ON objects (kind, active, created, seq)",
    "CREATE INDEX objects_by_status ON objects (kind, status, created, seq)",
    *(
        f"CREATE INDEX objects_by_{name} ON objects (kind, {name}, created, seq) WHERE {name} IS NOT NULL"
        for name in COLUMNS.values()
        if name not in NOT_INDEXED
    ),
    f"CREATE INDEX objects_of_several_items ON objects (kind, created, seq) WHERE {ITEM_COUNT} > 1",
)
"""The indexes for lists and for what is looked up by other fields than ids."""
FEW = 500
"""Up to how many objects a connected account does without `LIST_INDEXES`: SQLite reads and writes each of them, and
what a test makes is found as fast without."""

WRITE_AND_READ_VERSION = slice(18, 20)
WAL = b"\x02\x02"
"""Both versions in the header of a file with a write-ahead log (https://www.sqlite.org/fileformat.html)."""

INDEXES_UNTIL_5 = (
    *("objects_by_type", "objects_of_several_items"),
    *("objects_by_invoice_payment", "objects_by_invoice_subscription", "objects_by_first_item_price"),
)
"""Indexes that have another form today, or another name."""
JOBS_UNTIL_6 = "agenda"
"""The table of scheduled jobs in files up to format 6."""
RENAME_JOBS = (
    f"ALTER TABLE {JOBS_UNTIL_6} RENAME TO scheduled_jobs",
    "ALTER TABLE scheduled_jobs RENAME COLUMN what TO job",
    *("DROP INDEX agenda_by_what", "DROP INDEX agenda_by_due"),
)


def create(connection: sqlite3.Connection) -> None:
    """Create all tables and indexes; the tables of a file of an earlier format get what they lack."""
    columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(objects)")}
    new_columns = [name for name in COLUMN_NAMES if columns and name not in columns]
    for name in new_columns:
        connection.execute(f"ALTER TABLE objects ADD COLUMN {name} {'INTEGER' if name == ITEM_COUNT else 'TEXT'}")
    for index in (*(f"objects_by_{name}" for name in new_columns), *INDEXES_UNTIL_5) if new_columns else ():
        connection.execute(f"DROP INDEX IF EXISTS {index}")
    has_old_jobs = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (JOBS_UNTIL_6,)).fetchone()
    for statement in RENAME_JOBS if has_old_jobs else ():
        connection.execute(statement)
    _execute(connection, SCHEMA)
    add_list_indexes(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def add_list_indexes(connection: sqlite3.Connection) -> None:
    _execute(connection, LIST_INDEXES)


def has_list_indexes(connection: sqlite3.Connection) -> bool:
    indexes = connection.execute(
        "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name = 'objects_by_status'"
    )
    return bool(indexes.fetchone()[0])


def _execute(connection: sqlite3.Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.execute(re.sub(r"(TABLE|INDEX) ", r"\1 IF NOT EXISTS ", statement, count=1))


@cache
def empty_file(*, for_few: bool) -> bytes:
    """Return a file with all tables and nothing in them: writing it takes a tenth of the time of creating them.

    `for_few`: without the indexes that a few objects do without, and with a rollback journal.
    """
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        if for_few:
            _execute(connection, SCHEMA)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        else:
            create(connection)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        content = bytearray(connection.serialize())
    finally:
        connection.close()
    if not for_few:
        content[WRITE_AND_READ_VERSION] = WAL
    return bytes(content)
