"""`billing webhook create`: there is one endpoint for a URL, whatever was there before, however often it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.webhook_endpoints.endpoint import PATH, Endpoint, EndpointError, endpoint_of, read_endpoints
from stripe_billing_cli.webhook_endpoints.new_endpoint import Keep, Wanted, delete, make


@dataclass(frozen=True)
class Step:
    """The step that leads to one endpoint for a URL. `abandoned` are endpoints whose secret nobody knows; `existing` is
    the one to keep, if any.

    `changes` are parameters of an update of it, empty where it is as wanted.
    """

    abandoned: tuple[Endpoint, ...]
    existing: Endpoint | None
    changes: Mapping[str, Any] = field(default_factory=dict)


def decide(wanted: Wanted, endpoints: Sequence[Endpoint]) -> Step:
    """Return the step to take. Raises `EndpointError` where somebody else made an endpoint for the URL that differs."""
    of_url = [endpoint for endpoint in endpoints if endpoint.url == wanted.url]
    ids = {endpoint.id for endpoint in endpoints}
    abandoned = tuple(one for one in of_url if one.ours and not one.confirmed and one.rolls not in ids)
    there = [one for one in of_url if one not in abandoned and one.rolls is None]
    if not there:
        there = [one for one in of_url if one.confirmed]  # what a roll that was broken off left
    existing = next((one for one in there if one.ours), there[0] if there else None)
    if existing is None:
        return Step(abandoned, None)
    changes = _changes(wanted, existing)
    if changes and not existing.ours:
        raise EndpointError(
            f"{existing.id} receives {wanted.url} already, with other settings ({', '.join(sorted(changes))} differ), "
            "and was not made by billing",
            f"change it where it was made, or delete it first: billing webhook delete {existing.id}",
        )
    return Step(abandoned, existing, changes)


def _changes(wanted: Wanted, existing: Endpoint) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if set(wanted.enabled_events) != set(existing.enabled_events):
        changes["enabled_events"] = list(wanted.enabled_events)
    if wanted.description is not None and wanted.description != existing.description:
        changes["description"] = wanted.description
    if not existing.enabled:
        changes["disabled"] = False
    return changes


@dataclass(frozen=True)
class Ensured:
    """The endpoint that is there now. `outcome`: created, updated or unchanged."""

    endpoint: Endpoint
    outcome: str


def ensure(api: StripeApi, wanted: Wanted, keep: Keep) -> Ensured:
    """Carry out what `decide` decides. Raises `StripeCallError`, `EndpointError`, and what `keep` raises."""
    endpoints = read_endpoints(api)
    step = decide(wanted, endpoints)
    for endpoint in step.abandoned:
        delete(api, endpoint.id)
    if step.existing is None:
        left = [endpoint for endpoint in endpoints if endpoint not in step.abandoned]
        return Ensured(make(api, wanted, left, keep), "created")
    if not step.changes:
        return Ensured(step.existing, "unchanged")
    changed = api.post(f"{PATH}/{step.existing.id}", step.changes).body
    return Ensured(endpoint_of(changed), "updated")
