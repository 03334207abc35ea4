"""`billing catalog`."""

from stripe_billing_cli.cli.catalog.app import app

__all__ = ["app"]
