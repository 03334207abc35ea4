"""Rolling the secret of a webhook endpoint, without an event lost or handled twice.

Stripe's API has no call for it. A second endpoint for the same URL is made, so that each event comes twice, signed with
either secret and with one and the same id; when whoever receives them knows the new secret, the old endpoint is
deleted. What was done so far is read from the endpoints themselves, so that a run that was cut off anywhere is
completed by the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.events import ListedEvent
from stripe_billing_cli.stripe_api.objects.various import WebhookEndpoint
from stripe_billing_cli.webhook_endpoints.endpoint import (
    MARKS,
    PATH,
    REPLACED,
    ROLLS,
    Endpoint,
    EndpointError,
    endpoint_of,
    read_endpoints,
    record,
)
from stripe_billing_cli.webhook_endpoints.new_endpoint import EndpointRequest, Keep, delete, make


@dataclass(frozen=True)
class RollPlan:
    """The state of a roll. `old` is None once it is deleted, `new` None until it is there and its secret is known.

    `unconfirmed_endpoints` are endpoints made in its place whose secret nobody knows, `others` all that there are
    besides.
    """

    old: Endpoint | None
    new: Endpoint | None
    unconfirmed_endpoints: tuple[Endpoint, ...] = ()
    others: tuple[Endpoint, ...] = ()

    @property
    def replaced_id(self) -> str:
        """Return the id of the old endpoint, deleted or not."""
        if self.old is not None:
            return self.old.id
        assert self.new is not None
        return self.new.rolls or self.new.replaced or ""

    def begin(self, api: StripeApi, keep: Keep) -> RollPlan:
        """Have the second endpoint there, at the API version of this program and with its secret kept."""
        if self.new is not None or self.old is None:
            return self
        for endpoint in self.unconfirmed_endpoints:
            delete(api, endpoint.id)
        old = self.old
        own_metadata = tuple(sorted((name, value) for name, value in old.metadata.items() if name not in MARKS))
        request = EndpointRequest(old.url, old.enabled_events, old.description, rolls=old.id, metadata=own_metadata)
        return RollPlan(old, make(api, request, self.others, keep))

    def finish(self, api: StripeApi) -> RollResult:
        """Delete the old endpoint; the new one is an endpoint like any other then."""
        assert self.new is not None
        count = 0
        if self.old is not None:
            count = _count_undelivered(api, self.new)
            delete(api, self.old.id)
        mark = {ROLLS: "", REPLACED: self.replaced_id}
        answer = api.post(f"{PATH}/{self.new.id}", {"metadata": mark}, kind=WebhookEndpoint).body
        return RollResult(endpoint_of(answer), self.replaced_id, count)

    def apply(self, api: StripeApi, keep: Keep) -> RollResult:
        """Begin and finish, where the receiver knows the secret when `keep` returns."""
        return self.begin(api, keep).finish(api)


@dataclass(frozen=True)
class RollResult:
    """The new endpoint, and the id of the endpoint that it replaced. `undelivered_count`: how many events of before
    wait for a delivery, to the old one it may be."""

    endpoint: Endpoint
    replaced_id: str
    undelivered_count: int

    def record(self) -> dict[str, Any]:
        """Return the new endpoint as it is printed (docs/output.md), but for its secret."""
        return {**record(self.endpoint), "result": "rolled", "replaces": self.replaced_id}


def plan_roll(api: StripeApi, name: str | None) -> RollPlan:
    """Read the roll of the endpoint with the id or URL `name`, or of the only one that this program made.

    Raises `StripeCallError`; `EndpointError` where none or several are meant.
    """
    return _find(name, read_endpoints(api))


def _find(name: str | None, endpoints: Sequence[Endpoint]) -> RollPlan:
    ids = {endpoint.id for endpoint in endpoints}
    successors = {endpoint.rolls: endpoint for endpoint in endpoints if endpoint.rolls and endpoint.confirmed}
    old = _find_named(name, [endpoint for endpoint in endpoints if endpoint.rolls is None])
    if old is None:
        for endpoint in endpoints:
            if name is not None and endpoint.replaced == name:
                return RollPlan(None, endpoint)  # done already, by a run that could not tell
        for endpoint in successors.values():
            is_meant = name in (endpoint.id, endpoint.rolls, endpoint.url) or (name is None and len(successors) == 1)
            if is_meant and endpoint.rolls not in ids:
                return RollPlan(None, endpoint)
            if is_meant:
                old = next(one for one in endpoints if one.id == endpoint.rolls)
    if old is None:
        raise _none(name)
    unconfirmed_endpoints = tuple(one for one in endpoints if one.rolls == old.id and not one.confirmed)
    others = tuple(one for one in endpoints if one not in unconfirmed_endpoints)
    return RollPlan(old, successors.get(old.id), unconfirmed_endpoints, others)


def _find_named(name: str | None, candidates: Sequence[Endpoint]) -> Endpoint | None:
    if name is None:
        matches = [endpoint for endpoint in candidates if endpoint.ours]
    else:
        matches = [endpoint for endpoint in candidates if name in (endpoint.id, endpoint.url)]
    if len(matches) > 1:
        raise EndpointError(
            f"{len(matches)} endpoints are meant: {', '.join(endpoint.id for endpoint in matches)}",
            "name one by its id",
        )
    return matches[0] if matches else None


def _none(name: str | None) -> EndpointError:
    nothing = "no endpoint made by billing" if name is None else f"no webhook endpoint {name}"
    return EndpointError(f"there is {nothing} in this account and mode", "`billing webhook list` shows what there is")


def _count_undelivered(api: StripeApi, new: Endpoint) -> int:
    params = {"delivery_success": False, "created": {"lte": new.created}}
    events, _ = api.page("/v1/events", params, kind=ListedEvent)
    return len(events)
