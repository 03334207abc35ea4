"""The calls on subscription items (https://docs.stripe.com/api/subscription_items): updates of one item at a time.

Whatever an update of the subscription's `items` does or refuses, these do and refuse too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from stripe_billing_cli.local_stripe.billing.subscriptions import repository
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import ApiError, missing_param, no_such
from stripe_billing_cli.local_stripe.core.lists import page_of
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    EXPAND_ONLY,
    Boolean,
    Choice,
    Integer,
    Params,
    Text,
    optional,
    required_fields,
)
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Condition, Object
from stripe_billing_cli.local_stripe.resources import subscriptions

KIND = "subscription_item"
OF_ITEM = ("billing_thresholds", "clear_usage", "discounts", "metadata", "price", "price_data", "quantity", "tax_rates")
"""The parameters of an item in an update of its subscription."""
HOW = optional(
    payment_behavior=Choice(subscriptions.BEHAVIORS),
    proration_behavior=subscriptions.PRORATIONS,
    proration_date=Integer(),
)
"""How the subscription's change is billed: parameters of the update, not of the item."""
ITEM = {
    **optional(price=Text(), quantity=Integer(0)),
    **subscriptions.ITEM_REST,
}
CREATE = subscriptions.Item({**ITEM, **HOW, **required_fields(subscription=Text()), "expand": EXPAND})
UPDATE = subscriptions.Item({**ITEM, **HOW, **optional(off_session=Boolean()), "expand": EXPAND})
DELETE = form(
    "DELETE /v1/subscription_items/{item}",
    {
        "payment_behavior": Choice(
            ("allow_incomplete", "error_if_incomplete", "pending_if_incomplete", "default_incomplete")
        )
    },
)


def check_new(params: Params) -> None:
    if not params.keys() & {"price", "price_data"}:
        raise missing_param("price")


def create(call: Call) -> Object:
    subscription = repository.find(call, call.params["subscription"])
    if subscription["status"] in repository.ENDED:
        raise no_such("subscription", subscription["id"], "subscription", 404)
    earlier_ids = {item["id"] for item in subscription["items"]["data"]}
    after = _change_subscription(call, subscription["id"], {})
    items = after["pending_update"]["subscription_items"] if after["pending_update"] else after["items"]["data"]
    return next(item for item in items if item["id"] not in earlier_ids)


def retrieve(call: Call) -> Object:
    return _item(_subscription_of(call), call.id)


def update_item(call: Call) -> Object:
    after = _change_subscription(call, _subscription_of(call)["id"], {"id": call.id})
    return _item(after, call.id)


def delete(call: Call) -> Object:
    _change_subscription(call, _subscription_of(call)["id"], {"id": call.id, "deleted": True})
    return {"id": call.id, "object": KIND, "deleted": True}


def _change_subscription(call: Call, subscription: str, item: Mapping[str, Any]) -> Object:
    """Return the subscription after an update of this item by the call's parameters."""
    params = call.params
    changes = {name: params[name] for name in OF_ITEM if name in params}
    how = {name: params[name] for name in (*HOW, "off_session") if name in params}
    try:
        return subscriptions.update_subscription(
            replace(call, id=subscription, params={**how, "items": [{**item, **changes}]})
        )
    except ApiError as error:
        if error.param is not None and error.param.startswith("items[0]["):
            error.param = error.param.removeprefix("items[0][").removesuffix("]")
        raise


def _subscription_of(call: Call) -> Object:
    """Return the subscription that has the item which the path names."""
    has_item = "SELECT 1 FROM json_each(body, '$.items.data') AS item WHERE json_extract(item.value, '$.id') = ?"
    owners = call.store.select(
        "subscription", [Condition(f"EXISTS ({has_item})", (call.id,))], newest_first=True, limit=1
    )
    if not owners:
        raise ApiError(404, f"Invalid subscription_item id: {call.id}")
    return owners[0]


def _item(subscription: Object, id: str) -> Object:
    own_item: Object = next(item for item in subscription["items"]["data"] if item["id"] == id)
    return own_item


def list_items(call: Call) -> Object:
    """List the items of a subscription, in the order in which it has them."""
    subscription = repository.find(call, call.params["subscription"])
    url = f"{PATH}?subscription={subscription['id']}"
    return page_of(call, subscription["items"]["data"], url, "subscription_item")


PATH = "/v1/subscription_items"
ROUTES = (
    Route("POST", PATH, KIND, CREATE, create, check_new),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_items, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, UPDATE, update_item),
    Route("DELETE", f"{PATH}/{{id}}", KIND, DELETE, delete),
)
API = Api(ROUTES)
