"""`billing clock`: each command in a file of its own, registered on import in the order of the help."""

from stripe_billing_cli.cli.clock import create, advance, list, delete  # isort: skip
from stripe_billing_cli.cli.clock.app import app

__all__ = ["advance", "app", "create", "delete", "list"]
