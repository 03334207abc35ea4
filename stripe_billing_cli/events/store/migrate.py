"""Bringing the tables up to date, also when several programs start at the same moment."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from stripe_billing_cli.events.store.errors import StoreError
from stripe_billing_cli.events.store.schema import HEAD

LOCK = 0x62696C6C
"""PostgreSQL's advisory lock that the migrations are run under."""


def bring_up_to_date(engine: Engine, display_name: str) -> None:
    """Create or migrate the tables. Raises `StoreError` where a newer version of this program made them."""
    with engine.connect() as connection:
        if _current(connection, display_name):
            return
    with engine.begin() as connection:  # on SQLite, this alone keeps all others out
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        if not _current(connection, display_name):
            upgrade(connection)


def _current(connection: Connection, display_name: str) -> bool:
    tables = set(sa.inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        if tables & {"objects", "idempotency"}:
            raise StoreError(f"{display_name} is the local Stripe's file", "name another with --store")
        return False
    version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    if version is not None and version > HEAD:
        raise StoreError(
            f"{display_name} was written by a newer version of billing (schema {version}, this one knows {HEAD})",
            "update billing",
        )
    return version == HEAD


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the migrations up to this one, each that was not run yet."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
