"""The group `billing invoice`, and what its commands share."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from stripe_billing_cli.cli import options

app = options.group("Invoices: what is open, what became of it; pay it, send it, give it up, credit it.")

Invoice = Annotated[str, typer.Argument(metavar="INVOICE", help="The invoice's id or number.")]


Status = Literal["draft", "open", "paid", "uncollectible", "void"]
"""https://docs.stripe.com/invoicing/overview#invoice-statuses"""
