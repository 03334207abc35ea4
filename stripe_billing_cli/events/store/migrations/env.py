"""Alembic's entry: the migrations run on the connection, and in the transaction, that `migrate.py` hands over."""

from __future__ import annotations

from alembic import context

from stripe_billing_cli.events.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
