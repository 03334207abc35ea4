"""`billing local reset`."""

from __future__ import annotations

from pathlib import Path

import typer

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.local.app import app
from stripe_billing_cli.cli.settings import LOCAL_DATABASE
from stripe_billing_cli.errors import WRONG, BillingError


@options.command(app, shared=("output", "yes", "verbose"))
def reset(context: Context) -> None:
    """Delete everything that the local Stripe of this directory holds.

    \b
    Example:  billing local reset --yes
    """
    files = [path for path in _files(LOCAL_DATABASE) if path.exists()]
    if files and not context.yes:
        if not context.interactive:
            raise BillingError("confirmation", f"{LOCAL_DATABASE} would be deleted", "say --yes to mean it", WRONG)
        if not typer.confirm(f"Delete {LOCAL_DATABASE} and all in it?", err=True):
            raise BillingError("confirmation", "nothing was deleted", "say yes, or --yes")
    for path in files:
        path.unlink()
    context.printer.note("The local Stripe is empty.")


def _files(database: Path) -> list[Path]:
    """Return the database and what SQLite keeps beside it."""
    return [database, *(database.with_name(database.name + suffix) for suffix in ("-wal", "-shm"))]
