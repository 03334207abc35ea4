"""`billing card default`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stripe_billing_cli.cli import confirm, formatting, options, parsing
from stripe_billing_cli.cli.card.app import Card, app
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.customer_options import Customer
from stripe_billing_cli.cli.output import GREEN, Line, Record

if TYPE_CHECKING:
    from stripe_billing_cli.cards.default import DefaultPlan


@options.command(app)
def default(context: Context, customer: Customer, card: Card, preview: parsing.Preview = False) -> None:
    """Charge a saved card from now on: for all of the customer's subscriptions, those with another card too.

    Open invoices are not charged by this; `billing invoice pay` does that.

    \b
    Examples:  billing card default ada@example.com 4444
               billing card default cus_NffrFeUfNV2Hib pm_1MqLiJLkdIwHu7ixUEgbFdYF
    """
    from stripe_billing_cli.cards.default import plan_default

    plan = plan_default(context.stripe, customer, card)
    if not plan.is_done:
        confirm.confirm(context, "Charge it from now on?", will=list(_will(plan)), preview=preview)
    context.printer.record(plan.apply(context.stripe).record(), _screen)


def _will(plan: DefaultPlan) -> Iterator[str]:
    card = plan.card.record()
    yield f"{plan.wallet.customer['id']} pays by {formatting.card(card)} from now on."
    for subscription in plan.moved:
        yield f"  {subscription} is charged to it too, in place of the card of its own."
    if card["expires"] == "expired":
        yield "  It has expired: the next charge may be declined."
    if card["failing"]:
        yield f"  The bank declined it last: {card['failure']}"


def _screen(record: Record) -> Iterator[Line]:
    if record["result"] == "unchanged":
        yield Line(f"{formatting.card(record)} is the default already. Nothing to do.")
    else:
        yield Line(f"{record['customer']} pays by {formatting.card(record)}.", GREEN)
