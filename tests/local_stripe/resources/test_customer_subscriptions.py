"""Subscriptions at the addresses of their customers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal, encoded
from tests.local_stripe.life import Life, price


@pytest.fixture
def life(local: Local) -> Life:
    return Life.begin(local)


def sent(local: Local, method: str, path: str, **params: Any) -> Any:
    """Return the answer to a call that the SDK does not have."""
    reply = local.send(method, path, encoded(params))
    assert reply.status == 200, reply.text
    return reply.json


def test_one_is_made_changed_and_canceled(life: Life) -> None:
    path = f"/v1/customers/{life.customer}/subscriptions"
    made = sent(life.local, "post", path, items=[{"price": price(life.local)}], metadata={"a": "1"})
    assert (made["customer"], made["status"], life.totals(made["id"])) == (life.customer, "active", [1500])
    assert [one["id"] for one in sent(life.local, "get", path)["data"]] == [made["id"]]

    one = f"{path}/{made['id']}"
    item = made["items"]["data"][0]["id"]
    assert sent(life.local, "post", one, items=[{"id": item, "quantity": 2}])["quantity"] == 2
    assert sent(life.local, "get", one)["id"] == made["id"]
    assert sent(life.local, "delete", one)["status"] == "canceled"
    assert sent(life.local, "get", path)["data"] == []
    types = [event["type"] for event in life.local.events()]
    assert "customer.subscription.deleted" in types


def test_a_subscription_of_another_customer_is_not_found(life: Life) -> None:
    subscription = life.subscribe(price(life.local))
    other = life.local.post("/v1/customers", email="b@example.com")["id"]
    for method in ("get", "post", "delete"):
        refusal = life.local.refused(method, f"/v1/customers/{other}/subscriptions/{subscription['id']}")
        assert refusal == Refusal(f"No such subscription: '{subscription['id']}'", "resource_missing", "id", 404)
    for method in ("get", "delete"):
        refusal = life.local.refused(method, f"/v1/customers/{other}/subscriptions/{subscription['id']}/discount")
        assert refusal.message == f"No such subscription: '{subscription['id']}'"
    assert life.subscription(subscription["id"])["status"] == "active"


def test_its_discount_is_there_and_goes(life: Life) -> None:
    off = life.local.post("/v1/coupons", percent_off=10, duration="forever")["id"]
    id = life.subscribe(price(life.local), discounts=[{"coupon": off}])["id"]
    path = f"/v1/customers/{life.customer}/subscriptions/{id}/discount"
    shown = sent(life.local, "get", path)
    assert (shown["object"], shown["subscription"], shown["source"]["coupon"]) == ("discount", id, off)
    assert sent(life.local, "delete", path)["deleted"] is True
    assert life.subscription(id)["discounts"] == []
    assert life.local.refused("get", path).message == f"No active discount for subscription: {id}"


def test_what_the_address_says_cannot_be_said_twice(life: Life) -> None:
    refusal = life.local.refused(
        "post", f"/v1/customers/{life.customer}/subscriptions", customer=life.customer, items=[{"price": "price_1"}]
    )
    assert refusal.message == "Received unknown parameter: customer"
    missing = life.local.refused("post", f"/v1/customers/{life.customer}/subscriptions")
    assert missing == Refusal("Missing required param: items.", "parameter_missing", "items")
