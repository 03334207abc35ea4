"""Features that products give access to (https://docs.stripe.com/api/entitlements/feature)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import identifiers
from stripe_billing_cli.local_stripe.core.errors import invalid, no_such
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS, equal, page
from stripe_billing_cli.local_stripe.core.metadata import merged
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    Boolean,
    Metadata,
    ObjectParam,
    Text,
    optional,
    required,
    unsettable,
)
from stripe_billing_cli.local_stripe.core.requests import Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "entitlements.feature"
CREATE = ObjectParam(
    {**required(lookup_key=Text(80), name=Text(80)), **optional(metadata=Metadata()), "expand": EXPAND}
)
UPDATE = ObjectParam({**optional(active=Boolean(), name=Text(80)), **unsettable(metadata=Metadata()), "expand": EXPAND})
LIST = ObjectParam(
    {
        **{name: field for name, field in LIST_FIELDS.items() if name != "created"},
        **optional(archived=Boolean(), lookup_key=Text()),
    }
)


def create(call: Call) -> Object:
    params = call.params
    if call.store.find(KIND, lookup_key=params["lookup_key"]) is not None:
        raise invalid(
            f"A feature with the lookup key `{params['lookup_key']}` already exists.",
            "lookup_key",
            "resource_already_exists",
        )
    feature = {
        "id": identifiers.test_id("feat"),
        "object": KIND,
        "active": True,
        "livemode": False,
        "lookup_key": params["lookup_key"],
        "metadata": merged({}, params.get("metadata", {})),
        "name": params["name"],
        "_created": call.now,
    }
    call.store.insert(KIND, feature)
    return feature


def retrieve(call: Call) -> Object:
    return find(call, call.id, "id", 404)


def find(call: Call, id: str, param: str, status: int = 400) -> Object:
    feature = call.store.get(KIND, id)
    if feature is None:
        raise no_such("entitlements.feature", id, param, status)
    return feature


def update(call: Call) -> Object:
    before = retrieve(call)
    params = call.params
    after = {**before, **{name: params[name] for name in ("active", "name") if name in params}}
    if "metadata" in params:
        after["metadata"] = {} if params["metadata"] is None else merged(before["metadata"], params["metadata"])
    if after != before:
        call.store.replace(KIND, after)
    return after


def list_features(call: Call) -> Object:
    """Without `archived`, those that are active."""
    conditions = [
        *equal("active", not call.params.get("archived", False)),
        *equal("lookup_key", call.params.get("lookup_key")),
    ]
    return page(call, KIND, PATH, conditions)


PATH = "/v1/entitlements/features"
ROUTES = (
    Route("POST", PATH, KIND, CREATE, create),
    Route("GET", PATH, KIND, LIST, list_features, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, ObjectParam({"expand": EXPAND}), retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, UPDATE, update),
)
