"""Events: one for each change, with what was before."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
import stripe

from stripe_billing_cli import local_stripe
from stripe_billing_cli.local_stripe.core.messages import API_VERSION
from tests.local_stripe.conftest import NOW, Clock, Local, Refusal

THIRTY_DAYS = 30 * 24 * 60 * 60
RECORDED = r'record\(\s*\w+,\s*"([a-z_.]+)"'


def types(local: Local, **filters: Any) -> list[str]:
    return [event["type"] for event in local.events(**filters)]


def newest(local: Local) -> Any:
    return local.events()[0]


def test_a_creation_is_told_whole(local: Local) -> None:
    reply = local.send("post", "/v1/products", "name=Pro&metadata[a]=1", key="K1")

    [event] = local.events()
    assert event.pop("id").startswith("evt_1")
    assert event == {
        "object": "event",
        "api_version": API_VERSION,
        "created": NOW,
        "data": {"object": reply.json},
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": reply.headers["Request-Id"], "idempotency_key": "K1"},
        "type": "product.created",
    }


def test_a_post_without_a_key_is_given_one_that_all_its_events_name(local: Local) -> None:
    local.product(default_price_data={"currency": "usd", "unit_amount": 1500})
    local.product()

    another, *events = local.events()
    assert len(events) == 2
    [request] = {tuple(event["request"].values()) for event in events}
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", request[1])
    assert another["request"]["idempotency_key"] != request[1]


def test_a_deletion_has_no_key(local: Local) -> None:
    local.product(id="pro")
    local.delete("/v1/products/pro")

    assert newest(local)["request"]["idempotency_key"] is None


@pytest.mark.parametrize(
    ("kind", "change", "previous"),
    [
        ("product", {"name": "Max"}, {"name": "Pro"}),
        ("product", {"active": False, "url": ""}, {"active": True, "url": "https://shop.example"}),
        ("product", {"description": "Much"}, {"description": None}),
        ("product", {"metadata": {"a": "9", "c": "3"}}, {"metadata": {"a": "1", "c": None}}),
        ("product", {"metadata": {"a": ""}}, {"metadata": {"a": "1"}}),
        ("product", {"metadata": ""}, {"metadata": {"a": "1", "b": "2"}}),
        ("product", {"images": ["https://b.example"]}, {"images": ["https://a.example"]}),
        ("product", {"name": "Pro", "active": False}, {"active": True}),
        ("price", {"active": False}, {"active": True}),
        ("price", {"nickname": "Monthly"}, {"nickname": None}),
        ("price", {"lookup_key": "max"}, {"lookup_key": "pro"}),
        ("price", {"metadata": {"b": "", "c": "3"}}, {"metadata": {"b": "2", "c": None}}),
    ],
)
def test_a_change_tells_the_old_values_of_what_changed(
    local: Local, clock: Clock, kind: str, change: dict[str, Any], previous: dict[str, Any]
) -> None:
    metadata = {"a": "1", "b": "2"}
    if kind == "product":
        new_price = local.product(metadata=metadata, url="https://shop.example", images=["https://a.example"])
        previous = {**previous, "updated": NOW}
    else:
        new_price = local.price(metadata=metadata, lookup_key="pro")
    clock.now += 60

    after = local.post(f"/v1/{kind}s/{new_price['id']}", **change)

    event = newest(local)
    assert (event["type"], event["created"]) == (f"{kind}.updated", NOW + 60)
    assert event["data"] == {"object": after, "previous_attributes": previous}


def test_a_decided_tax_behavior_was_unspecified(local: Local) -> None:
    price = local.price()

    local.post(f"/v1/prices/{price['id']}", tax_behavior="inclusive")

    assert newest(local)["data"]["previous_attributes"]["tax_behavior"] == "unspecified"


def test_what_changes_nothing_is_no_event(local: Local, clock: Clock) -> None:
    price = local.price(nickname="Monthly", metadata={"a": "1"}, lookup_key="pro")
    events = local.events()
    clock.now += 60

    local.post(f"/v1/prices/{price['id']}")
    local.post(f"/v1/prices/{price['id']}", nickname="Monthly", metadata={"a": "1", "b": ""}, lookup_key="pro")
    local.post(f"/v1/products/{price['product']}", name="Pro", metadata={}, expand=["default_price"])

    assert local.events() == events


def test_what_is_refused_or_replayed_is_no_event(local: Local) -> None:
    local.post("/v1/products", name="Pro", id="pro", key="K1")
    events = local.events()

    local.post("/v1/products", name="Pro", id="pro", key="K1")
    local.refused("post", "/v1/products", name="Pro", id="pro")
    local.refused("post", "/v1/products/pro", metadata={f"k{number}": "v" for number in range(51)})

    assert local.events() == events


def test_a_deletion_tells_what_was_deleted(local: Local) -> None:
    """A product that is no longer active, a coupon that is no longer valid (recorded)."""
    product = local.product(id="pro")
    coupon = local.post("/v1/coupons", percent_off=10, duration="once")

    local.delete("/v1/products/pro")
    assert newest(local)["type"] == "product.deleted"
    assert newest(local)["data"] == {"object": {**product, "active": False}}

    local.delete(f"/v1/coupons/{coupon['id']}")
    assert newest(local)["data"] == {"object": {**coupon, "valid": False}}


def test_a_price_and_the_product_that_it_brings_are_two_events(local: Local) -> None:
    local.price(product_data={"name": "Pro"})

    assert sorted(types(local)) == ["price.created", "product.created"]


def test_a_product_and_the_price_that_it_brings_are_two_events(local: Local) -> None:
    product = local.product(default_price_data={"currency": "usd", "unit_amount": 1})

    assert sorted(types(local)) == ["price.created", "product.created"]
    [created] = local.events(type="product.created")
    assert created["data"]["object"] == product


def test_a_lookup_key_taken_over_changes_two_prices(local: Local) -> None:
    product = local.product()
    first = local.price(product=product["id"], lookup_key="pro")

    second = local.price(product=product["id"], lookup_key="pro", transfer_lookup_key=True)

    [updated] = local.events(type="price.updated")
    assert updated["data"]["object"] == {**first, "lookup_key": None}
    assert updated["data"]["previous_attributes"] == {"lookup_key": "pro"}
    assert second["id"] in [event["data"]["object"]["id"] for event in local.events(type="price.created")]


def test_an_event_shows_the_object_as_it_was(local: Local) -> None:
    product = local.product()
    event = newest(local)

    local.post(f"/v1/products/{product['id']}", name="Max")

    assert local.get(f"/v1/events/{event['id']}") == event
    assert event["data"]["object"]["name"] == "Pro"


def test_an_event_leaves_out_what_is_shown_when_expanded(local: Local) -> None:
    local.price(currency_options={"eur": {"unit_amount": 1}}, expand=["currency_options", "product"])

    shown = newest(local)["data"]["object"]
    assert "currency_options" not in shown
    assert shown["product"].startswith("prod_")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["product.deleted", "product.updated", "price.created", "product.created", "product.created"]),
        ({"type": "product.created"}, ["product.created", "product.created"]),
        ({"type": "product.*"}, ["product.deleted", "product.updated", "product.created", "product.created"]),
        ({"type": "*.created"}, ["price.created", "product.created", "product.created"]),
        ({"type": "*"}, ["product.deleted", "product.updated", "price.created", "product.created", "product.created"]),
        ({"type": "product"}, []),
        ({"type": "product.?eleted"}, []),
        ({"type": "[p]roduct.deleted"}, []),
        ({"types": ["price.created", "product.deleted"]}, ["product.deleted", "price.created"]),
        ({"types": ["product.*"]}, []),
        ({"delivery_success": False}, []),
        ({"type": "product.updated", "delivery_success": True}, ["product.updated"]),
        ({"type": "product.*", "created": {"gt": NOW}}, ["product.deleted", "product.updated"]),
        ({"created": {"lt": NOW}}, []),
    ],
)
def test_events_by(local: Local, clock: Clock, filters: dict[str, Any], found: list[str]) -> None:
    local.product(id="max")
    local.price(product=local.product(id="pro")["id"])
    clock.now += 1
    local.post("/v1/products/pro", active=False)
    local.delete("/v1/products/max")

    assert types(local, **filters) == found


def test_events_are_asked_for_by_one_type_or_by_twenty(local: Local) -> None:
    twenty = [f"type.{number}" for number in range(20)]

    assert types(local, types=twenty) == []
    assert local.refused("get", "/v1/events", types=[*twenty, "more"]) == Refusal(
        "Array types exceeded maximum 20 allowed elements.", None, "types"
    )
    refusal = local.refused("get", "/v1/events", type="a", types=["b"])
    assert refusal == Refusal("You may only specify one of these parameters: type, types.", None, "type")


def test_events_are_kept_for_thirty_days(local: Local, clock: Clock) -> None:
    local.product()
    event = newest(local)

    clock.now += THIRTY_DAYS
    assert local.events() == [local.get(f"/v1/events/{event['id']}")] == [event]

    clock.now += 1
    assert local.events() == []
    assert local.refused("get", f"/v1/events/{event['id']}") == Refusal(
        f"No such event: '{event['id']}'", "resource_missing", "id", status=404
    )


def test_events_are_read_only(local: Local) -> None:
    local.product()
    path = f"/v1/events/{newest(local)['id']}"

    assert local.refused("post", path).status == 404
    assert local.refused("delete", path).status == 404


def test_every_type_of_event_that_is_recorded_is_one_of_stripes() -> None:
    """Read off the source: a type that Stripe does not have would reach whoever receives all."""
    known = set(get_args(stripe.Event.__annotations__["type"]))
    package = Path(local_stripe.__file__).parent
    recorded = {
        name for file in package.rglob("*.py") for name in re.findall(RECORDED, file.read_text(encoding="utf-8"))
    }

    assert len(recorded) > 40
    assert recorded <= known
