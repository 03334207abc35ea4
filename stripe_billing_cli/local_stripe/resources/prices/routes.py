"""The calls that prices answer. Apart from `prices`, since a price may bring its product with it."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.catalog import price_refusals as price_rules
from stripe_billing_cli.local_stripe.billing.catalog import prices, products
from stripe_billing_cli.local_stripe.core import events
from stripe_billing_cli.local_stripe.core.errors import invalid, no_such, only_one_of
from stripe_billing_cli.local_stripe.core.parameters import Params
from stripe_billing_cli.local_stripe.core.requests import Call, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources import products as product_resource
from stripe_billing_cli.local_stripe.resources.prices import fields as price_form
from stripe_billing_cli.local_stripe.resources.prices import handlers as prices_handlers


def check_new(params: Params) -> None:
    if "product" in params and "product_data" in params:
        raise only_one_of(["product", "product_data"])
    if "product" not in params and "product_data" not in params:
        raise invalid("You must specify either `product` or `product_data` when creating a price.")
    price_rules.check_new(params)
    if "product_data" in params:
        product_resource.check_new(params["product_data"], "product_data")


def create(call: Call) -> Object:
    return prices.create(call, _product(call), call.params)


def _product(call: Call) -> str:
    """The id of the price's product, which `product_data` creates."""
    if "product_data" in call.params:
        product = products.new_product(call, call.params["product_data"])
        call.store.insert("product", product)
        events.record(call, "product.created", product)
        return str(product["id"])
    id = call.params["product"]
    if call.store.get("product", id) is None:
        raise no_such("product", id, "product")
    return str(id)


ROUTES = (
    Route("POST", "/v1/prices", "price", price_form.create_form(product_resource.PRODUCT_DATA), create, check_new),
    Route("GET", "/v1/prices", "price", price_form.LIST, prices_handlers.list_prices, lists=True),
    Route("GET", "/v1/prices/{id}", "price", price_form.RETRIEVE, prices_handlers.retrieve),
    Route("POST", "/v1/prices/{id}", "price", price_form.UPDATE, prices_handlers.update),
)
