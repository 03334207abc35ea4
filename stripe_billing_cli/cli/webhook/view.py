"""Webhook endpoints on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from stripe_billing_cli.cli.context import Context
from stripe_billing_cli.cli.output import Line, Record

if TYPE_CHECKING:
    from stripe_billing_cli.webhook_endpoints.endpoint import Endpoint


class Secret:
    """The place of a new endpoint's secret: it goes into its file, or out with the endpoint. It is there when `keep`
    returns."""

    def __init__(self, context: Context, store: bool, outcome: Mapping[str, Any]) -> None:
        """Raises `SecretsError` where the secret is to go into its file and no file can be written."""
        from stripe_billing_cli.listener import secrets

        if store:
            secrets.check_writable()
        self._context = context
        self._store = store
        self._outcome = outcome
        self.printed = False

    def keep(self, endpoint: Endpoint, secret: str) -> None:
        from stripe_billing_cli.listener import secrets

        if self._store:
            secrets.keep(endpoint.id, endpoint.url, secret)
        else:
            print_endpoint(self._context, endpoint, {"secret": secret, **self._outcome})
            self.printed = True


def print_endpoint(context: Context, endpoint: Endpoint, more: Mapping[str, Any]) -> None:
    from stripe_billing_cli.listener.secrets import SECRETS
    from stripe_billing_cli.webhook_endpoints.endpoint import record

    secret_file = {"secret_file": str(SECRETS / endpoint.id) if is_kept(endpoint) else None}
    endpoint_record = {**record(endpoint), "secret": None, **secret_file, **more}
    context.printer.record(endpoint_record, _screen)


def is_kept(endpoint: Endpoint) -> bool:
    from stripe_billing_cli.listener.secrets import kept_secrets

    return endpoint.id in {kept_secret.endpoint for kept_secret in kept_secrets()}


def _screen(endpoint_record: Record) -> Iterator[Line]:
    yield Line(f"{endpoint_record['id']}  {endpoint_record['url']}  {endpoint_record['status']}", {"bold": True})
    yield Line(f"  events       {event_types_text(endpoint_record, 3)}")
    yield Line(f"  API version  {endpoint_record['api_version'] or 'the default of the account'}")
    if endpoint_record.get("secret"):
        yield Line(f"  secret       {endpoint_record['secret']}")
    elif endpoint_record.get("secret_file"):
        yield Line(f"  secret       kept in {endpoint_record['secret_file']}")
    match endpoint_record.get("result"):
        case "unchanged":
            yield Line("It was there already; nothing was changed.")
        case "updated":
            yield Line("It was there already; its settings were changed.")


def event_types_text(endpoint_record: Record, most: int = 1) -> str:
    events = endpoint_record["enabled_events"]
    if events == ["*"]:
        return "all"
    first_types = ", ".join(events[:most])
    return first_types if len(events) <= most else f"{first_types} and {len(events) - most} more"


def made_by(endpoint_record: Record) -> str:
    if endpoint_record["rolls"]:
        return f"billing, in place of {endpoint_record['rolls']}"
    return "billing" if endpoint_record["managed"] else "-"
