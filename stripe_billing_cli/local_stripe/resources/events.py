"""Events (https://docs.stripe.com/api/events), kept for 30 days."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.errors import check_only_one, no_such
from stripe_billing_cli.local_stripe.core.events import KEPT_SECONDS
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS, one_of, page
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND_ONLY,
    Boolean,
    ListOf,
    ObjectParam,
    Params,
    Text,
    optional,
)
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Condition, Object


def check(params: Params) -> None:
    check_only_one(params, "type", "types")


def list_events(call: Call) -> Object:
    params = call.params
    restrictions = [_within_retention(call), *one_of("type", params.get("types"))]
    if "type" in params:
        restrictions.append(Condition("type GLOB ?", (_glob(params["type"]),)))
    if params.get("delivery_success") is False:
        restrictions.append(Condition("json_extract(body, '$.pending_webhooks') > 0"))
    return page(call, "event", "/v1/events", restrictions)


def retrieve(call: Call) -> Object:
    event = call.store.get("event", call.id)
    if event is None or event["created"] < call.now - KEPT_SECONDS:
        raise no_such("event", call.id, "id", 404)
    return event


def _within_retention(call: Call) -> Condition:
    return Condition("created >= ?", (call.now - KEPT_SECONDS,))


def _glob(pattern: str) -> str:
    """Return an event type's pattern as SQLite's GLOB takes it: `*` is the only wildcard."""
    return pattern.replace("[", "[[]").replace("?", "[?]")


ROUTES = (
    Route(
        "GET",
        "/v1/events",
        "event",
        ObjectParam({**LIST_FIELDS, **optional(delivery_success=Boolean(), type=Text(), types=ListOf(Text(), 20))}),
        list_events,
        check,
        lists=True,
    ),
    Route("GET", "/v1/events/{id}", "event", EXPAND_ONLY, retrieve),
)
API = Api(ROUTES)
