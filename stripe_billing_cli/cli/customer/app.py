"""The group `billing customer`."""

from __future__ import annotations

from stripe_billing_cli.cli import options

app = options.group("Customers: create, find, change, and send to the portal.")
