"""The group `billing card`, and what its commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import options

app = typer.Typer(
    help="Customers' cards: which expire or fail, which is charged.",
    no_args_is_help=True,
    **options.PLAIN,
)

Card = Annotated[str, typer.Argument(metavar="CARD", help="The payment method's id, or its last four digits.")]
