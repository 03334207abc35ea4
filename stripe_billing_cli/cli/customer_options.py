"""A customer on the command line, as the groups take one: an argument, or an option that narrows a list."""

from __future__ import annotations

from typing import Annotated

import typer

OfCustomer = Annotated[
    str | None, typer.Option("--customer", metavar="CUSTOMER", help="Only this customer's: the id or email.")
]
Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id or email.")]
