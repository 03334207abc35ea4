"""`billing webhook roll-secret`: a new secret, without an event lost or handled twice.

Stripe's API has no call for it. A second endpoint for the same URL is made, so that each event comes twice, signed with
either secret and with one and the same id; when whoever receives them knows the new secret, the old endpoint is
deleted. What was done so far is read from the endpoints themselves, so that a run that was cut off anywhere is
completed by the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.webhook_endpoints.endpoint import (
    MARKS,
    PATH,
    REPLACED,
    ROLLS,
    Endpoint,
    EndpointError,
    endpoint_of,
    read_endpoints,
)
from stripe_billing_cli.webhook_endpoints.new_endpoint import Keep, Wanted, delete, make


@dataclass(frozen=True)
class Roll:
    """The state of a roll. `old` is None once it is deleted, `new` None until it is there and its secret is known.

    `abandoned` are endpoints made in its place whose secret nobody knows.
    """

    old: Endpoint | None
    new: Endpoint | None
    abandoned: tuple[Endpoint, ...] = ()


def find(named: str | None, endpoints: Sequence[Endpoint]) -> Roll:
    """Return the roll of the endpoint `named` by id or URL, or of the only one that this program made.

    Raises `EndpointError` where none or several are meant.
    """
    ids = {endpoint.id for endpoint in endpoints}
    successors = {endpoint.rolls: endpoint for endpoint in endpoints if endpoint.rolls and endpoint.confirmed}
    old = _find_named(named, [endpoint for endpoint in endpoints if endpoint.rolls is None])
    if old is None:
        for endpoint in endpoints:
            if named is not None and endpoint.replaced == named:
                return Roll(None, endpoint)  # done already, by a run that could not tell
        for endpoint in successors.values():
            is_meant = named in (endpoint.id, endpoint.rolls, endpoint.url) or (named is None and len(successors) == 1)
            if is_meant and endpoint.rolls not in ids:
                return Roll(None, endpoint)
            if is_meant:
                old = next(one for one in endpoints if one.id == endpoint.rolls)
    if old is None:
        raise _none(named)
    abandoned = tuple(one for one in endpoints if one.rolls == old.id and not one.confirmed)
    return Roll(old, successors.get(old.id), abandoned)


def _find_named(named: str | None, candidates: Sequence[Endpoint]) -> Endpoint | None:
    if named is None:
        found = [endpoint for endpoint in candidates if endpoint.ours]
    else:
        found = [endpoint for endpoint in candidates if named in (endpoint.id, endpoint.url)]
    if len(found) > 1:
        raise EndpointError(
            f"{len(found)} endpoints are meant: {', '.join(endpoint.id for endpoint in found)}", "name one by its id"
        )
    return found[0] if found else None


def _none(named: str | None) -> EndpointError:
    what = "no endpoint made by billing" if named is None else f"no webhook endpoint {named}"
    return EndpointError(f"there is {what} in this account and mode", "`billing webhook list` shows what there is")


def begin(api: StripeApi, roll: Roll, endpoints: Sequence[Endpoint], keep: Keep) -> Roll:
    """Have the second endpoint there, at the API version of this program and with its secret kept."""
    if roll.new is not None or roll.old is None:
        return roll
    for endpoint in roll.abandoned:
        delete(api, endpoint.id)
    old = roll.old
    own = tuple(sorted((name, value) for name, value in old.metadata.items() if name not in MARKS))
    wanted = Wanted(old.url, old.enabled_events, old.description, rolls=old.id, metadata=own)
    left = [endpoint for endpoint in endpoints if endpoint not in roll.abandoned]
    return Roll(old, make(api, wanted, left, keep))


def finish(api: StripeApi, roll: Roll) -> Endpoint:
    """Delete the old endpoint; the new one is an endpoint like any other then."""
    assert roll.new is not None
    if roll.old is not None:
        delete(api, roll.old.id)
    old_id = roll.new.rolls or roll.new.replaced or ""
    return endpoint_of(api.post(f"{PATH}/{roll.new.id}", {"metadata": {ROLLS: "", REPLACED: old_id}}).body)


def read(api: StripeApi, named: str | None) -> tuple[Roll, list[Endpoint]]:
    """Return the roll as it stands, and all endpoints."""
    endpoints = read_endpoints(api)
    return find(named, endpoints), endpoints


def undelivered(api: StripeApi, roll: Roll) -> int:
    """Return how many events of before the new endpoint still wait for a delivery, to the old one it may be."""
    assert roll.new is not None
    params = {"delivery_success": False, "created": {"lte": roll.new.created}}
    events, _ = api.page("/v1/events", params)
    return len(events)
