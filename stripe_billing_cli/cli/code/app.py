"""The group `billing code`."""

from __future__ import annotations

import typer

from stripe_billing_cli.cli import options

HELP = "Promotion codes: whether one would be taken, and for how much off."
app = typer.Typer(help=HELP, no_args_is_help=True, **options.PLAIN)


@app.callback(help=HELP)
def group() -> None:
    """Keep the group a group: Typer takes one with a single command and no callback for that command."""
