"""`billing webhook`: each command in a file of its own, registered on import in the order of the help."""

from stripe_billing_cli.cli.webhook import create, list, roll_secret, delete  # isort: skip
from stripe_billing_cli.cli.webhook.app import app

__all__ = ["app", "create", "delete", "list", "roll_secret"]
