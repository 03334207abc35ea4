"""The making of an endpoint, with certainty: its secret is in the hands of `keep` before it counts as there.

Three steps, each of which may be the last: create it as unconfirmed, hand its secret over, confirm it. An endpoint
that is found unconfirmed has a secret that nobody knows; whoever finds it deletes it and begins anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.stripe_api import lookup
from stripe_billing_cli.stripe_api.client import Answer, StripeApi
from stripe_billing_cli.stripe_api.errors import IncompleteAnswerError, NotFoundError
from stripe_billing_cli.stripe_api.objects.various import WebhookEndpoint
from stripe_billing_cli.stripe_api.paced_transport import API_VERSION
from stripe_billing_cli.stripe_api.remembered_answers import ask_until_current
from stripe_billing_cli.webhook_endpoints.endpoint import (
    MADE,
    PATH,
    ROLLS,
    SECRET,
    UNCONFIRMED,
    Endpoint,
    EndpointError,
    endpoint_of,
)

Keep = Callable[[Endpoint, str], None]
"""A callback with an endpoint and its secret; when it returns, the secret is safe."""
ATTEMPTS = 100
"""How often a create is asked again under a new key, after answers about endpoints that are gone."""


@dataclass(frozen=True)
class EndpointRequest:
    """An endpoint that is wanted. `rolls`: the endpoint in whose place it comes."""

    url: str
    enabled_events: tuple[str, ...]
    description: str | None = None
    rolls: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()

    def params(self) -> dict[str, Any]:
        marks = {MADE: "yes", SECRET: UNCONFIRMED, **({ROLLS: self.rolls} if self.rolls else {})}
        return {
            "url": self.url,
            "enabled_events": list(self.enabled_events),
            "api_version": API_VERSION,
            "metadata": {**dict(self.metadata), **marks},
            **({"description": self.description} if self.description else {}),
        }


def make(api: StripeApi, request: EndpointRequest, endpoints: Sequence[Endpoint], keep: Keep) -> Endpoint:
    """Make an endpoint and confirm that its secret is kept. `endpoints`: all that exist.

    Raises `StripeCallError`, and what `keep` raises.
    """
    answer = _create(api, request.params(), [endpoint.id for endpoint in endpoints])
    if answer.body["secret"] is None:
        raise IncompleteAnswerError(
            f"Stripe's answer is not complete: in the webhook endpoint {answer.body['id']}, secret is left out",
            request_id=answer.request_id,
        )
    keep(endpoint_of(answer.body), answer.body["secret"])
    return confirm(api, answer.body["id"])


def confirm(api: StripeApi, id: str) -> Endpoint:
    """Write down at the endpoint that somebody has its secret."""
    try:
        return endpoint_of(api.post(f"{PATH}/{id}", {"metadata": {SECRET: ""}}, kind=WebhookEndpoint).body)
    except NotFoundError:
        raise EndpointError(
            f"{id} was deleted just after it was made: another run made one at the same time",
            "its secret is worth nothing; `billing webhook list` shows which endpoint is there",
        ) from None


def delete(api: StripeApi, id: str) -> None:
    """Delete an endpoint; one that is gone already is fine."""
    try:
        api.delete(f"{PATH}/{id}")
    except NotFoundError:
        return


def _create(api: StripeApi, params: Mapping[str, Any], existing_ids: Iterable[str]) -> Answer[WebhookEndpoint]:
    """Create an endpoint; what Stripe remembers of one that was deleted since, or of a failure, is asked for again,
    anew."""

    def current(answer: Answer[WebhookEndpoint]) -> Answer[WebhookEndpoint] | None:
        return answer if not answer.is_replay or lookup.exists(api, f"{PATH}/{answer.body['id']}") else None

    return ask_until_current(
        lambda again: api.post(PATH, params, _key(params, existing_ids, again), kind=WebhookEndpoint),
        current,
        attempts=ATTEMPTS,
    )


def _key(params: Mapping[str, Any], existing_ids: Iterable[str], again: int) -> str:
    """Return the idempotency key, the same for every run that wants the same of the same account in the same state."""
    content = json.dumps([params, sorted(existing_ids), again], sort_keys=True)
    return f"billing-webhook-{hashlib.sha256(content.encode()).hexdigest()[:40]}"
