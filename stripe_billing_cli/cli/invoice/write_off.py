"""`billing invoice write-off`."""

from __future__ import annotations

from stripe_billing_cli.cli import options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.invoice import give_up
from stripe_billing_cli.cli.invoice.app import Invoice, app


@options.command(app, "write-off")
def write_off(context: Context, invoice: Invoice, preview: parsing.Preview = False) -> None:
    """Write off an open invoice that nobody is going to pay: a loss for the books (Stripe calls it uncollectible).

    It can still be paid; Stripe does not try by itself any more.

    \b
    Examples:  billing invoice write-off in_1MtHbELkdIwHu7ixl4OzzPMv
    """
    give_up.give_up(context, invoice, "write-off", preview=preview)
