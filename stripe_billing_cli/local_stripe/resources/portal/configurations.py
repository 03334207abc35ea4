"""Configurations of the customer portal: what it lets customers do
(https://docs.stripe.com/api/customer_portal/configurations).

An account's default is saved once in the dashboard; until then Stripe refuses sessions without a configuration. The
local Stripe has no dashboard: its default is there when it is first needed, with the features that Stripe proposes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.core import events, identifiers, objects
from stripe_billing_cli.local_stripe.core.errors import invalid, missing_param, no_such
from stripe_billing_cli.local_stripe.core.lists import equal, filter_conditions, json_field, page
from stripe_billing_cli.local_stripe.core.metadata import changed_metadata, new_metadata
from stripe_billing_cli.local_stripe.core.parameters import EXPAND_ONLY, Params
from stripe_billing_cli.local_stripe.core.requests import AS_DOCUMENTED, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object
from stripe_billing_cli.local_stripe.resources.portal import fields

KIND = "billing_portal.configuration"
DEFAULT_FEATURES: Mapping[str, Any] = {
    "customer_update": {"enabled": True, "allowed_updates": ["email", "name", "address", "phone", "tax_id"]},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {
        "enabled": True,
        "cancellation_reason": {"enabled": True, "options": list(fields.REASONS)},
    },
}


def _off() -> Object:
    """Return every feature with nothing switched on."""
    return {
        "customer_update": {"allowed_updates": [], "enabled": False},
        "invoice_history": {"enabled": False},
        "payment_method_update": {"enabled": False, "payment_method_configuration": None},
        "subscription_cancel": {
            "cancellation_reason": {"enabled": False, "feedback_options": None, "options": []},
            "enabled": False,
            "mode": "at_period_end",
            "proration_behavior": "none",
        },
        "subscription_pause": {"duration": {"interval_options": [], "type": "indefinite"}, "enabled": False},
        "subscription_update": {
            "billing_cycle_anchor": None,
            "default_allowed_updates": [],
            "enabled": False,
            "products": None,
            "proration_behavior": "none",
            "schedule_at_period_end": {"conditions": []},
            "trial_update_behavior": "end_trial",
        },
    }


def changed_features(features: Object, changes: Mapping[str, Any]) -> Object:
    """Return the features with what is wanted of them; what is unset goes back to nothing."""
    off = _off()
    after = {**features}
    for name, settings in changes.items():
        after[name] = {**features[name]}
        for key, value in settings.items():
            if key == "cancellation_reason":
                value = {**features[name][key], **{inner: inner_value or [] for inner, inner_value in value.items()}}
                value["enabled"] = settings[key].get("enabled", features[name][key]["enabled"])
            elif key == "duration":
                value = {**features[name][key], **value, "interval_options": _intervals(value)}
            elif key == "products" and value is not None:
                value = [_product(product) for product in value]
            elif key == "schedule_at_period_end":
                value = {"conditions": value.get("conditions") or []}
            after[name][key] = off[name][key] if value is None else value
    return after


def _intervals(duration: Mapping[str, Any]) -> list[Object]:
    return [{"interval_count": 1, **option} for option in duration.get("interval_options") or ()]


def _product(product: Mapping[str, Any]) -> Object:
    adjustable = {"enabled": False, "maximum": None, "minimum": 1, **product.get("adjustable_quantity", {})}
    return {**product, "adjustable_quantity": adjustable}


def _check(call: Call, features: Object) -> None:
    cancel, update = features["subscription_cancel"], features["subscription_update"]
    name = "features[subscription_cancel][proration_behavior]"
    if cancel["proration_behavior"] == "always_invoice":
        raise invalid("You cannot set `proration_behavior` to `always_invoice` when canceling.", name)
    if cancel["proration_behavior"] == "create_prorations" and cancel["mode"] != "immediately":
        raise invalid("`proration_behavior=create_prorations` is only compatible with `mode=immediately`.", name)
    if not update["enabled"]:
        return
    for name in ("default_allowed_updates", "products"):
        if not update[name]:
            raise missing_param(f"features[subscription_update][{name}]")
    for at, product in enumerate(update["products"]):
        for number, id in enumerate(product["prices"]):
            price = call.store.get("price", id)
            name = f"features[subscription_update][products][{at}][prices][{number}]"
            if price is None:
                raise no_such("price", id, name)
            if price["product"] != product["product"]:
                raise invalid(f"The price {id} is not a price of the product {product['product']}.", name)


def find_or_create_default(call: Call) -> Object:
    """Return the account's default configuration."""
    configurations = call.store.select(KIND, equal(json_field("is_default"), 1), newest_first=False, limit=1)
    if configurations:
        return configurations[0]
    configuration = _new(call, {"features": DEFAULT_FEATURES}, is_default=True)
    return objects.insert(call, KIND, configuration)


def _new(call: Call, params: Params, *, is_default: bool) -> Object:
    return {
        "id": identifiers.long_id(call, "bpc"),
        "object": KIND,
        "active": True,
        "business_profile": _profile(params),
        "created": call.now,
        "default_return_url": params.get("default_return_url"),
        "features": changed_features(_off(), params["features"]),
        "is_default": is_default,
        "login_page": _login(params.get("login_page", {}).get("enabled", False)),
        "metadata": new_metadata(params),
        "name": params.get("name"),
        "updated": call.now,
    }


def _profile(params: Params) -> Object:
    empty: Object = dict.fromkeys(("headline", "privacy_policy_url", "terms_of_service_url"))
    return {**empty, **params.get("business_profile", {})}


def _login(is_enabled: bool) -> Object:
    url = f"https://billing.stripe.com/p/login/test_{secrets.token_hex(8)}" if is_enabled else None
    return {"enabled": is_enabled, "url": url}


def create(call: Call) -> Object:
    configuration = _new(call, call.params, is_default=False)
    _check(call, configuration["features"])
    return objects.insert(call, KIND, configuration)


def retrieve(call: Call) -> Object:
    return find(call, call.id, 404)


def find(call: Call, id: str, status: int = 400) -> Object:
    return objects.find(call, KIND, id, "configuration", status, noun="configuration")


def update(call: Call) -> Object:
    before = retrieve(call)
    params = call.params
    if params.get("active") is False and before["is_default"]:
        raise invalid("You cannot deactivate the default configuration.", "active")
    after = {**before, **{name: params[name] for name in ("active", "default_return_url", "name") if name in params}}
    if "business_profile" in params:
        after["business_profile"] = {**before["business_profile"], **params["business_profile"]}
    if "features" in params:
        after["features"] = changed_features(before["features"], params["features"])
        _check(call, after["features"])
    after["metadata"] = changed_metadata(before, params)
    has_login = params.get("login_page", {}).get("enabled", before["login_page"]["enabled"])
    if has_login != before["login_page"]["enabled"]:
        after["login_page"] = _login(has_login)
    if after != before:
        after["updated"] = call.now
        call.store.replace(KIND, after)
        events.record(call, "billing_portal.configuration.updated", after, before)
    return after


def list_configurations(call: Call) -> Object:
    if call.params.get("is_default"):
        find_or_create_default(call)
    return page(call, KIND, PATH, filter_conditions(call, "active is_default"))


PATH = "/v1/billing_portal/configurations"
ROUTES = (
    Route("POST", PATH, KIND, fields.CREATE, create),
    Route("GET", PATH, KIND, AS_DOCUMENTED, list_configurations, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, EXPAND_ONLY, retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, fields.UPDATE, update),
)
