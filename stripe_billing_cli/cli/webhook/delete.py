"""`billing webhook delete`."""

from __future__ import annotations

from typing import Annotated

import typer

from stripe_billing_cli.cli import confirm, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Line
from stripe_billing_cli.cli.webhook.app import app
from stripe_billing_cli.errors import BillingError


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
    from stripe_billing_cli.webhook_endpoints import new_endpoint
    from stripe_billing_cli.webhook_endpoints.endpoint import read_endpoints

    found = [one for one in read_endpoints(context.stripe) if endpoint in (one.id, one.url)]
    if len(found) > 1:
        names = ", ".join(one.id for one in found)
        raise parsing.wrong(f"{len(found)} endpoints receive {endpoint}: {names}", "name one by its id")
    if not found:
        raise BillingError(
            "not_found", f"there is no webhook endpoint {endpoint}", "`billing webhook list` shows what there is"
        )
    confirm.confirm(context, f"Delete {found[0].id}, which receives {found[0].url}?")
    new_endpoint.delete(context.stripe, found[0].id)
    forget(found[0].id)
    record = {"id": found[0].id, "url": found[0].url, "deleted": True}
    context.printer.record(record, lambda: [Line(f"{record['id']} is deleted; {record['url']} gets no more from it.")])
