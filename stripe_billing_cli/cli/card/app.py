"""The group `billing card`, and what its commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import options

app = options.group("Customers' cards: which expire or fail, which is charged.")

Card = Annotated[str, typer.Argument(metavar="CARD", help="The payment method's id, or its last four digits.")]
