"""The group `billing local`."""

from __future__ import annotations

import typer

from stripe_billing_cli.cli import options

app = typer.Typer(
    help="The local Stripe: serve it over HTTP, reset it, find it.", no_args_is_help=True, **options.PLAIN
)
