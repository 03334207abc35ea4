"""Prices: what was once sold stays as it was sold (https://docs.stripe.com/api/prices).

A price changes only in `active`, `nickname`, `metadata`, `lookup_key`, `tax_behavior` (once, from
`unspecified`) and `currency_options`, and is never deleted.
"""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.billing.catalog import price_refusals, prices, products
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.errors import check_only_one, invalid, no_such
from stripe_billing_cli.local_stripe.core.lists import equal, filter_conditions, json_field, one_of, page
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Params
from stripe_billing_cli.local_stripe.core.requests import Call, Route
from stripe_billing_cli.local_stripe.core.search import Kind, Searchable, SearchField
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.prices import fields
from stripe_billing_cli.local_stripe.resources.products import check_new as check_new_product


def check_new(params: Params) -> None:
    check_only_one(params, "product", "product_data")
    if "product" not in params and "product_data" not in params:
        raise invalid("You must specify either `product` or `product_data` when creating a price.")
    price_refusals.check_new(params)
    if "product_data" in params:
        check_new_product(params["product_data"], "product_data")


def create(call: Call) -> Object:
    return prices.create(call, _find_or_create_product(call), call.params)


def _find_or_create_product(call: Call) -> str:
    """Return the id of the price's product, which `product_data` creates."""
    if "product_data" in call.params:
        product = products.new_product(call, call.params["product_data"])
        objects.insert(call, "product", product)
        return str(product["id"])
    id = call.params["product"]
    objects.find(call, "product", id, "product")
    return str(id)


def retrieve(call: Call) -> Object:
    price = call.store.get("price", call.id)
    if price is None or price.get("_deleted"):
        raise no_such("price", call.id, "price", 404)
    return price


def update(call: Call) -> Object:
    before = retrieve(call)
    params = call.params
    price = {
        **before,
        **{name: params[name] for name in ("active", "nickname", "lookup_key") if name in params},
    }
    price["metadata"] = changed_metadata(before, params)
    _apply_tax_behavior(price, before, params)
    if "currency_options" in params:
        price["currency_options"] = _changed_options(before, params["currency_options"])
    if before["active"] and not price["active"]:
        prices.check_not_default(call, before)
    if price["lookup_key"] != before["lookup_key"]:
        prices.take_lookup_key(call, price["id"], price["lookup_key"], params.get("transfer_lookup_key", False))
    return objects.save(call, "price", before, price)


def _apply_tax_behavior(price: Object, before: Object, params: Params) -> None:
    behavior = params.get("tax_behavior", before["tax_behavior"])
    if behavior == before["tax_behavior"]:
        return
    if before["tax_behavior"] != "unspecified":
        raise prices.tax_behavior_set(before, "tax_behavior")
    currency = before["currency"]
    own_option = {**before["currency_options"][currency], "tax_behavior": behavior}
    price["tax_behavior"] = behavior
    price["currency_options"] = {**before["currency_options"], currency: own_option}


def _changed_options(price: Object, changes: dict[str, dict[str, Any]] | None) -> Object:
    """Return the currency options after an update: `""` removes all options but the price's own currency; otherwise
    those named are added or changed.

    There is no way to remove a single one: `PriceUpdateParams.currency_options` admits `Literal['']`, its
    entries do not.
    """
    options: Object = price["currency_options"]
    own_currency = price["currency"]
    if changes is None:
        return {own_currency: options[own_currency]}
    new_options = dict(options)
    for code, change in changes.items():
        name = f"currency_options[{code}]"
        if code == own_currency:
            raise price_refusals.own_currency(name)
        new_options[code] = _changed_option(price, options.get(code), code, change, name)
    return new_options


def _changed_option(price: Object, current: Object | None, code: str, change: dict[str, Any], name: str) -> Object:
    if current is not None and not change.keys() - {"tax_behavior"}:
        after = {**current, **change}
    else:
        price_refusals.check_option(change, code, _scheme(price), name)
        current_behavior = {} if current is None else {"tax_behavior": current["tax_behavior"]}
        after = prices.currency_option({**current_behavior, **change})
    if current is not None and current["tax_behavior"] not in ("unspecified", after["tax_behavior"]):
        raise prices.tax_behavior_set(current, f"{name}[tax_behavior]")
    return after


def _scheme(price: Object) -> str:
    if price["billing_scheme"] == "tiered":
        return "tiers"
    return "unit_amount" if price["custom_unit_amount"] is None else "custom_unit_amount"


def list_prices(call: Call) -> Object:
    """List prices; a filter that names an object that there is not is refused (recorded of payment methods)."""
    params = call.params
    if "product" in params:
        objects.find(call, "product", params["product"], "product")
    recurring = params.get("recurring", {})
    conditions = [
        *filter_conditions(call, "active currency product type"),
        *one_of("lookup_key", params.get("lookup_keys")),
        prices.NOT_DELETED,
    ]
    for name, value in recurring.items():
        conditions += equal(json_field(f"recurring.{name}"), value)
    return page(call, "price", "/v1/prices", conditions)


SEARCH = Searchable(
    "price",
    "/v1/prices",
    {
        "active": SearchField(),
        "currency": SearchField(),
        "lookup_key": SearchField(Kind.STRING),
        "product": SearchField(Kind.STRING),
        "type": SearchField(),
    },
)
ROUTES = (
    SEARCH.route,
    Route("POST", "/v1/prices", "price", fields.CREATE, create, check_new),
    Route("GET", "/v1/prices", "price", fields.LIST, list_prices, lists=True),
    Route("GET", "/v1/prices/{id}", "price", EXPAND_ONLY, retrieve),
    Route("POST", "/v1/prices/{id}", "price", fields.UPDATE, update),
)
