"""The group `billing local`."""

from __future__ import annotations

from stripe_billing_cli.cli import options

app = options.group("The local Stripe: serve it over HTTP, reset it, find it.")
