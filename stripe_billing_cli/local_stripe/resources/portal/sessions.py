"""Links to the customer portal (https://docs.stripe.com/customer-management/portal-deep-links)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.billing.subscriptions import repository
from stripe_billing_cli.local_stripe.core import clocks, identifiers, objects, page_addresses
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param, no_such
from stripe_billing_cli.local_stripe.core.lists import equal, json_field
from stripe_billing_cli.local_stripe.core.locales import LOCALES
from stripe_billing_cli.local_stripe.core.parameters import NO_PARAMETERS, Choice, Integer, Params, Text, Url
from stripe_billing_cli.local_stripe.core.requests import Call, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.portal import configurations

KIND = "billing_portal.session"
ABOUT_A_SUBSCRIPTION = {
    "subscription_cancel": "canceled because the subscription cancel",
    "subscription_pause": "paused because the subscription pause",
    "subscription_update": "updated because the subscription update",
    "subscription_update_confirm": "updated because the subscription update",
}
"""Flows about one subscription, and how Stripe says that the configuration does not allow them."""
ENGLISH = tuple("en-AU en-CA en-IE en-IN en-NZ en-SG".split())
"""Of English the portal has more kinds than Checkout."""
CREATE = form(
    "POST /v1/billing_portal/sessions",
    {
        "flow_data.after_completion.hosted_confirmation.custom_message": Text(),
        "flow_data.subscription_update_confirm.items[].quantity": Integer(0),
        "locale": Choice((*LOCALES, *ENGLISH)),
        "*.return_url": Url(),
    },
    most={"flow_data.subscription_update_confirm.items": 1, "flow_data.subscription_update_confirm.discounts": 1},
)


def check(params: Params) -> None:
    if "customer" not in params:
        raise missing_param("customer")
    flow = params.get("flow_data")
    if flow is None:
        return
    kind = flow["type"]
    if kind in ABOUT_A_SUBSCRIPTION and kind not in flow:
        raise missing_param(f"flow_data[{kind}]")
    others = sorted(flow.keys() & ABOUT_A_SUBSCRIPTION.keys() - {kind})
    if others:
        raise invalid(f"`{others[0]}` can only be given for a flow of that type.", f"flow_data[{others[0]}]")
    completion = flow.get("after_completion", {})
    if completion.get("type") == "redirect" and "redirect" not in completion:
        raise missing_param("flow_data[after_completion][redirect]")


def create(call: Call) -> Object:
    params = call.params
    customer = customers.find(call, params["customer"])
    call = clocks.at_time_of(call, customer)
    configuration_id = params.get("configuration")
    configuration = (
        configurations.find_or_create_default(call)
        if configuration_id is None
        else configurations.find(call, configuration_id)
    )
    if not configuration["active"]:
        raise invalid(f"The configuration {configuration['id']} is not active.", "configuration")
    flow = params.get("flow_data")
    if flow is not None:
        _check_flow(call, customer, configuration["features"], flow)
    id = identifiers.long_id(call, "bps")
    session = {
        "id": id,
        "object": KIND,
        "after_expiration": _after_expiration(params.get("after_expiration")),
        "configuration": configuration["id"],
        "created": call.real_now,
        "customer": customer["id"],
        "flow": flow and _flow(flow),
        "locale": params.get("locale"),
        "return_url": params.get("return_url", configuration["default_return_url"]),
        "url": page_addresses.portal(call.store, f"test_{secrets.token_urlsafe(40)}"),
    }
    return objects.insert(call, KIND, session)


def _after_expiration(params: Mapping[str, Any] | None) -> Object | None:
    if params is None:
        return None
    return {"customer_login": {"expires_at": None, **params.get("customer_login", {})}, "type": params["type"]}


def _check_flow(call: Call, customer: Object, features: Object, flow: Mapping[str, Any]) -> None:
    kind = flow["type"]
    feature = "subscription_update" if kind == "subscription_update_confirm" else kind
    if not features[feature]["enabled"]:
        if kind in ABOUT_A_SUBSCRIPTION:
            raise invalid(
                f"This subscription cannot be {ABOUT_A_SUBSCRIPTION[kind]} feature in the portal configuration is "
                "disabled.",
                "flow_data[type]",
            )
        raise invalid(f"The `{feature}` feature in the portal configuration is disabled.", "flow_data[type]")
    if kind not in ABOUT_A_SUBSCRIPTION:
        return
    param = f"flow_data[{kind}][subscription]"
    subscription = call.store.get("subscription", flow[kind]["subscription"])
    if subscription is None or subscription["customer"] != customer["id"]:
        raise no_such("subscription", flow[kind]["subscription"], param)
    if subscription["status"] in (*repository.ENDED, "incomplete"):
        raise invalid(f"The subscription is `{subscription['status']}`, and the portal cannot change it.", param)
    if kind == "subscription_cancel" and subscription["cancel_at"] is not None:
        raise invalid("This subscription is already set to be canceled.", param)
    if kind == "subscription_update_confirm":
        _check_items(subscription, features["subscription_update"], flow[kind]["items"])
    offer = flow[kind].get("retention")
    if offer is not None and call.store.get("coupon", offer["coupon_offer"]["coupon"]) is None:
        name = "flow_data[subscription_cancel][retention][coupon_offer][coupon]"
        raise no_such("coupon", offer["coupon_offer"]["coupon"], name)


def _check_items(subscription: Object, feature: Object, items: list[Mapping[str, Any]]) -> None:
    own_ids = {item["id"] for item in subscription["items"]["data"]}
    price_ids = {price for product in feature["products"] or () for price in product["prices"]}
    for at, item in enumerate(items):
        param = f"flow_data[subscription_update_confirm][items][{at}]"
        if item["id"] not in own_ids:
            raise no_such("subscription item", item["id"], f"{param}[id]")
        if "price" in item and item["price"] not in price_ids:
            raise invalid(
                f"The price {item['price']} is not among those that the portal configuration offers.", f"{param}[price]"
            )


def _flow(flow: Mapping[str, Any]) -> Object:
    completion = flow.get("after_completion", {"type": "portal_homepage"})
    confirmation = completion.get("hosted_confirmation")
    if completion["type"] == "hosted_confirmation":
        confirmation = {"custom_message": None, **(confirmation or {})}
    flow_fields = {
        "after_completion": {
            "hosted_confirmation": confirmation,
            "redirect": completion.get("redirect"),
            "type": completion["type"],
        },
        "customer_update": {} if flow["type"] == "customer_update" else None,
        **{kind: flow.get(kind) for kind in ABOUT_A_SUBSCRIPTION},
        "type": flow["type"],
    }
    if flow_fields["subscription_cancel"]:
        flow_fields["subscription_cancel"] = {"retention": None, **flow_fields["subscription_cancel"]}
    confirm = flow_fields["subscription_update_confirm"]
    if confirm:
        discounts = [{"coupon": None, "promotion_code": None, **one} for one in confirm.get("discounts", ())]
        items = [{"price": None, "quantity": None, **item} for item in confirm["items"]]
        flow_fields["subscription_update_confirm"] = {**confirm, "discounts": discounts or None, "items": items}
    return flow_fields


def at_page(call: Call) -> Object:
    """Return the session whose address this is: what the page itself asks, and Stripe's API does not answer."""
    sessions = call.store.select(
        KIND, equal(json_field("url"), page_addresses.portal(call.store, call.id)), newest_first=True, limit=1
    )
    if not sessions:
        raise no_such("billing_portal.session", call.id, "id", 404)
    return sessions[0]


ROUTES = (
    Route("POST", "/v1/billing_portal/sessions", KIND, CREATE, create, check),
    Route("GET", "/local/billing_portal/sessions/{id}", KIND, NO_PARAMETERS, at_page),
)
