"""Customer sessions (https://docs.stripe.com/api/customer_sessions): secrets with which Stripe.js shows what a customer
has saved. Defaults after the texts of `stripe/_customer_session.py`; nothing is kept of a session, which no call reads.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing import customers
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.parameters import Integer
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "customer_session"
PATH = "/v1/customer_sessions"
LASTS = 30 * 60
CREATE = form(
    f"POST {PATH}",
    {"components.payment_element.features.payment_method_redisplay_limit": Integer(1, 10)},
    required_names="customer",
)
PLAIN = ("active_entitlements", "buy_button", "customer_portal", "pricing_table")
FEATURES: Mapping[str, Mapping[str, Any]] = {
    "customer_sheet": {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_remove": "disabled",
    },
    "mobile_payment_element": {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_redisplay": "disabled",
        "payment_method_remove": "disabled",
        "payment_method_save": "disabled",
    },
    "payment_element": {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_redisplay": "disabled",
        "payment_method_redisplay_limit": 3,
        "payment_method_remove": "disabled",
        "payment_method_save": "disabled",
    },
}
"""The components that have features, and these where a call says nothing of them."""


def create(call: Call) -> Object:
    customer = customers.find(call, call.params["customer"])
    components = call.params["components"]
    with_features = {name: _with_features(name, components.get(name, {})) for name in FEATURES}
    return {
        "object": KIND,
        "client_secret": f"cuss_secret_{secrets.token_urlsafe(36)}",
        "components": {
            **{name: {"enabled": components.get(name, {}).get("enabled", False)} for name in PLAIN},
            **with_features,
        },
        "created": call.real_now,
        "customer": customer["id"],
        "expires_at": call.real_now + LASTS,
    }


def _with_features(name: str, component: Mapping[str, Any]) -> Object:
    if not component.get("enabled"):
        return {"enabled": False, "features": None}
    return {"enabled": True, "features": {**FEATURES[name], **component.get("features", {})}}


API = Api((Route("POST", PATH, KIND, CREATE, create),))
