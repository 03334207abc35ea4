"""The customer portal: its configurations and links (https://docs.stripe.com/customer-management)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal
from tests.local_stripe.life import Life, price

SESSIONS, CONFIGURATIONS = "/v1/billing_portal/sessions", "/v1/billing_portal/configurations"


def cancel_of(subscription: Any, **rest: Any) -> dict[str, Any]:
    return {"type": "subscription_cancel", "subscription_cancel": {"subscription": subscription["id"], **rest}}


def test_a_session_is_a_link_for_a_customer_with_the_default_configuration(local: Local) -> None:
    life = Life.begin(local)
    session = local.post(SESSIONS, customer=life.customer, return_url="https://example.com/account")
    assert "/p/session/test_" in session["url"]
    assert (session["customer"], session["flow"]) == (life.customer, None)
    [default] = local.get(CONFIGURATIONS, is_default=True)["data"]
    assert session["configuration"] == default["id"]
    assert default["features"]["subscription_cancel"]["mode"] == "at_period_end"
    assert local.refused("post", f"{CONFIGURATIONS}/{default['id']}", active="false").param == "active"


def test_a_link_straight_to_a_change_of_the_card_or_to_cancel(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(price(local))
    card = local.post(SESSIONS, customer=life.customer, flow_data={"type": "payment_method_update"})
    assert card["flow"]["type"] == "payment_method_update"
    local.post("/v1/coupons", id="STAY", percent_off=20)
    offer = {"type": "coupon_offer", "coupon_offer": {"coupon": "STAY"}}
    redirect = {"type": "redirect", "redirect": {"return_url": "https://example.com/bye"}}
    flow = {**cancel_of(subscription, retention=offer), "after_completion": redirect}
    session = local.post(SESSIONS, customer=life.customer, flow_data=flow)
    assert session["flow"]["subscription_cancel"] == {"subscription": subscription["id"], "retention": offer}
    assert session["flow"]["after_completion"]["redirect"] == {"return_url": "https://example.com/bye"}


def test_a_link_may_be_followed_later_by_who_logs_in(local: Local) -> None:
    life = Life.begin(local)
    login = {"type": "customer_login", "customer_login": {"expires_at": 2_000_000_000}}
    session = local.post(SESSIONS, customer=life.customer, after_expiration=login)
    assert session["after_expiration"] == login


def test_a_configuration_says_what_customers_may_change(local: Local) -> None:
    life = Life.begin(local)
    basic, pro = price(local, 1000), price(local, 2000)
    product = local.get(f"/v1/prices/{pro}")["product"]
    features = {
        "payment_method_update": {"enabled": True},
        "subscription_update": {
            "enabled": True,
            "default_allowed_updates": ["price"],
            "products": [{"product": product, "prices": [pro]}],
            "schedule_at_period_end": {"conditions": [{"type": "decreasing_item_amount"}]},
        },
    }
    configuration = local.post(CONFIGURATIONS, features=features, name="Upgrades", login_page={"enabled": True})
    assert configuration["login_page"]["url"].startswith("https://billing.stripe.com/p/login/test_")
    subscription = life.subscribe(basic)
    item = {"id": subscription["items"]["data"][0]["id"], "price": pro, "quantity": 1}
    confirm = {"subscription": subscription["id"], "items": [item]}
    flow = {"type": "subscription_update_confirm", "subscription_update_confirm": confirm}
    session = local.post(SESSIONS, customer=life.customer, configuration=configuration["id"], flow_data=flow)
    assert session["flow"]["subscription_update_confirm"]["items"] == [item]
    item["price"] = basic
    refusal = local.refused("post", SESSIONS, customer=life.customer, configuration=configuration["id"], flow_data=flow)
    assert refusal.param == "flow_data[subscription_update_confirm][items][0][price]"


def test_an_update_changes_the_features_it_names(local: Local) -> None:
    features = {
        "customer_update": {"enabled": True, "allowed_updates": ["email"]},
        "subscription_cancel": {"enabled": True, "cancellation_reason": {"enabled": True, "options": ["unused"]}},
    }
    configuration = local.post(CONFIGURATIONS, features=features, metadata={"a": "1"})
    path = f"{CONFIGURATIONS}/{configuration['id']}"
    after = local.post(
        path,
        features={"customer_update": {"allowed_updates": ""}, "subscription_cancel": {"mode": "immediately"}},
        active=False,
        metadata={"b": "2"},
    )
    assert after["features"]["customer_update"] == {"enabled": True, "allowed_updates": []}
    assert after["features"]["subscription_cancel"]["mode"] == "immediately"
    assert after["features"]["subscription_cancel"]["cancellation_reason"]["options"] == ["unused"]
    assert (after["active"], after["metadata"]) == (False, {"a": "1", "b": "2"})
    assert local.get(CONFIGURATIONS, active=True)["data"] == []
    life = Life.begin(local)
    refusal = local.refused("post", SESSIONS, customer=life.customer, configuration=configuration["id"])
    assert refusal.param == "configuration"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("subscription_update", "updated because the subscription update"),
        ("subscription_pause", "paused because the subscription pause"),
    ],
)
def test_what_the_configuration_does_not_allow_is_refused(local: Local, kind: str, said: str) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(price(local))
    flow = {"type": kind, kind: {"subscription": subscription["id"]}}
    assert local.refused("post", SESSIONS, customer=life.customer, flow_data=flow) == Refusal(
        f"This subscription cannot be {said} feature in the portal configuration is disabled.",
        param="flow_data[type]",
    )


def test_links_that_lead_nowhere_are_refused(local: Local) -> None:
    life, other = Life.begin(local), Life.begin(local)
    subscription = life.subscribe(price(local))
    assert local.refused("post", SESSIONS).code == "parameter_missing"
    assert local.refused("post", SESSIONS, customer="cus_none").code == "resource_missing"
    assert local.refused("post", SESSIONS, customer=life.customer, configuration="bpc_none").param == "configuration"
    foreign = local.refused("post", SESSIONS, customer=other.customer, flow_data=cancel_of(subscription))
    assert foreign.param == "flow_data[subscription_cancel][subscription]"
    refusal = local.refused("post", SESSIONS, customer=life.customer, flow_data={"type": "subscription_cancel"})
    assert refusal.param == "flow_data[subscription_cancel]"
    local.post(f"/v1/subscriptions/{subscription['id']}", cancel_at_period_end=True)
    again = local.refused("post", SESSIONS, customer=life.customer, flow_data=cancel_of(subscription))
    assert again.message == "This subscription is already set to be canceled."


def test_a_configuration_that_offers_changes_says_to_what(local: Local) -> None:
    features = {"subscription_update": {"enabled": True, "default_allowed_updates": ["price"]}}
    refusal = local.refused("post", CONFIGURATIONS, features=features)
    assert refusal.param == "features[subscription_update][products]"
    assert local.refused("post", CONFIGURATIONS).param == "features"
