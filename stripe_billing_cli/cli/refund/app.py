"""The group `billing refund`."""

from __future__ import annotations

from stripe_billing_cli.cli import options

app = options.group("Refunds: give back what was paid, in whole or in part.")
