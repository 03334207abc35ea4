"""Objects that tests of several resources begin with, each made by one call."""

from __future__ import annotations

from typing import Any

from tests.local_stripe.conftest import Local

MONTHLY = {"interval": "month"}


def coupon(local: Local, **params: Any) -> str:
    return str(local.post("/v1/coupons", **params)["id"])


def meter(local: Local) -> str:
    """Return a meter that adds up calls."""
    adds_up = {"default_aggregation": {"formula": "sum"}, "display_name": "Calls", "event_name": "calls"}
    return str(local.post("/v1/billing/meters", **adds_up)["id"])


def code(local: Local, coupon: str, **params: Any) -> Any:
    return local.post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": coupon}, **params)


def incomplete(local: Local, **params: Any) -> Any:
    customer = local.post("/v1/customers", email="jenny@example.com")["id"]
    form = {
        "customer": customer,
        "items": [{"price": local.price(recurring=MONTHLY)["id"]}],
        "payment_behavior": "default_incomplete",
        "payment_settings": {"save_default_payment_method": "on_subscription"},
        "expand": ["latest_invoice.payments"],
        **params,
    }
    return local.post("/v1/subscriptions", **form)


def status(local: Local, subscription: Any) -> str:
    return str(local.get(f"/v1/subscriptions/{subscription['id']}")["status"])
