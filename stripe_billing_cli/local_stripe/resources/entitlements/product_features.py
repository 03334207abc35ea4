"""Which features a product gives access to (https://docs.stripe.com/api/product-feature)."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import identifiers
from stripe_billing_cli.local_stripe.core.errors import invalid, no_such
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS, equal, json_field, page
from stripe_billing_cli.local_stripe.core.parameters import EXPAND, ObjectParam, Text, required
from stripe_billing_cli.local_stripe.core.requests import Call, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.entitlements import features

KIND = "product_feature"
CREATE = ObjectParam({**required(entitlement_feature=Text()), "expand": EXPAND})
LIST = ObjectParam({name: field for name, field in LIST_FIELDS.items() if name != "created"})


def _product(call: Call) -> str:
    if call.store.get("product", call.id) is None:
        raise no_such("product", call.id, "product", 404)
    return call.id


def list_for_product(call: Call, product: str) -> list[Object]:
    """A product's features, oldest first."""
    return call.store.select(KIND, equal(json_field("_product"), product), newest_first=False, limit=1000)


def create(call: Call) -> Object:
    """Takes effect for customers when their subscriptions next change, or renew."""
    product = _product(call)
    feature = features.find(call, call.params["entitlement_feature"], "entitlement_feature")
    if not feature["active"]:
        raise invalid(f"The feature {feature['id']} is archived.", "entitlement_feature")
    if any(held["entitlement_feature"] == feature["id"] for held in list_for_product(call, product)):
        raise invalid(
            f"The feature {feature['id']} is attached to the product already.",
            "entitlement_feature",
            "resource_already_exists",
        )
    attached = {
        "id": identifiers.test_id("prodft"),
        "object": KIND,
        "entitlement_feature": feature["id"],
        "livemode": False,
        "_created": call.now,
        "_product": product,
    }
    call.store.insert(KIND, attached)
    return attached


def retrieve(call: Call) -> Object:
    found = call.store.get(KIND, call.second_id)
    if found is None or found["_product"] != _product(call):
        raise no_such("product_feature", call.second_id, "id", 404)
    return found


def delete(call: Call) -> Object:
    gone = retrieve(call)
    call.store.delete(KIND, gone["id"])
    return {"id": gone["id"], "object": KIND, "deleted": True}


def list_features(call: Call) -> Object:
    product = _product(call)
    return page(call, KIND, f"/v1/products/{product}/features", equal(json_field("_product"), product))


PATH = "/v1/products/{id}/features"
ROUTES = (
    Route("POST", PATH, KIND, CREATE, create),
    Route("GET", PATH, KIND, LIST, list_features, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, ObjectParam({"expand": EXPAND}), retrieve),
    Route("DELETE", f"{PATH}/{{id}}", KIND, ObjectParam({}), delete),
)
