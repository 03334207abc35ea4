"""A change of items or discount from a program: what its plan and result say, and that none is made twice."""

from __future__ import annotations

from stripe_billing_cli.stripe_api.objects.events import ListedEvent
from stripe_billing_cli.subscriptions.adjust import AdjustRequest, plan_adjust
from tests.subscriptions.conftest import Shop


def newest_event(shop: Shop) -> str:
    events, _ = shop.api.page("/v1/events", {}, kind=ListedEvent)
    return events[0]["id"]


def test_a_plan_that_is_done_changes_nothing_and_says_so(shop: Shop) -> None:
    shop.post("/v1/coupons", id="FIVE", percent_off=5, duration="forever")
    customer, price = shop.with_card(email="ada@example.com"), shop.price(shop.product("Pro"))
    subscription = shop.subscription(customer["id"], price["id"])["id"]
    request = AdjustRequest(coupon="FIVE")

    first = plan_adjust(shop.api, subscription, request).apply(shop.api)
    before = newest_event(shop)
    again = plan_adjust(shop.api, subscription, request).apply(shop.api)

    assert (first.record()["result"], again.record()["result"]) == ("changed", "unchanged")
    assert newest_event(shop) == before
