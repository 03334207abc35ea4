"""The group `billing refund`."""

from __future__ import annotations

import typer

from stripe_billing_cli.cli import options

app = typer.Typer(
    help="Refunds: give back what was paid, in whole or in part.",
    no_args_is_help=True,
    **options.PLAIN,
)
