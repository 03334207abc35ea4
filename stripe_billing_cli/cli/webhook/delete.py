"""`billing webhook delete`."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import confirm, options
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Line
from stripe_billing_cli.cli.webhook.app import app


@options.command(app)
def delete(
    context: Context,
    endpoint: Annotated[str, typer.Argument(metavar="ENDPOINT", help="The endpoint's id or URL.")],
) -> None:
    """Delete an endpoint: Stripe sends nothing there any more. Its secret, if it is kept here, goes as well.

    \b
    Example:  billing webhook delete we_1Pgc6yB7WZ01zgkW
    """
    from stripe_billing_cli.listener.secrets import forget
    from stripe_billing_cli.webhook_endpoints.delete import plan_delete

    plan = plan_delete(context.stripe, endpoint)
    confirm.confirm(context, f"Delete {plan.endpoint.id}, which receives {plan.endpoint.url}?")
    record = plan.apply(context.stripe).record()
    forget(plan.endpoint.id)
    context.printer.record(
        record, lambda fields: [Line(f"{fields['id']} is deleted; {fields['url']} gets no more from it.")]
    )
