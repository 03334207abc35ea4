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
    from stripe_billing_cli.test_clocks.delete import plan_delete

    plan = plan_delete(test_mode_api(context), clock)
    id, name = plan.clock["id"], plan.clock["name"]
    confirm.confirm(
        context,
        f"Delete {id}?",
        will=[f"The clock {name or id}, its customers and their subscriptions will be deleted."],
        in_any_mode=True,
        when_refused="nothing was deleted",
    )
    context.printer.record(plan.apply(context.stripe).record(), lambda _: [Line(f"{id} is deleted.")])
