"""Subscription items by calls of their own (https://docs.stripe.com/api/subscription_items)."""

from __future__ import annotations

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, moment, price

PATH = "/v1/subscription_items"


def test_an_item_is_added_changed_and_taken_away(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    seats, extra = price(local, 1000), price(local, 600)
    subscription = life.subscribe(seats)
    life.advance("2026-04-16")
    added = local.post(PATH, subscription=subscription["id"], price=extra, quantity=2, metadata={"kind": "extra"})
    assert (added["price"]["id"], added["quantity"], added["metadata"]) == (extra, 2, {"kind": "extra"})
    assert local.get(f"{PATH}/{added['id']}")["subscription"] == subscription["id"]
    after = local.post(f"{PATH}/{added['id']}", quantity=5, proration_behavior="none")
    assert after["quantity"] == 5
    first = subscription["items"]["data"][0]["id"]
    assert [item["id"] for item in local.get(PATH, subscription=subscription["id"])["data"]] == [first, added["id"]]
    local.delete(f"{PATH}/{added['id']}")
    assert [item["id"] for item in local.get(PATH, subscription=subscription["id"])["data"]] == [first]
    life.advance("2026-05-01 02:00")
    prorations = 600 - 600  # what was debited is credited: the three that were added for nothing are not
    assert life.totals(subscription["id"]) == [1000, 1000 + prorations]


def test_an_upgrade_of_one_item_may_be_invoiced_at_once(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    basic, pro = price(local, 1000), price(local, 3000)
    subscription = life.subscribe(basic)
    life.advance("2026-04-16")
    item = subscription["items"]["data"][0]["id"]
    local.post(f"{PATH}/{item}", price=pro, proration_behavior="always_invoice", proration_date=moment("2026-04-16"))
    assert life.totals(subscription["id"]) == [1000, 1000]


def test_items_are_listed_page_by_page(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(*(price(local, 100 * number) for number in range(1, 5)))
    ids = [item["id"] for item in subscription["items"]["data"]]
    page = local.get(PATH, subscription=subscription["id"], limit=3)
    assert ([item["id"] for item in page["data"]], page["has_more"]) == (ids[:3], True)
    rest = local.get(PATH, subscription=subscription["id"], starting_after=ids[2])
    assert ([item["id"] for item in rest["data"]], rest["has_more"]) == (ids[3:], False)
    back = local.get(PATH, subscription=subscription["id"], ending_before=ids[3], limit=2)
    assert ([item["id"] for item in back["data"]], back["has_more"]) == (ids[1:3], True)


def test_what_an_update_of_the_subscription_refuses_is_refused(local: Local) -> None:
    life = Life.begin(local)
    seats = price(local)
    subscription = life.subscribe(seats)
    item = subscription["items"]["data"][0]["id"]
    assert "at least one" in local.refused("delete", f"{PATH}/{item}").message
    assert local.refused("post", PATH, subscription=subscription["id"], price="price_none").param == "price"
    assert local.refused("post", PATH, subscription=subscription["id"]).param == "price"
    assert local.refused("get", f"{PATH}/si_none").status == 404
    local.delete(f"/v1/subscriptions/{subscription['id']}")
    assert "canceled subscription" in local.refused("post", f"{PATH}/{item}", quantity=2).message


def test_a_customer_shows_its_subscriptions_and_tax_ids_when_asked(local: Local) -> None:
    life = Life.begin(local, tax_id_data=[{"type": "gb_vat", "value": "GB123456789"}])
    running, over = life.subscribe(price(local)), life.subscribe(price(local))
    local.delete(f"/v1/subscriptions/{over['id']}")
    expand = ["subscriptions.data.latest_invoice", "tax_ids"]
    customer = local.get(f"/v1/customers/{life.customer}", expand=expand)
    [shown] = customer["subscriptions"]["data"]
    assert (shown["id"], shown["latest_invoice"]["total"]) == (running["id"], 1500)
    assert [one["value"] for one in customer["tax_ids"]["data"]] == ["GB123456789"]
    assert "subscriptions" not in local.get(f"/v1/customers/{life.customer}")
    [listed] = local.get("/v1/customers", test_clock=life.clock, expand=["data.subscriptions"])["data"]
    assert listed["subscriptions"]["url"] == f"/v1/customers/{life.customer}/subscriptions"


def test_subscriptions_are_listed_by_the_price_of_any_item(local: Local) -> None:
    life = Life.begin(local)
    first, second, third = (price(local, amount) for amount in (1000, 2000, 3000))
    alone = life.subscribe(first)["id"]
    both = life.subscribe(second, first)["id"]
    life.subscribe(third)

    def listed(name: str) -> list[str]:
        found = local.get("/v1/subscriptions", price=name, customer=life.customer)["data"]
        return [subscription["id"] for subscription in found]

    assert (listed(first), listed(second)) == ([both, alone], [both])
