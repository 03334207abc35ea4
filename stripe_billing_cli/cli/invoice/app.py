"""The group `billing invoice`, and what its commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from stripe_billing_cli.cli import options

app = options.group("Invoices: what is open, what became of it; pay it, send it, give it up, credit it.")

Invoice = Annotated[str, typer.Argument(metavar="INVOICE", help="The invoice's id or number.")]


class Status(StrEnum):
    """https://docs.stripe.com/invoicing/overview#invoice-statuses"""

    draft = "draft"
    open = "open"
    paid = "paid"
    uncollectible = "uncollectible"
    void = "void"
