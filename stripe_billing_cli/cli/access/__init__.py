"""`billing access`: each command in a file of its own, registered on import in the order of the help."""

from stripe_billing_cli.cli.access import show, list, reconcile  # isort: skip
from stripe_billing_cli.cli.access.app import app

__all__ = ["app", "list", "reconcile", "show"]
