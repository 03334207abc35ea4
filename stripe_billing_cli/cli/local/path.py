"""`billing local path`."""

from __future__ import annotations

from stripe_billing_cli.cli import options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.local.app import app
from stripe_billing_cli.cli.settings import LOCAL_DATABASE


@options.command(app, shared_names=("output", "verbose"))
def path(context: Context) -> None:
    """Print where the local Stripe of this directory keeps its state.

    \b
    Example:  sqlite3 "$(billing local path)" .tables
    """
    where = str(LOCAL_DATABASE.absolute())
    if context.output in ("table", "id"):
        print(where)
    else:
        context.printer.result({"path": where, "exists": LOCAL_DATABASE.exists()}, ids=[where])
