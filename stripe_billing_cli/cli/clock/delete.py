"""`billing clock delete`."""

from __future__ import annotations

from stripe_billing_cli.cli import confirm, options
from stripe_billing_cli.cli.clock.app import Clock, app, test_mode_api
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Line


@options.command(app)
def delete(context: Context, clock: Clock) -> None:
    """Delete a test clock, and with it its customers and their subscriptions.

    \b
    Example:  billing clock delete life --yes
    """
    from stripe_billing_cli.subscriptions import outcomes
    from stripe_billing_cli.test_clocks import advance

    api = test_mode_api(context)
    found = advance.find(api, clock)
    record = {**outcomes.clock(found), "deleted": True}
    confirm.confirm(
        context,
        f"Delete {found['id']}?",
        will=[f"The clock {found['name'] or found['id']}, its customers and their subscriptions are deleted."],
        moves_money=True,
        when_refused="nothing was deleted",
    )
    advance.delete(api, found["id"])
    context.printer.record(record, lambda: [Line(f"{found['id']} is deleted.")])
