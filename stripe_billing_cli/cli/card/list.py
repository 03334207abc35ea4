"""`billing card list`."""

from __future__ import annotations

from stripe_billing_cli.cli import formatting, options, parsing
from stripe_billing_cli.cli.card.app import app
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.customer_options import Customer
from stripe_billing_cli.cli.output import Column, Record


@options.command(app, "list")
def list_(
    context: Context,
    customer: Customer,
    limit: parsing.Limit = 100,
    all_: parsing.All = False,
) -> None:
    """List a customer's saved cards and other payment methods, newest first.

    Says which is charged by default, which subscriptions have one of their own, which have expired or expire with this
    month or the next, and which the bank declined last.

    \b
    Examples:  billing card list ada@example.com
               billing card list cus_NffrFeUfNV2Hib --output json | jq 'select(.failing)'
    """
    from stripe_billing_cli.cards.load import load_wallet

    wallet = load_wallet(context.stripe, customer)
    context.printer.list_records(
        (card.record() for card in wallet.cards),
        COLUMNS,
        f"{wallet.customer['id']} has no saved card.",
        parsing.most(limit, all_),
    )


def _remarks(card: Record) -> str:
    """Return remarks about a card, the worst first."""
    remarks = [
        f"declined last: {card['failure']}" if card["failing"] else "",
        {"expired": "expired", "soon": "expires soon"}.get(card["expires"] or "", ""),
        "default" if card["default"] else "",
        f"pays {', '.join(card['subscriptions'])}" if card["subscriptions"] else "",
    ]
    return "; ".join(remark for remark in remarks if remark) or "-"


COLUMNS = (
    Column("CARD", lambda record: record["id"]),
    Column("IS", formatting.card),
    Column("REMARKS", _remarks),
)
