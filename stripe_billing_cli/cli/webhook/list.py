"""`billing webhook list`."""

from __future__ import annotations

from stripe_billing_cli.cli import formatting, options, parsing
from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Column
from stripe_billing_cli.cli.webhook.app import app
from stripe_billing_cli.cli.webhook.view import event_types_text, made_by


@options.command(app, "list")
def list_(context: Context, limit: parsing.Limit = 100, all_: parsing.All = False) -> None:
    """List the account's webhook endpoints.

    \b
    Example:  billing webhook list
    """
    from stripe_billing_cli.listener.secrets import kept_secrets
    from stripe_billing_cli.webhook_endpoints.endpoint import read_endpoints, record

    endpoints_with_secret = {secret.endpoint for secret in kept_secrets()}
    rows = [
        {**record(endpoint), "secret_kept": endpoint.id in endpoints_with_secret}
        for endpoint in read_endpoints(context.stripe)
    ]
    context.printer.list_records(rows, COLUMNS, "No webhook endpoints.", parsing.most(limit, all_))


COLUMNS = (
    Column("ENDPOINT", lambda endpoint: endpoint["id"]),
    Column("URL", lambda endpoint: endpoint["url"]),
    Column("STATUS", lambda endpoint: endpoint["status"]),
    Column("API VERSION", lambda endpoint: endpoint["api_version"] or "account's"),
    Column("EVENTS", event_types_text),
    Column("MADE BY", made_by),
    Column("SECRET", lambda endpoint: "kept here" if endpoint["secret_kept"] else "-"),
    Column("CREATED", lambda endpoint: formatting.date(endpoint["created"])),
)
