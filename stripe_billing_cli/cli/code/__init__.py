"""`billing code`: each command in a file of its own, registered on import in the order of the help."""

from stripe_billing_cli.cli.code import check
from stripe_billing_cli.cli.code.app import app

__all__ = ["app", "check"]
