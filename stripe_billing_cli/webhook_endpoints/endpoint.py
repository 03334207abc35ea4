"""Webhook endpoints of Stripe's as this program sees them, and the marks that it leaves in their metadata.

`billing_webhook` says that `billing` made it. `billing_secret` is `unconfirmed` until its secret is in somebody's
hands: Stripe shows it once, so an endpoint whose maker died before that is worth nothing, and the next run replaces it.
`billing_rolls` is the endpoint whose place it takes while a secret is being rolled, `billing_replaced` the same when
that is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.errors import WRONG, BillingError
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.various import WebhookEndpoint

PATH = "/v1/webhook_endpoints"
MADE = "billing_webhook"
SECRET = "billing_secret"
ROLLS = "billing_rolls"
REPLACED = "billing_replaced"
UNCONFIRMED = "unconfirmed"
MARKS = frozenset({MADE, SECRET, ROLLS, REPLACED})


class EndpointError(BillingError):
    """An operation cannot be done with the endpoints as they are. `hint` says what to do about it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__("refused", message, hint, WRONG)


@dataclass(frozen=True)
class Endpoint:
    """A webhook endpoint. `api_version` is None where it is the account's default; `created` in Unix seconds."""

    id: str
    url: str
    status: str
    api_version: str | None
    enabled_events: tuple[str, ...]
    description: str | None
    created: int
    livemode: bool
    metadata: Mapping[str, str]

    @property
    def ours(self) -> bool:
        return MADE in self.metadata

    @property
    def confirmed(self) -> bool:
        """Return whether somebody has the endpoint's secret, as far as can be known."""
        return self.metadata.get(SECRET) != UNCONFIRMED

    @property
    def rolls(self) -> str | None:
        return self.metadata.get(ROLLS) or None

    @property
    def replaced(self) -> str | None:
        return self.metadata.get(REPLACED) or None

    @property
    def enabled(self) -> bool:
        return self.status == "enabled"


def endpoint_of(source: WebhookEndpoint) -> Endpoint:
    return Endpoint(
        id=source["id"],
        url=source["url"],
        status=source["status"],
        api_version=source["api_version"],
        enabled_events=tuple(source["enabled_events"]),
        description=source["description"],
        created=source["created"],
        livemode=source["livemode"],
        metadata=source["metadata"] or {},
    )


def read_endpoints(api: StripeApi) -> list[Endpoint]:
    """Return all endpoints of the account, oldest first. Raises `StripeCallError`."""
    return [endpoint_of(source) for page in api.pages(PATH, {}, kind=WebhookEndpoint) for source in page][::-1]


def record(endpoint: Endpoint) -> dict[str, Any]:
    """Return the fields that commands print. `managed`: made by this program."""
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "status": endpoint.status,
        "api_version": endpoint.api_version,
        "enabled_events": list(endpoint.enabled_events),
        "description": endpoint.description,
        "managed": endpoint.ours,
        "rolls": endpoint.rolls,
        "created": endpoint.created,
        "livemode": endpoint.livemode,
        "metadata": {name: value for name, value in endpoint.metadata.items() if name not in MARKS},
    }
