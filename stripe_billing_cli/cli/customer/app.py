"""The group `billing customer`, and the options that its commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import options

app = typer.Typer(
    help="Customers: create, find, change, and send to the portal.",
    no_args_is_help=True,
    **options.PLAIN,
)

Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id or email.")]
