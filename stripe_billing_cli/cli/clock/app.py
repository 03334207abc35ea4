"""The group `billing clock`, and what its commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from stripe_billing_cli.cli import formatting, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Record
from stripe_billing_cli.errors import WRONG, BillingError

if TYPE_CHECKING:
    from stripe_billing_cli.stripe_api.client import StripeApi


app = options.group("Test clocks: customers whose time moves when you say so. Test mode only.")

Clock = Annotated[str, typer.Argument(metavar="CLOCK", help="The clock's id, or its name.")]


def test_mode_api(context: Context) -> StripeApi:
    """Refuse a live key before any call."""
    if context.connection.livemode:
        raise BillingError(
            "wrong_mode",
            "test clocks exist in test mode only, and this key is live",
            "use a test key, or --local",
            WRONG,
        )
    return context.stripe


def time_shown(record: Record, *, has_moved: bool = True) -> str:
    name = f"{record['name']}: " if record["name"] else ""
    return f"{name}it is {formatting.moment(record['frozen_time'])}{'' if has_moved else ' already. Nothing to do'}."
