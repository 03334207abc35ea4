"""What a subscription can say of its items and its start besides prices and quantities."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, moment, price
from tests.local_stripe.making import coupon

SUBSCRIPTIONS = "/v1/subscriptions"


@pytest.fixture
def life(local: Local) -> Life:
    return Life.begin(local)


def lines(invoice: Any) -> list[tuple[int, str]]:
    return [(line["amount"], line["description"]) for line in invoice["lines"]["data"]]


def test_a_price_can_be_described(life: Life) -> None:
    product = life.local.product(name="Gold")["id"]
    data = {"currency": "usd", "product": product, "recurring": {"interval": "month"}, "unit_amount": 700}
    subscription = life.local.post(SUBSCRIPTIONS, customer=life.customer, items=[{"price_data": data, "quantity": 2}])
    own = subscription["items"]["data"][0]["price"]
    assert (own["active"], own["product"], own["recurring"]["interval"]) == (False, product, "month")
    assert life.totals(subscription["id"]) == [1400]

    item = subscription["items"]["data"][0]["id"]
    after = life.local.post(f"/v1/subscription_items/{item}", price_data={**data, "unit_amount": 900})
    assert after["price"]["unit_amount"] == 900
    refusal = life.local.refused(
        "post", SUBSCRIPTIONS, customer=life.customer, items=[{"price": own["id"], "price_data": data}]
    )
    assert refusal.message == "You may only specify one of these parameters: price, price_data."


def test_a_discount_of_one_item_is_taken_off_the_subtotal(life: Life) -> None:
    half = coupon(life.local, percent_off=50, duration="once")
    tenth = coupon(life.local, percent_off=10, duration="forever")
    other = price(life.local, 500)
    subscription = life.local.post(
        SUBSCRIPTIONS,
        customer=life.customer,
        items=[{"price": price(life.local), "discounts": [{"coupon": half}]}, {"price": other}],
        discounts=[{"coupon": tenth}],
        expand=["items.data.discounts"],
    )
    [invoice] = life.invoices(subscription["id"])
    assert (invoice["subtotal"], invoice["total"]) == (1250, 1125)
    assert sorted(one["amount"] for one in invoice["total_discount_amounts"]) == [125, 750]
    [first] = [line for line in invoice["lines"]["data"] if line["amount"] == 1500]
    assert [one["amount"] for one in first["discount_amounts"]] == [750, 75]
    assert [item["discounts"] for item in life.subscription(subscription["id"])["items"]["data"]] == [[], []]

    life.advance("2026-02-01 02:00")
    assert life.totals(subscription["id"]) == [1125, 1800]


def test_a_discount_of_an_item_names_it_and_is_announced(life: Life) -> None:
    half = coupon(life.local, percent_off=50, duration="forever")
    subscription = life.subscribe(price(life.local))
    item = subscription["items"]["data"][0]["id"]
    after = life.local.post(f"/v1/subscription_items/{item}", discounts=[{"coupon": half}], expand=["discounts"])
    [discount] = after["discounts"]
    assert (discount["subscription"], discount["subscription_item"]) == (subscription["id"], item)
    [event] = life.local.get("/v1/events", type="customer.discount.created")["data"]
    assert event["data"]["object"]["subscription_item"] == item

    preview = life.local.post("/v1/invoices/create_preview", subscription=subscription["id"])
    assert (preview["subtotal"], preview["total"]) == (750, 750)
    assert life.local.post(f"/v1/subscription_items/{item}", discounts="")["discounts"] == []
    assert life.local.get("/v1/events", type="customer.discount.deleted")["data"] != []


def test_a_preview_redeems_no_coupon_of_an_item(life: Life) -> None:
    once = coupon(life.local, percent_off=50, duration="once", max_redemptions=1)
    details = {"items": [{"price": price(life.local), "discounts": [{"coupon": once}]}]}
    for _ in range(2):
        preview = life.local.post("/v1/invoices/create_preview", customer=life.customer, subscription_details=details)
        assert preview["total"] == 750
    assert life.local.get(f"/v1/coupons/{once}")["times_redeemed"] == 0


def test_the_anchor_follows_the_calendar(life: Life) -> None:
    subscription = life.subscribe(price(life.local), billing_cycle_anchor_config={"day_of_month": 16, "hour": 12})
    item = subscription["items"]["data"][0]
    assert subscription["billing_cycle_anchor"] == item["current_period_end"] == moment("2026-01-16 12:00")
    assert subscription["billing_cycle_anchor_config"] == {
        "day_of_month": 16,
        "hour": 12,
        "minute": None,
        "month": None,
        "second": None,
    }
    assert life.totals(subscription["id"]) == [750]
    refusal = life.local.refused(
        "post",
        SUBSCRIPTIONS,
        customer=life.customer,
        items=[{"price": price(life.local)}],
        billing_cycle_anchor=moment("2026-01-20"),
        billing_cycle_anchor_config={"day_of_month": 20},
    )
    assert "You may only specify one of these parameters" in refusal.message


def spans(invoice: Any) -> list[tuple[int, int, int]]:
    """Return the periods and amounts of an invoice's lines, in order of time."""
    return sorted((one["period"]["start"], one["period"]["end"], one["amount"]) for one in invoice["lines"]["data"])


def test_backdated_time_is_billed_by_its_natural_periods(local: Local) -> None:
    life = Life.begin(local, "2026-03-15")
    subscription = life.subscribe(price(local), backdate_start_date=moment("2026-02-01"))
    assert (subscription["start_date"], subscription["billing_cycle_anchor"]) == (
        moment("2026-02-01"),
        moment("2026-02-01"),
    )
    [invoice] = life.invoices(subscription["id"])
    assert spans(invoice) == [
        (moment("2026-02-01"), moment("2026-03-01"), 1500),
        (moment("2026-03-01"), moment("2026-04-01"), 1500),
    ]
    life.advance("2026-04-01 02:00")
    assert life.totals(subscription["id"]) == [3000, 1500]


def test_backdated_time_before_an_anchor_that_is_named_is_billed_in_part(local: Local) -> None:
    life = Life.begin(local, "2026-03-15")
    start, anchor = moment("2026-02-01"), moment("2026-03-20")
    subscription = life.subscribe(price(local), backdate_start_date=start, billing_cycle_anchor=anchor)
    [invoice] = life.invoices(subscription["id"])
    assert spans(invoice) == [(start, moment("2026-02-20"), 1500 * 19 // 31), (moment("2026-02-20"), anchor, 1500)]


def test_a_customer_who_is_taken_over_pays_with_the_next_period_first(local: Local) -> None:
    """ "Backdate a subscription without charging the customer for the backdated period"."""
    life = Life.begin(local, "2026-03-15")
    subscription = life.subscribe(price(local), backdate_start_date=moment("2026-02-10"), proration_behavior="none")
    life.advance("2026-04-10 02:00")
    [invoice] = life.invoices(subscription["id"])
    assert spans(invoice) == [(moment("2026-04-10"), moment("2026-05-10"), 1500)]


def test_classic_billing_mode_has_one_line_for_backdated_time(local: Local) -> None:
    """Stripe's own example: half of February from 15 February to 1 March."""
    life = Life.begin(local, "2027-03-01")
    subscription = life.subscribe(
        price(local), backdate_start_date=moment("2027-02-15"), billing_mode={"type": "classic"}
    )
    [invoice] = life.invoices(subscription["id"])
    assert sorted(lines(invoice))[0] == (750, "Time on Pro from 15 Feb 2027 until 01 Mar 2027")
    assert invoice["total"] == 2250


def test_backdated_time_is_free_without_prorations(local: Local) -> None:
    life = Life.begin(local, "2026-03-15")
    subscription = life.subscribe(
        price(local),
        backdate_start_date=moment("2026-02-01"),
        billing_cycle_anchor=moment("2026-04-01"),
        proration_behavior="none",
    )
    assert (subscription["start_date"], life.totals(subscription["id"])) == (moment("2026-02-01"), [])
    life.advance("2026-04-01 02:00")
    assert life.totals(subscription["id"]) == [1500]


def test_a_start_to_come_is_no_backdating(life: Life) -> None:
    refusal = life.local.refused(
        "post",
        SUBSCRIPTIONS,
        customer=life.customer,
        items=[{"price": price(life.local)}],
        backdate_start_date=moment("2026-05-01"),
    )
    assert refusal.param == "backdate_start_date"


def test_what_is_added_has_a_period_discounts_and_taxes_of_its_own(life: Life) -> None:
    vat = life.local.post("/v1/tax_rates", display_name="VAT", percentage=10, inclusive=False)["id"]
    half = coupon(life.local, percent_off=50, duration="once")
    product = life.local.product(name="Setup")["id"]
    added = {
        "price_data": {"currency": "usd", "product": product, "unit_amount": 1000},
        "quantity": 2,
        "discounts": [{"coupon": half}],
        "tax_rates": [vat],
        "period": {
            "start": {"type": "timestamp", "timestamp": moment("2026-01-01")},
            "end": {"type": "min_item_period_end"},
        },
    }
    subscription = life.subscribe(price(life.local), add_invoice_items=[added])
    [invoice] = life.invoices(subscription["id"])
    [line] = [one for one in invoice["lines"]["data"] if one["amount"] == 2000]
    assert line["period"] == {"start": moment("2026-01-01"), "end": moment("2026-02-01")}
    assert (invoice["subtotal"], invoice["total"]) == (2500, 2600)

    later = life.local.post(
        f"{SUBSCRIPTIONS}/{subscription['id']}", add_invoice_items=[{"price_data": added["price_data"]}]
    )
    assert later["latest_invoice"] == subscription["latest_invoice"]
    life.advance("2026-02-01 02:00")
    assert life.totals(subscription["id"]) == [2600, 2500]


def test_a_classic_subscription_is_migrated(life: Life) -> None:
    """https://docs.stripe.com/api/subscriptions/migrate."""
    monthly = [{"price": price(life.local, 700)}]
    old = life.local.post(
        SUBSCRIPTIONS,
        customer=life.customer,
        items=monthly,
        billing_mode={"type": "classic"},
        payment_behavior="allow_incomplete",
    )
    path = f"{SUBSCRIPTIONS}/{old['id']}/migrate"
    flexible = {"billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}}}
    assert life.local.post(path, **flexible)["billing_mode"]["type"] == "flexible"
    assert life.local.events()[0]["data"]["previous_attributes"]["billing_mode"]["type"] == "classic"
    assert life.local.refused("post", path, **flexible).param == "billing_mode[type]"
    life.local.delete(f"{SUBSCRIPTIONS}/{old['id']}")
    assert "is canceled cannot be migrated" in life.local.refused("post", path, **flexible).message


def test_discounts_of_prorations_are_included_as_they_are_anyway(life: Life) -> None:
    included: Any = {"type": "flexible", "flexible": {"proration_discounts": "included"}}
    assert life.subscribe(price(life.local), billing_mode=included)["billing_mode"]["type"] == "flexible"
    itemized: Any = {"type": "flexible", "flexible": {"proration_discounts": "itemized"}}
    form: Any = {"customer": life.customer, "items": [{"price": price(life.local)}], "billing_mode": itemized}
    assert "itemizes no discounts" in life.local.refused("post", "/v1/subscriptions", **form).message
