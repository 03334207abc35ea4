"""`billing sub`: each command in a file of its own, registered on import in the order of the help."""

from stripe_billing_cli.cli.sub import create, show, list, watch, change, cancel, resume, pause, pay  # isort: skip
from stripe_billing_cli.cli.sub.app import app

__all__ = ["app", "cancel", "change", "create", "list", "pause", "pay", "resume", "show", "watch"]
