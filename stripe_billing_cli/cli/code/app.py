"""The group `billing code`."""

from __future__ import annotations

from stripe_billing_cli.cli import options

HELP = "Promotion codes: whether one would be taken, and for how much off."
app = options.group(HELP)


@app.callback(help=HELP)
def group() -> None:
    """Keep the group a group: Typer takes one with a single command and no callback for that command."""
