"""Features, and which customers may use them (https://docs.stripe.com/billing/entitlements)."""

from __future__ import annotations

from typing import Any

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, price

FEATURES, ACTIVE = "/v1/entitlements/features", "/v1/entitlements/active_entitlements"


def product_with(local: Local, *keys: str) -> str:
    """Return a new product that gives access to the features with these lookup keys, made where there are none."""
    product = local.product()["id"]
    for key in keys:
        known = local.get(FEATURES, lookup_key=key)["data"]
        feature = known[0] if known else local.post(FEATURES, lookup_key=key, name=key.title())
        local.post(f"/v1/products/{product}/features", entitlement_feature=feature["id"])
    return str(product)


def entitled(local: Local, customer: str) -> list[str]:
    return sorted(one["lookup_key"] for one in local.get(ACTIVE, customer=customer)["data"])


def summaries(local: Local) -> list[tuple[Any, Any]]:
    """Return what customers were entitled to after each change, and before it, oldest first."""
    found = local.events(type="entitlements.active_entitlement_summary.updated")[::-1]
    return [
        tuple(
            sorted(one["lookup_key"] for one in summary["entitlements"]["data"])
            for summary in (event["data"]["object"], event["data"]["previous_attributes"])
        )  # type: ignore[misc]
        for event in found
    ]


def test_features_are_made_renamed_and_archived(local: Local) -> None:
    feature = local.post(FEATURES, lookup_key="exports", name="Exports", metadata={"a": "1"})
    assert feature["id"].startswith("feat_test_")
    assert local.refused("post", FEATURES, lookup_key="exports", name="Again").code == "resource_already_exists"
    path = f"{FEATURES}/{feature['id']}"
    after = local.post(path, name="All exports", active=False, metadata={"b": "2"})
    assert (after["name"], after["active"], after["metadata"]) == ("All exports", False, {"a": "1", "b": "2"})
    assert local.get(FEATURES)["data"] == []
    assert [one["id"] for one in local.get(FEATURES, archived=True)["data"]] == [feature["id"]]
    product = local.product()["id"]
    refusal = local.refused("post", f"/v1/products/{product}/features", entitlement_feature=feature["id"])
    assert refusal.param == "entitlement_feature"


def test_features_are_attached_to_products_one_by_one(local: Local) -> None:
    product = product_with(local, "exports", "reports")
    path = f"/v1/products/{product}/features"
    attached = local.get(path)["data"]
    assert [one["entitlement_feature"]["lookup_key"] for one in attached] == ["reports", "exports"]
    again = local.refused("post", path, entitlement_feature=attached[0]["entitlement_feature"]["id"])
    assert again.code == "resource_already_exists"
    assert local.get(f"{path}/{attached[0]['id']}")["id"] == attached[0]["id"]
    local.delete(f"{path}/{attached[0]['id']}")
    assert len(local.get(path)["data"]) == 1
    assert local.refused("get", "/v1/products/prod_none/features").status == 404


def test_a_subscription_entitles_its_customer_until_it_ends(local: Local) -> None:
    life = Life.begin(local)
    basic = price(local, product=product_with(local, "exports"))
    pro = price(local, product=product_with(local, "exports", "reports"))
    subscription = life.subscribe(basic)
    assert entitled(local, life.customer) == ["exports"]
    item = subscription["items"]["data"][0]["id"]
    local.post(f"/v1/subscriptions/{subscription['id']}", items=[{"id": item, "price": pro}])
    assert entitled(local, life.customer) == ["exports", "reports"]
    local.delete(f"/v1/subscriptions/{subscription['id']}")
    assert entitled(local, life.customer) == []
    assert summaries(local) == [
        (["exports"], []),
        (["exports", "reports"], ["exports"]),
        ([], ["exports", "reports"]),
    ]


def test_what_is_not_paid_entitles_to_nothing(local: Local) -> None:
    life = Life.begin(local)
    basic = price(local, product=product_with(local, "exports"))
    subscription = life.subscribe(basic, payment_behavior="default_incomplete", expand=["latest_invoice.payments"])
    assert entitled(local, life.customer) == []
    intent = subscription["latest_invoice"]["payments"]["data"][0]["payment"]["payment_intent"]
    local.post(f"/v1/payment_intents/{intent}/confirm", payment_method="pm_card_visa")
    assert entitled(local, life.customer) == ["exports"]


def test_two_subscriptions_entitle_together_and_past_due_still_does(local: Local) -> None:
    life, other = Life.begin(local), Life.begin(local)
    exports, reports = (price(local, product=product_with(local, key)) for key in ("exports", "reports"))
    first, _ = life.subscribe(exports), life.subscribe(reports, trial_period_days=40)
    other.subscribe(exports)
    life.pay_by("pm_card_chargeCustomerFail")
    life.advance("2026-02-02")
    assert life.subscription(first["id"])["status"] == "past_due"
    assert entitled(local, life.customer) == ["exports", "reports"]
    local.delete(f"/v1/subscriptions/{first['id']}")
    assert entitled(local, life.customer) == ["reports"]
    assert entitled(local, other.customer) == ["exports"]
    [entitlement] = local.get(ACTIVE, customer=life.customer, expand=["data.feature"])["data"]
    assert local.get(f"{ACTIVE}/{entitlement['id']}")["feature"] == entitlement["feature"]["id"]
    assert local.refused("get", ACTIVE, customer="cus_none").code == "resource_missing"
