"""Payment links: made, changed, listed (https://docs.stripe.com/api/payment-link). None is ever deleted.

The prices that a link sells never change; their quantities do.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from stripe_billing_cli.local_stripe.billing import pricing
from stripe_billing_cli.local_stripe.billing.catalog import inline_prices
from stripe_billing_cli.local_stripe.billing.catalog import prices as catalog_prices
from stripe_billing_cli.local_stripe.billing.checkout import line_items
from stripe_billing_cli.local_stripe.billing.invoicing import automatic_tax, tax_ids
from stripe_billing_cli.local_stripe.core import identifiers, objects, page_addresses, shapes
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param, no_such
from stripe_billing_cli.local_stripe.core.lists import list_handler, list_object, page_of
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata, merge_metadata, new_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Params
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.payment_links import fields

KIND, PATH = "payment_link", "/v1/payment_links"
MOST_ITEMS = 20


def create(call: Call) -> Object:
    params = call.params
    if not params["line_items"]:
        raise missing_param("line_items")
    prices = [_price(call, item, f"line_items[{at}]") for at, item in enumerate(params["line_items"])]
    currency = params.get("currency", prices[0]["currency"])
    catalog_prices.check_currency(prices, currency, "line_items")
    recurring = any(price["recurring"] for price in prices)
    _check_mode(params, recurring=recurring)
    id = identifiers.long_id(call, "plink")
    url = f"{PATH}/{id}/line_items"
    for at, item in enumerate(params["line_items"]):
        line_items.check_bounds(item, f"line_items[{at}]")
    items = [_item(call, item, price, currency) for item, price in zip(params["line_items"], prices, strict=True)]
    link = shapes.blank(KIND) | fields.plain()
    link |= {
        "id": id,
        "object": KIND,
        "active": True,
        "_created": call.now,
        "currency": currency,
        "line_items": list_object(items, False, url),
        "metadata": new_metadata(params),
        "url": page_addresses.payment_link(call.store, f"test_{secrets.token_hex(8)}"),
    }
    part = "subscription_data" if recurring else "invoice_creation"
    link = _change(call, link | {part: fields.PARTS[part]}, params)
    return objects.insert(call, KIND, link)


def _price(call: Call, item: Mapping[str, Any], param: str) -> Object:
    inline_prices.check_named(item, param)
    price = inline_prices.price_of(call, item, param)
    if "price" in item:
        inline_prices.check_product(call, price, f"{param}[price]")
    return price


def _check_mode(params: Params, *, recurring: bool) -> None:
    mode, wrong = ("subscription", fields.PAYMENT_ONLY) if recurring else ("payment", fields.SUBSCRIPTION_ONLY)
    for name in wrong:
        value = params.get(name)
        if value is not None and not (isinstance(value, dict) and value.get("enabled") is False):
            raise invalid(f"You can not pass `{name}` in `{mode}` mode.", name)


def _item(call: Call, item: Mapping[str, Any], price: Object, currency: str) -> Object:
    product = call.store.get("product", price["product"]) or {}
    return _price_item(
        {
            "id": identifiers.long_id(call, "li"),
            "object": "item",
            "adjustable_quantity": line_items.adjustable(item),
            "amount_discount": 0,
            "amount_tax": 0,
            "currency": currency,
            "description": product.get("name"),
            "price": price["id"],
            "quantity": item["quantity"],
        },
        price,
    )


def _price_item(item: Object, price: Object) -> Object:
    """Return the item with what its quantity costs; what the customer chooses costs nothing yet."""
    option = price["currency_options"][item["currency"]]
    has_amount = price["billing_scheme"] == "tiered" or option["unit_amount_decimal"] is not None
    is_metered = price["recurring"] and price["recurring"]["usage_type"] == "metered"
    total = pricing.amount(price, item["currency"], item["quantity"]) if has_amount and not is_metered else 0
    return {**item, "amount_subtotal": total, "amount_total": total}


def _change(call: Call, link: Object, params: Params) -> Object:
    """Return the link as the parameters of a call say, beside its metadata and line items."""
    after = {**link}
    plain = fields.plain()
    for name, value in params.items():
        if name not in ("currency", "expand", "line_items", "metadata"):
            after[name] = plain.get(name) if value is None else _link_value(call, link, name, value)
    if len(after["line_items"]["data"]) + len(after["optional_items"] or ()) > MOST_ITEMS:
        raise invalid(f"A payment link has at most {MOST_ITEMS} line items and optional items.", "optional_items")
    return after


def _link_value(call: Call, link: Object, name: str, value: Any) -> Any:
    """Return what a link says after a call that gives a parameter a value."""
    match name:
        case "invoice_creation":
            tax_ids.of_account(call, value.get("invoice_data", {}), "invoice_creation[invoice_data]")
        case "subscription_data":
            tax_ids.of_account(call, value.get("invoice_settings", {}), "subscription_data[invoice_settings]")
        case "after_completion":
            return _after_completion(value)
        case "automatic_tax":
            return {**value, **automatic_tax.on_subscription(value["enabled"])}
        case "custom_fields":
            return [{"optional": False, **field} for field in value]
        case "name_collection":
            return {who: {"optional": False, **rules} for who, rules in value.items()}
        case "optional_items":
            for at, item in enumerate(value):
                price = inline_prices.for_sale(call, item["price"], f"{name}[{at}][price]")
                inline_prices.check_product(call, price, f"{name}[{at}][price]")
            return value
        case "restrictions":
            count = link[name]["completed_sessions"]["count"] if link[name] else 0
            return {"completed_sessions": {"count": count, **value["completed_sessions"]}}
        case "shipping_options":
            return [_shipping_option(call, option, f"{name}[{at}]") for at, option in enumerate(value)]
    if isinstance(value, dict):
        return _merge_part({**fields.PARTS.get(name, {}), **(link.get(name) or {})}, value)
    return value


def _merge_part(part: Mapping[str, Any], changes: Mapping[str, Any]) -> Object:
    """Return a part with what is wanted of it: parts within it are changed in what is said of them, metadata too."""
    after = {**part}
    for name, value in changes.items():
        before = part.get(name)
        if name == "metadata":
            after[name] = merge_metadata(before or {}, value) if value is not None else {}
        elif isinstance(value, dict) and isinstance(before, dict):
            after[name] = _merge_part(before, value)
        else:
            after[name] = value
    return after


def _after_completion(completion: Mapping[str, Any]) -> Object:
    kind = completion["type"]
    if kind == "redirect":
        if "redirect" not in completion:
            raise missing_param("after_completion[redirect]")
        return {"type": kind, "redirect": completion["redirect"]}
    if "redirect" in completion:
        raise invalid(f"You can not pass `redirect` with the type `{kind}`.", "after_completion[redirect]")
    return {"type": kind, "hosted_confirmation": {"custom_message": None, **completion.get("hosted_confirmation", {})}}


def _shipping_option(call: Call, option: Mapping[str, Any], param: str) -> Object:
    rate = objects.find(
        call, "shipping_rate", option.get("shipping_rate", ""), f"{param}[shipping_rate]", noun="shipping rate"
    )
    return {"shipping_rate": rate["id"], "shipping_amount": rate["fixed_amount"]["amount"]}


def update(call: Call) -> Object:
    before, params = retrieve(call), call.params
    after = _change(call, before, params)
    recurring = any(
        objects.get_known(call, "price", item["price"])["recurring"] for item in before["line_items"]["data"]
    )
    _check_mode(params, recurring=recurring)
    if "line_items" in params:
        after["line_items"] = {**before["line_items"], "data": _changed_items(call, before, params["line_items"])}
    after["metadata"] = changed_metadata(before, params)
    return objects.save(call, KIND, before, after)


def _changed_items(call: Call, link: Object, changes: Sequence[Mapping[str, Any]]) -> list[Object]:
    items = {item["id"]: item for item in link["line_items"]["data"]}
    for at, change in enumerate(changes):
        item = items.get(change["id"])
        if item is None:
            raise no_such("line item", change["id"], f"line_items[{at}][id]")
        after = {**item, "quantity": change.get("quantity", item["quantity"])}
        if "adjustable_quantity" in change:
            after["adjustable_quantity"] = line_items.adjustable(change)
        items[item["id"]] = _price_item(after, objects.get_known(call, "price", item["price"]))
    return list(items.values())


def retrieve(call: Call) -> Object:
    return objects.find(call, KIND, call.id, "payment_link", 404, noun="payment link")


def list_line_items(call: Call) -> Object:
    return page_of(call, retrieve(call)["line_items"]["data"], f"{PATH}/{call.id}/line_items", "line item")


ROUTES = (
    Route("POST", PATH, KIND, fields.CREATE, create),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_handler(KIND, PATH, "active"), lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, fields.UPDATE, update),
    Route("GET", f"{PATH}/{{id}}/line_items", "item", AS_DOCUMENTED, list_line_items, lists=True),
)
