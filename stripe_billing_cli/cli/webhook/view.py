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

    kept = {"secret_file": str(SECRETS / endpoint.id) if is_kept(endpoint) else None}
    shown = {**record(endpoint), "secret": None, **kept, **more}
    context.printer.record(shown, _screen)


def is_kept(endpoint: Endpoint) -> bool:
    from stripe_billing_cli.listener.secrets import kept_secrets

    return endpoint.id in {one.endpoint for one in kept_secrets()}


def _screen(shown: Record) -> Iterator[Line]:
    yield Line(f"{shown['id']}  {shown['url']}  {shown['status']}", {"bold": True})
    yield Line(f"  events       {event_types_text(shown, 3)}")
    yield Line(f"  API version  {shown['api_version'] or 'the default of the account'}")
    if shown.get("secret"):
        yield Line(f"  secret       {shown['secret']}")
    elif shown.get("secret_file"):
        yield Line(f"  secret       kept in {shown['secret_file']}")
    match shown.get("result"):
        case "unchanged":
            yield Line("It was there already; nothing was changed.")
        case "updated":
            yield Line("It was there already; its settings were changed.")


def event_types_text(shown: Record, most: int = 1) -> str:
    events = shown["enabled_events"]
    if events == ["*"]:
        return "all"
    named = ", ".join(events[:most])
    return named if len(events) <= most else f"{named} and {len(events) - most} more"


def made_by(shown: Record) -> str:
    if shown["rolls"]:
        return f"billing, in place of {shown['rolls']}"
    return "billing" if shown["managed"] else "-"
