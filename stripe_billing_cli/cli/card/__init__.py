"""`billing card`: each command in a file of its own, registered on import in the order of the help."""

from stripe_billing_cli.cli.card import list, default, remove  # isort: skip
from stripe_billing_cli.cli.card.app import app

__all__ = ["app", "default", "list", "remove"]
