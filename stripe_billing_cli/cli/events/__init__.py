"""`billing events`: each command in a file of its own, registered on import in the order of the help."""

from stripe_billing_cli.cli.events import list, show, retry, handlers, move, drop, backfill, purge  # isort: skip
from stripe_billing_cli.cli.events.app import app

__all__ = ["app", "backfill", "drop", "handlers", "list", "move", "purge", "retry", "show"]
