"""The features that a product gives access to (https://docs.stripe.com/api/product-feature)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.entitlements import features, product_features
from stripe_billing_cli.local_stripe.core import identifiers, objects
from stripe_billing_cli.local_stripe.core.errors import invalid, no_such
from stripe_billing_cli.local_stripe.core.lists import equal, json_field, page
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, NO_PARAMETERS
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object


def _product(call: Call) -> str:
    objects.find(call, "product", call.id, "product", 404)
    return call.id


def create(call: Call) -> Object:
    """Give a product a feature, which takes effect for customers when their subscriptions next change, or renew."""
    product = _product(call)
    feature = features.find(call, call.params["entitlement_feature"], "entitlement_feature")
    if not feature["active"]:
        raise invalid(f"The feature {feature['id']} is archived.", "entitlement_feature")
    if any(
        attached_feature["entitlement_feature"] == feature["id"]
        for attached_feature in product_features.list_for_product(call, product)
    ):
        raise invalid(
            f"The feature {feature['id']} is attached to the product already.",
            "entitlement_feature",
            "resource_already_exists",
        )
    product_feature = {
        "id": identifiers.test_id("prodft"),
        "object": product_features.KIND,
        "entitlement_feature": feature["id"],
        "_created": call.now,
        "_product": product,
    }
    call.store.insert(product_features.KIND, product_feature)
    return product_feature


def retrieve(call: Call) -> Object:
    feature = call.store.get(product_features.KIND, call.second_id)
    if feature is None or feature["_product"] != _product(call):
        raise no_such("product_feature", call.second_id, "id", 404)
    return feature


def delete(call: Call) -> Object:
    product_feature = retrieve(call)
    call.store.delete(product_features.KIND, product_feature["id"])
    return {"id": product_feature["id"], "object": product_features.KIND, "deleted": True}


def list_features(call: Call) -> Object:
    product = _product(call)
    return page(call, product_features.KIND, f"/v1/products/{product}/features", equal(json_field("_product"), product))


PATH = "/v1/products/{id}/features"
ROUTES = (
    Route("POST", PATH, product_features.KIND, AS_DOCUMENTED, create),
    Route("GET", PATH, product_features.KIND, AS_DOCUMENTED, list_features, lists=True),
    Route("GET", f"{PATH}/{{id}}", product_features.KIND, EXPAND_ONLY, retrieve),
    Route("DELETE", f"{PATH}/{{id}}", product_features.KIND, NO_PARAMETERS, delete),
)
