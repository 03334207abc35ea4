"""The group `billing customer`, and the options that its commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import options

app = options.group("Customers: create, find, change, and send to the portal.")

OfCustomer = Annotated[
    str | None, typer.Option("--customer", metavar="CUSTOMER", help="Only this customer's: the id or email.")
]
Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id or email.")]
