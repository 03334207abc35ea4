"""`billing refund show`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from stripe_billing_cli.cli import formatting, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Line, Record, fact
from stripe_billing_cli.cli.refund.app import app


@options.command(app)
def show(
    context: Context, refund: Annotated[str, typer.Argument(metavar="REFUND", help="The refund's id (re_…).")]
) -> None:
    """Show a refund: how much, of which charge, why, and whether it has arrived.

    \b
    Examples:  billing refund show re_1Nispe2eZvKYlo2Cd31jOCgZ
               billing refund show re_1Nispe2eZvKYlo2Cd31jOCgZ --output json | jq -r .status
    """
    from stripe_billing_cli.refunds import load
    from stripe_billing_cli.stripe_api import json_output

    context.printer.record(json_output.refund(load.find_refund(context.stripe, refund)), _screen)


def _screen(record: Record) -> Iterator[Line]:
    yield Line(record["id"], {"bold": True})
    failure_text = f" ({record['failure_reason']})" if record["failure_reason"] else ""
    facts = {
        "amount": formatting.money(record["amount"], record["currency"]),
        "status": formatting.status(record["status"] or "unknown") + failure_text,
        "charge": record["charge"],
        "payment": record["payment_intent"],
        "reason": (record["reason"] or "").replace("_", " "),
        "note": record["note"],
        "created": formatting.moment(record["created"]),
    }
    for label, value in facts.items():
        if value:
            yield fact(label, value, 8)
