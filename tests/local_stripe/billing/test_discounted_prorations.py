"""Discounts within prorations (https://docs.stripe.com/billing/subscriptions/prorations#prorations-and-discounts)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, moment, price
from tests.local_stripe.making import coupon

PATH = "/v1/subscriptions"


def change(local: Local, subscription: Any, *items: Any, **params: Any) -> list[int]:
    """Return the prorations of a change, credits first."""
    wanted = {"items": list(items), "proration_behavior": "always_invoice", **params}
    after = local.post(f"{PATH}/{subscription['id']}", **wanted, expand=["latest_invoice"])
    return sorted(line["amount"] for line in after["latest_invoice"]["lines"]["data"])


def item(subscription: Any, price: str) -> str:
    [id] = [one["id"] for one in subscription["items"]["data"] if one["price"]["id"] == price]
    return str(id)


def test_an_amount_off_is_shared_as_the_documents_have_it(local: Local) -> None:
    """ "-0.5 x (10 USD price - 1.66 USD discount amount) = -4.17 USD"."""
    life = Life.begin(local, "2026-02-01")
    small, large = price(local, 1000), price(local, 2000)
    off = coupon(local, amount_off=500, currency="usd", duration="forever")
    subscription = life.subscribe(small, large, discounts=[{"coupon": off}])
    [invoice] = life.invoices(subscription["id"])
    taken = {line["amount"]: line["discount_amounts"][0]["amount"] for line in invoice["lines"]["data"]}
    assert taken == {1000: 166, 2000: 334}
    life.advance("2026-02-15")
    assert change(local, subscription, {"id": item(subscription, small), "deleted": True}) == [-417]


def test_an_amount_off_is_shared_among_the_items_there_are_after_a_change(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    off = coupon(local, amount_off=500, currency="usd", duration="forever")
    before, after, added = price(local, 40000), price(local, 1000), price(local, 3000)
    subscription = life.subscribe(before, discounts=[{"coupon": off}])
    life.advance("2026-04-16")
    changed = {"id": item(subscription, before), "price": after}
    assert change(local, subscription, changed, {"price": added}) == [-19750, (1000 - 125) // 2, (3000 - 375) // 2]


def test_an_amount_off_of_one_product_is_not_shared_with_other_items(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    covered, other = price(local, 1000), price(local, 9000)
    product = local.get(f"/v1/prices/{covered}")["product"]
    off = coupon(local, amount_off=400, currency="usd", duration="forever", applies_to={"products": [product]})
    subscription = life.subscribe(other, discounts=[{"coupon": off}])
    life.advance("2026-04-16")
    assert change(local, subscription, {"price": covered}) == [300]


def test_discounts_of_an_item_come_before_those_of_its_subscription(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    half = coupon(local, percent_off=50, duration="forever")
    off = coupon(local, amount_off=500, currency="usd", duration="forever")
    own, other = price(local, 1000), price(local, 4000)
    items = [{"price": own, "discounts": [{"coupon": half}]}, {"price": other}]
    subscription = local.post(PATH, customer=life.customer, items=items, discounts=[{"coupon": off}])
    life.advance("2026-04-16")
    # 20.00 less a half, and 40.00, share the 5.00: 1.00 is the item's; of 10.00 less a half it was 0.55
    assert change(local, subscription, {"id": item(subscription, own), "quantity": 2}) == [-223, (1000 - 100) // 2]


@pytest.mark.parametrize(("before", "after", "amounts"), [(True, False, [-250, 1000]), (False, True, [-500, 500])])
def test_a_discount_that_changes_at_the_same_time_is_in_the_debit(
    local: Local, before: bool, after: bool, amounts: list[int]
) -> None:
    """ "The proration debit or credit is calculated using the modified discounts"."""
    life = Life.begin(local, "2026-04-01")
    half = [{"coupon": coupon(local, percent_off=50, duration="forever")}]
    own = price(local, 1000)
    subscription = life.subscribe(own, **({"discounts": half} if before else {}))
    life.advance("2026-04-16")
    params = {"id": item(subscription, own), "quantity": 2}
    preview = local.post(
        "/v1/invoices/create_preview",
        subscription=subscription["id"],
        subscription_details={"items": [params], "proration_behavior": "always_invoice"},
        discounts=half if after else "",
    )
    assert sorted(line["amount"] for line in preview["lines"]["data"]) == amounts
    assert change(local, subscription, params, discounts=half if after else "") == amounts


def test_a_phase_that_starts_within_a_period_prorates_with_its_discounts(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    half = coupon(local, percent_off=50, duration="forever")
    own = price(local, 1000)
    subscription = life.subscribe(own)
    schedule = local.post("/v1/subscription_schedules", from_subscription=subscription["id"])
    middle, end = moment("2026-04-16"), moment("2026-05-01")
    first = {"items": [{"price": own}], "start_date": schedule["phases"][0]["start_date"], "end_date": middle}
    second = {"items": [{"price": own, "quantity": 2}], "end_date": end, "discounts": [{"coupon": half}]}
    local.post(
        f"/v1/subscription_schedules/{schedule['id']}",
        phases=[first, {**second, "proration_behavior": "always_invoice"}],
        end_behavior="release",
    )
    life.advance("2026-04-16 02:00")
    assert sorted(line["amount"] for line in life.invoices(subscription["id"])[-1]["lines"]["data"]) == [-500, 500]
