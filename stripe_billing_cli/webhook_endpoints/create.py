"""Creating a webhook endpoint: there is one for a URL then, whatever was there before, however often it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.various import WebhookEndpoint
from stripe_billing_cli.webhook_endpoints.endpoint import (
    PATH,
    Endpoint,
    EndpointError,
    endpoint_of,
    read_endpoints,
    record,
)
from stripe_billing_cli.webhook_endpoints.new_endpoint import EndpointRequest, Keep, delete, make


@dataclass(frozen=True)
class CreatePlan:
    """The step that leads to one endpoint for a URL. `unconfirmed_endpoints` are endpoints whose secret nobody knows;
    `existing_endpoint` is the one to keep, if any, and `others` are all that there are besides the abandoned ones.

    `changes` are parameters of an update of it, empty where it is as requested.
    """

    request: EndpointRequest
    others: tuple[Endpoint, ...]
    unconfirmed_endpoints: tuple[Endpoint, ...] = ()
    existing_endpoint: Endpoint | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)

    def apply(self, api: StripeApi, keep: Keep) -> CreateResult:
        """Take the step; `keep` gets a new endpoint with its secret. Raises `StripeCallError`, and what `keep` does."""
        for endpoint in self.unconfirmed_endpoints:
            delete(api, endpoint.id)
        if self.existing_endpoint is None:
            return CreateResult(make(api, self.request, self.others, keep), "created")
        if not self.changes:
            return CreateResult(self.existing_endpoint, "unchanged")
        answer = api.post(f"{PATH}/{self.existing_endpoint.id}", self.changes, kind=WebhookEndpoint).body
        return CreateResult(endpoint_of(answer), "updated")


@dataclass(frozen=True)
class CreateResult:
    """The endpoint that is there now. `result`: created, updated or unchanged."""

    endpoint: Endpoint
    result: str

    def record(self) -> dict[str, Any]:
        """Return the endpoint as it is printed (docs/output.md), but for its secret."""
        return {**record(self.endpoint), "result": self.result}


def plan_create(api: StripeApi, request: EndpointRequest) -> CreatePlan:
    """Read the endpoints, and decide. Raises `StripeCallError`; `EndpointError` where somebody else made an endpoint
    for the URL that differs."""
    endpoints = read_endpoints(api)
    of_url = [endpoint for endpoint in endpoints if endpoint.url == request.url]
    ids = {endpoint.id for endpoint in endpoints}
    unconfirmed_endpoints = tuple(one for one in of_url if one.ours and not one.confirmed and one.rolls not in ids)
    others = tuple(endpoint for endpoint in endpoints if endpoint not in unconfirmed_endpoints)
    usable = [one for one in of_url if one not in unconfirmed_endpoints and one.rolls is None]
    if not usable:
        usable = [one for one in of_url if one.confirmed]  # what a roll that was broken off left
    reusable = next((one for one in usable if one.ours), usable[0] if usable else None)
    if reusable is None:
        return CreatePlan(request, others, unconfirmed_endpoints)
    changes = _changes(request, reusable)
    if changes and not reusable.ours:
        raise EndpointError(
            f"{reusable.id} receives {request.url} already, with other settings ({', '.join(sorted(changes))} differ), "
            "and was not made by billing",
            f"change it where it was made, or delete it first: billing webhook delete {reusable.id}",
        )
    return CreatePlan(request, others, unconfirmed_endpoints, reusable, changes)


def _changes(request: EndpointRequest, endpoint: Endpoint) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if set(request.enabled_events) != set(endpoint.enabled_events):
        changes["enabled_events"] = list(request.enabled_events)
    if request.description is not None and request.description != endpoint.description:
        changes["description"] = request.description
    if not endpoint.enabled:
        changes["disabled"] = False
    return changes
