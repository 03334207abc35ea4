"""`billing customer show`."""

from __future__ import annotations

from collections.abc import Iterator

from stripe_billing_cli.cli import formatting, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.customer import view
from stripe_billing_cli.cli.customer.app import app
from stripe_billing_cli.cli.customer_options import Customer
from stripe_billing_cli.cli.output import Line, Record


@options.command(app)
def show(context: Context, customer: Customer) -> None:
    """Show a customer: subscriptions, balance, default card.

    \b
    Examples:  billing customer show ada@example.com
               billing customer show cus_NffrFeUfNV2Hib --output json | jq '.subscriptions[].status'
    """
    from stripe_billing_cli.customers.load import load_details

    context.printer.record(load_details(context.stripe, customer).record(), _screen)


def _screen(record: Record) -> Iterator[Line]:
    yield from view.lines(record)
    subscriptions = record["subscriptions"]
    yield Line(f"  {'subscribed':<12} {'to nothing' if not subscriptions else ''}".rstrip())
    for subscription in subscriptions:
        items, end_text = formatting.items(subscription), formatting.end_text(subscription)
        yield Line(f"    {subscription['id']}  {subscription['status']:<10}  {items}  {end_text}")
