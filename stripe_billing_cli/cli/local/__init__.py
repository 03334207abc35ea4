"""`billing local`: each command in a file of its own, registered on import in the order of the help."""

from stripe_billing_cli.cli.local import serve, reset, path, settings  # isort: skip
from stripe_billing_cli.cli.local.app import app

__all__ = ["app", "path", "reset", "serve", "settings"]
