"""`billing refund`: each command in a file of its own, registered on import in the order of the help."""

from stripe_billing_cli.cli.refund import create, show, list  # isort: skip
from stripe_billing_cli.cli.refund.app import app

__all__ = ["app", "create", "list", "show"]
