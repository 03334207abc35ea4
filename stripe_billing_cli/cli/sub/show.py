"""`billing sub show`."""

from __future__ import annotations

from collections.abc import Iterator

from stripe_billing_cli.cli import doors
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Line, Record
from stripe_billing_cli.cli.sub.app import Subscription, app


@doors.command(app)
def show(context: Context, subscription: Subscription) -> None:
    """Show a subscription.

    \b
    Examples:  billing sub show sub_1MowQVLkdIwHu7ixeRlqHVzs
               billing sub show ada@example.com --output json
    """
    from stripe_billing_cli.subscriptions import records, references

    found = references.find_subscription(context.stripe, subscription)
    record = records.subscription(found)
    context.printer.record(record, lambda: _screen(record))


def _screen(record: Record) -> Iterator[Line]:
    yield Line(f"{record['id']}  {record['status']}", {"bold": True})
