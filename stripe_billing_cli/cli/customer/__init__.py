"""`billing customer`: each command in a file of its own, registered on import in the order of the help."""

from stripe_billing_cli.cli.customer import create, show, list, update, delete, balance, portal  # isort: skip
from stripe_billing_cli.cli.customer.app import app

__all__ = ["app", "balance", "create", "delete", "list", "portal", "show", "update"]
