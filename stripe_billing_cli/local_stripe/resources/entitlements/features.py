"""Features that products give access to (https://docs.stripe.com/api/entitlements/feature)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.entitlements import features
from stripe_billing_cli.local_stripe.core import identifiers
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.lists import equal, json_field, page
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata, new_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object


def create(call: Call) -> Object:
    params = call.params
    if call.store.find(features.KIND, lookup_key=params["lookup_key"]) is not None:
        raise invalid(
            f"A feature with the lookup key `{params['lookup_key']}` already exists.",
            "lookup_key",
            "resource_already_exists",
        )
    feature = {
        "id": identifiers.test_id("feat"),
        "object": features.KIND,
        "active": True,
        "lookup_key": params["lookup_key"],
        "metadata": new_metadata(params),
        "name": params["name"],
        "_created": call.now,
    }
    call.store.insert(features.KIND, feature)
    return feature


def retrieve(call: Call) -> Object:
    return features.find(call, call.id, "id", 404)


def update(call: Call) -> Object:
    """Update a feature; an archived one stays so and gives its lookup key up (`stripe/entitlements/_feature.py`)."""
    before = retrieve(call)
    params = call.params
    after = {**before, **{name: params[name] for name in ("active", "name") if name in params}}
    after["metadata"] = changed_metadata(before, params)
    if not after["active"]:
        after["_gave_up_lookup_key"] = True
    if after != before:
        call.store.replace(features.KIND, after)
    return after


def list_features(call: Call) -> Object:
    """List features, those that are active without `archived`."""
    conditions = [
        *equal("active", not call.params.get("archived", False)),
        *equal(json_field("lookup_key"), call.params.get("lookup_key")),
    ]
    return page(call, features.KIND, PATH, conditions)


PATH = "/v1/entitlements/features"
ROUTES = (
    Route("POST", PATH, features.KIND, AS_DOCUMENTED, create),
    Route("GET", PATH, features.KIND, AS_DOCUMENTED, list_features, lists=True),
    Route("GET", f"{PATH}/{{id}}", features.KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", features.KIND, AS_DOCUMENTED, update),
)
