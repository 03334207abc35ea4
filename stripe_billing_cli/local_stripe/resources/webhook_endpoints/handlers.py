"""Webhook endpoints (https://docs.stripe.com/api/webhook_endpoints). The secret is shown once, when one is made."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import identifiers, objects
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import page
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata, new_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, NO_PARAMETERS, Params
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.core.webhooks import deliveries
from stripe_billing_cli.local_stripe.resources.webhook_endpoints import fields

KIND = "webhook_endpoint"
MOST = 16
"""In each mode (https://docs.stripe.com/webhooks)."""


def check(params: Params) -> None:
    if params.get("enabled_events") == []:
        raise invalid("You must specify at least one event type in enabled_events.", "enabled_events")


def create(call: Call) -> Object:
    if deliveries.endpoint_count(call.store) >= MOST:
        raise invalid(f"You have reached the maximum of {MOST} test webhook endpoints.")
    params = call.params
    if params.get("connect") and call.store.platform is not None:
        raise invalid("The local Stripe connects accounts to its own account only, not to connected ones.", "connect")
    endpoint = {
        "id": identifiers.long_id(call, "we"),
        "object": KIND,
        deliveries.CONNECT: params.get("connect", False),
        "api_version": params.get("api_version"),
        "created": call.now,
        "description": params.get("description"),
        "enabled_events": params["enabled_events"],
        "metadata": new_metadata(params),
        "secret": identifiers.webhook_secret(),
        "status": "enabled",
        "url": params["url"],
    }
    call.store.insert(KIND, endpoint)
    return endpoint


def retrieve(call: Call) -> Object:
    return _without_secret(_find(call))


def update(call: Call) -> Object:
    before, params = _find(call), call.params
    endpoint = {
        **before,
        **{name: params[name] for name in ("description", "enabled_events", "url") if name in params},
    }
    endpoint["metadata"] = changed_metadata(before, params)
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    call.store.replace(KIND, endpoint)
    return _without_secret(endpoint)


def delete(call: Call) -> Object:
    endpoint = _find(call)
    call.store.delete(KIND, endpoint["id"])
    deliveries.drop(call.store, endpoint["id"])
    return {"id": endpoint["id"], "object": KIND, "deleted": True}


def list_endpoints(call: Call) -> Object:
    answer = page(call, KIND, "/v1/webhook_endpoints", [])
    return {**answer, "data": [_without_secret(endpoint) for endpoint in answer["data"]]}


def _find(call: Call) -> Object:
    return objects.find(call, KIND, call.id, "id", 404, noun="webhook endpoint")


def _without_secret(endpoint: Object) -> Object:
    return {name: value for name, value in endpoint.items() if name != "secret"}


ROUTES = (
    Route("POST", "/v1/webhook_endpoints", KIND, fields.CREATE, create, check),
    Route("GET", "/v1/webhook_endpoints", KIND, AS_DOCUMENTED, list_endpoints, lists=True),
    Route("GET", "/v1/webhook_endpoints/{id}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", "/v1/webhook_endpoints/{id}", KIND, fields.UPDATE, update, check),
    Route("DELETE", "/v1/webhook_endpoints/{id}", KIND, NO_PARAMETERS, delete),
)
