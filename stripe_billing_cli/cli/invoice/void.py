"""`billing invoice void`."""

from __future__ import annotations

from stripe_billing_cli.cli import options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.invoice import give_up
from stripe_billing_cli.cli.invoice.app import Invoice, app


@options.command(app)
def void(context: Context, invoice: Invoice, preview: parsing.Preview = False) -> None:
    """Void an open invoice: it was a mistake, and nobody is to pay it. For good.

    What it took from the customer's balance goes back. The first invoice of a subscription that waits for its payment
    takes the subscription with it; any other leaves the subscription as it is.

    \b
    Examples:  billing invoice void in_1MtHbELkdIwHu7ixl4OzzPMv
    """
    give_up.give_up(context, invoice, "void", preview=preview)
