"""The tables and indexes of the file of the local Stripe."""

from __future__ import annotations

import re
import sqlite3
from functools import cache

SCHEMA_VERSION = 5


APPLICATION_ID = 0x62696C6C


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
        body TEXT NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX objects_by_id ON objects (kind, id)",
    "CREATE UNIQUE INDEX objects_by_lookup_key ON objects (kind, lookup_key) WHERE lookup_key IS NOT NULL",
    "CREATE INDEX objects_by_age ON objects (kind, created, seq)",
    "CREATE INDEX objects_by_activity ON objects (kind, active, created, seq)",
    "CREATE INDEX objects_by_product ON objects (kind, product, created, seq) WHERE product IS NOT NULL",
    "CREATE INDEX objects_by_type ON objects (kind, type, created, seq)",
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
    "CREATE INDEX objects_by_customer ON objects (kind, json_extract(body, '$.customer'), created, seq)",
    *(
        f"CREATE INDEX objects_by_{name} ON objects (kind, json_extract(body, '$.{field}'), created, seq) "
        f"WHERE json_extract(body, '$.{field}') IS NOT NULL"
        for name, field in (
            ("charge", "charge"),
            ("payment_intent", "payment_intent"),
            ("invoice_payment", "payments.data[0].payment.payment_intent"),
            ("invoice_subscription", "parent.subscription_details.subscription"),
            ("first_item_price", "items.data[0].price"),
            ("status", "status"),
            ("email", "email"),
        )
    ),
    "CREATE INDEX objects_of_several_items ON objects (kind, created, seq) "
    "WHERE json_array_length(body, '$.items.data') > 1",
    """
    CREATE TABLE agenda (
        due INTEGER NOT NULL,
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        clock TEXT NOT NULL,
        what TEXT NOT NULL,
        id TEXT NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX agenda_by_what ON agenda (what, id)",
    "CREATE INDEX agenda_by_due ON agenda (clock, due, seq)",
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

WRITE_AND_READ_VERSION = slice(18, 20)
WAL = b"\x02\x02"
"""Both versions in the header of a file with a write-ahead log (https://www.sqlite.org/fileformat.html)."""


def create(connection: sqlite3.Connection) -> None:
    """Create all tables and indexes, those that a file of an earlier format has among them left as they are."""
    for statement in SCHEMA:
        connection.execute(re.sub(r"(TABLE|INDEX) ", r"\1 IF NOT EXISTS ", statement, count=1))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


@cache
def empty_file() -> bytes:
    """Return a file with all tables and nothing in them: writing it takes a tenth of the time of creating them."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        create(connection)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        content = bytearray(connection.serialize())
    finally:
        connection.close()
    content[WRITE_AND_READ_VERSION] = WAL
    return bytes(content)
