"""`billing card remove`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stripe_billing_cli.cli import confirm, formatting, options, parsing
from stripe_billing_cli.cli.card.app import Card, app
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.customer_options import Customer
from stripe_billing_cli.cli.output import GREEN, Line, Record

if TYPE_CHECKING:
    from stripe_billing_cli.cards.remove import RemovePlan


@options.command(app)
def remove(context: Context, customer: Customer, card: Card, preview: parsing.Preview = False) -> None:
    """Remove a saved card from a customer, for good: it cannot be charged any more.

    First shows which subscriptions are left without a card. Removing what was removed is a success.

    \b
    Examples:  billing card remove ada@example.com 4242
               billing card remove cus_NffrFeUfNV2Hib pm_1MqLiJLkdIwHu7ixUEgbFdYF --yes
    """
    from stripe_billing_cli.cards.remove import RemovePlan, plan_remove

    plan = plan_remove(context.stripe, customer, card)
    if not isinstance(plan, RemovePlan):
        context.printer.record(
            plan.record(), lambda record: [Line(f"{record['id']} is removed already. Nothing to do.")]
        )
        return
    confirm.confirm(
        context, "Remove it?", will=list(_will(plan)), in_any_mode=bool(plan.unpaid_subscriptions), preview=preview
    )
    context.printer.record(plan.apply(context.stripe).record(), _screen)


def _will(plan: RemovePlan) -> Iterator[str]:
    customer = plan.wallet.customer["id"]
    yield f"{formatting.card(plan.card.record())} will be removed from {customer}, for good."
    for subscription in plan.unpaid_subscriptions:
        yield f"  {subscription} is left without a card: its next invoice cannot be charged."
    for subscription in plan.fall_back:
        yield f"  {subscription} is charged to the customer's default card instead."


def _screen(record: Record) -> Iterator[Line]:
    yield Line(f"Removed {formatting.card(record)} from {record['customer']}.", GREEN)
