"""Products (https://docs.stripe.com/api/products)."""

from __future__ import annotations

import re

from stripe_billing_cli.local_stripe.billing.catalog import price_refusals, prices, products
from stripe_billing_cli.local_stripe.core import descriptors, events, objects
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid
from stripe_billing_cli.local_stripe.core.lists import filter_conditions, one_of, page
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, NO_PARAMETERS, Params, nested_name
from stripe_billing_cli.local_stripe.core.requests import Call, Route
from stripe_billing_cli.local_stripe.core.search import Kind, Searchable, SearchField
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.products import fields

ID = re.compile(r"[A-Za-z0-9_.:-]+")


def check_new(params: Params, prefix: str = "") -> None:
    """Check the rules for a product about to be created; `prefix` is the parameter that it stands in, if any."""
    if "id" in params and not ID.fullmatch(params["id"]):
        raise invalid(
            f"Invalid product id: {params['id']}; use only letters, digits, `_`, `-`, `.` and `:`.",
            nested_name(prefix, "id"),
        )
    check_texts(params, prefix)
    if "default_price_data" in params:
        price_refusals.check_new(params["default_price_data"], nested_name(prefix, "default_price_data"))


def check_texts(params: Params, prefix: str = "") -> None:
    if params.get("statement_descriptor") is not None:
        descriptors.check(params["statement_descriptor"], nested_name(prefix, "statement_descriptor"))
    products.check_tax_codes(params, prefix)


def create(call: Call) -> Object:
    product = products.new_product(call, call.params)
    call.store.insert("product", product)
    if "default_price_data" in call.params:
        price = prices.create(call, product["id"], call.params["default_price_data"])
        product = {**product, "default_price": price["id"]}
        call.store.replace("product", product)
    events.record(call, "product.created", product)
    return product


def retrieve(call: Call) -> Object:
    return objects.find(call, "product", call.id, "id", 404)


def update(call: Call) -> Object:
    before = retrieve(call)
    product = {**before, **_changes(call.params), **products.tax_fields(before, call.params)}
    product["metadata"] = changed_metadata(before, call.params)
    if product["default_price"] != before["default_price"]:
        _check_default_price(call, product["id"], product["default_price"])
    if product != before:
        product["updated"] = call.now
        call.store.replace("product", product)
        events.record(call, "product.updated", product, before)
    return product


def _changes(params: Params) -> Object:
    apart = ("expand", "metadata", "tax_code", "tax_details")
    changes = {name: value for name, value in params.items() if name not in apart}
    for name in ("images", "marketing_features"):
        if name in changes:
            changes[name] = changes[name] or []
    if "statement_descriptor" in changes:
        changes["statement_descriptor"] = products.without_non_ascii(changes["statement_descriptor"])
    return changes


def _check_default_price(call: Call, product: str, id: str | None) -> None:
    if id is None:
        return
    price = objects.find(call, "price", id, "default_price")
    if price["product"] != product:
        raise invalid(f"The price `{id}` does not belong to this product.", "default_price")
    if not price["active"]:
        raise invalid(
            f"The price `{id}` is not active, so it cannot be the default price of a product.",
            "default_price",
        )


def delete(call: Call) -> Object:
    product = retrieve(call)
    if call.store.find("price", product=product["id"]) is not None:
        raise invalid("This product cannot be deleted because it has one or more user-created prices.")
    call.store.delete("product", product["id"])
    events.record(call, "product.deleted", {**product, "active": False})
    return {"id": product["id"], "object": "product", "deleted": True}


def check_list(params: Params) -> None:
    for cursor in ("starting_after", "ending_before"):
        check_only_one(params, "ids", cursor)


def list_products(call: Call) -> Object:
    conditions = [*filter_conditions(call, "active type shippable url"), *one_of("id", call.params.get("ids"))]
    return page(call, "product", "/v1/products", conditions)


SEARCH = Searchable(
    "product",
    "/v1/products",
    {
        "active": SearchField(),
        "description": SearchField(Kind.STRING),
        "name": SearchField(Kind.STRING),
        "shippable": SearchField(),
        "url": SearchField(Kind.STRING),
    },
)
ROUTES = (
    SEARCH.route,
    Route("POST", "/v1/products", "product", fields.CREATE, create, check_new),
    Route("GET", "/v1/products", "product", fields.LIST, list_products, check_list, lists=True),
    Route("GET", "/v1/products/{id}", "product", EXPAND_ONLY, retrieve),
    Route("POST", "/v1/products/{id}", "product", fields.UPDATE, update, check_texts),
    Route("DELETE", "/v1/products/{id}", "product", NO_PARAMETERS, delete),
)
