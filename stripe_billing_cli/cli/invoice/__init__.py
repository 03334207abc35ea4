"""`billing invoice`: each command in a file of its own, registered on import in the order of the help."""

from stripe_billing_cli.cli.invoice import list, show, pay, send, void, write_off, credit  # isort: skip
from stripe_billing_cli.cli.invoice.app import app

__all__ = ["app", "credit", "list", "pay", "send", "show", "void", "write_off"]
