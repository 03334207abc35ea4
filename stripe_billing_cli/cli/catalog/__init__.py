"""`billing catalog`."""

from stripe_billing_cli.cli.catalog.apply import app

__all__ = ["app"]
