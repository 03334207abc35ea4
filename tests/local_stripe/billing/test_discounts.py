"""Discounts on subscriptions and their invoices (https://docs.stripe.com/billing/subscriptions/coupons)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stripe_billing_cli.local_stripe.billing.discounts import discounting
from stripe_billing_cli.local_stripe.billing.discounts.discounting import DiscountableLine, Terms
from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, moment, price
from tests.local_stripe.making import code, coupon

PATH = "/v1/subscriptions"


def test_a_discount_names_its_coupon_and_code(local: Local) -> None:
    life = Life.begin(local)
    promotion = code(local, coupon(local, id="HALF", percent_off=50, duration="repeating", duration_in_months=2))
    subscription = life.subscribe(
        price(local), discounts=[{"promotion_code": promotion["id"]}], expand=["discounts.source.coupon"]
    )
    [discount] = subscription["discounts"]
    assert discount["source"]["coupon"]["percent_off"] == 50
    assert discount["promotion_code"] == promotion["id"]
    assert (discount["start"], discount["end"]) == (moment("2026-01-01"), moment("2026-03-01"))
    assert (discount["customer"], discount["subscription"]) == (life.customer, subscription["id"])


def test_an_invoice_shows_what_was_taken_off_each_line(local: Local) -> None:
    life = Life.begin(local)
    id = coupon(local, percent_off=10, duration="forever")
    subscription = life.subscribe(price(local, 1505), price(local, 995), discounts=[{"coupon": id}])
    [invoice] = life.invoices(subscription["id"])
    [discount] = subscription["discounts"]
    assert invoice["discounts"] == [discount]
    assert (invoice["subtotal"], invoice["total"], invoice["amount_paid"]) == (2500, 2249, 2249)
    assert [line["discount_amounts"] for line in invoice["lines"]["data"]] == [
        [{"amount": 100, "discount": discount}],
        [{"amount": 151, "discount": discount}],
    ]
    assert invoice["total_discount_amounts"] == [{"amount": 251, "discount": discount}]
    whole = local.get(f"/v1/invoices/{invoice['id']}", expand=["total_discount_amounts.discount"])
    assert whole["total_discount_amounts"][0]["discount"]["source"]["coupon"] == id


def test_once_repeating_and_forever(local: Local) -> None:
    totals = {}
    for duration in ("once", "repeating", "forever"):
        life = Life.begin(local)
        months = {"duration_in_months": 3} if duration == "repeating" else {}
        id = coupon(local, percent_off=50, duration=duration, **months)
        subscription = life.subscribe(price(local, 1000), discounts=[{"coupon": id}])
        life.advance("2026-05-02")
        totals[duration] = life.totals(subscription["id"])
        left = life.subscription(subscription["id"])["discounts"]
        assert left == (subscription["discounts"] if duration == "forever" else [])
    assert totals == {
        "once": [500, 1000, 1000, 1000, 1000],
        "repeating": [500, 500, 500, 1000, 1000],
        "forever": [500, 500, 500, 500, 500],
    }


def test_an_amount_is_taken_off_once_for_the_whole_invoice(local: Local) -> None:
    life = Life.begin(local)
    id = coupon(local, amount_off=1000, currency="usd", duration="forever")
    subscription = life.subscribe(price(local, 1000), price(local, 2000), discounts=[{"coupon": id}])
    [invoice] = life.invoices(subscription["id"])
    assert invoice["total"] == 2000
    assert [line["discount_amounts"][0]["amount"] for line in invoice["lines"]["data"]] == [667, 333]


def test_an_amount_larger_than_the_invoice_leaves_nothing_to_pay(local: Local) -> None:
    life = Life.begin(local)
    id = coupon(local, amount_off=5000, currency="usd", duration="once")
    subscription = life.subscribe(price(local, 1500), discounts=[{"coupon": id}])
    assert [(one["total"], one["status"]) for one in life.invoices(subscription["id"])] == [(0, "paid")]


def test_an_amount_in_another_currency_is_refused_unless_it_has_an_option(local: Local) -> None:
    life = Life.begin(local)
    dollars = coupon(local, amount_off=500, currency="usd", duration="once")
    both = coupon(local, amount_off=500, currency="usd", currency_options={"eur": {"amount_off": 400}})
    euros = price(local, 2000, currency="eur")
    params = {"customer": life.customer, "items": [{"price": euros}]}
    refusal = local.refused("post", PATH, **params, discounts=[{"coupon": dollars}])
    assert refusal.param == "discounts[0][coupon]"
    assert life.totals(life.subscribe(euros, discounts=[{"coupon": both}])["id"]) == [1600]


def test_a_coupon_for_a_product_leaves_others_alone(local: Local) -> None:
    life = Life.begin(local)
    product = local.product()["id"]
    id = coupon(local, percent_off=50, duration="forever", applies_to={"products": [product]})
    subscription = life.subscribe(price(local, 1000, product=product), price(local, 600), discounts=[{"coupon": id}])
    assert life.totals(subscription["id"]) == [1100]


def test_discounts_stack_in_their_order(local: Local) -> None:
    life = Life.begin(local)
    half = coupon(local, percent_off=50, duration="forever")
    ten = coupon(local, amount_off=1000, currency="usd", duration="forever")
    first = life.subscribe(price(local, 4000), discounts=[{"coupon": half}, {"coupon": ten}])
    second = life.subscribe(price(local, 4000), discounts=[{"coupon": ten}, {"coupon": half}])
    assert (life.totals(first["id"]), life.totals(second["id"])) == ([1000], [1500])


def test_a_coupon_of_100_percent_makes_it_active_at_once_and_asks_for_a_card(local: Local) -> None:
    life = Life.begin(local, card=None)
    id = coupon(local, percent_off=100, duration="once")
    subscription = life.subscribe(
        price(local),
        discounts=[{"coupon": id}],
        payment_behavior="default_incomplete",
        expand=["pending_setup_intent", "latest_invoice"],
    )
    assert subscription["status"] == "active"
    assert subscription["pending_setup_intent"]["status"] == "requires_payment_method"
    assert (subscription["latest_invoice"]["status"], subscription["latest_invoice"]["total"]) == ("paid", 0)


def test_an_update_adds_switches_and_clears_discounts(local: Local) -> None:
    life = Life.begin(local)
    ten, half = coupon(local, percent_off=10, duration="forever"), coupon(local, percent_off=50, duration="forever")
    id = life.subscribe(price(local, 1000))["id"]
    [first] = local.post(f"{PATH}/{id}", discounts=[{"coupon": ten}])["discounts"]
    [second] = local.post(f"{PATH}/{id}", discounts=[{"coupon": half}])["discounts"]
    both = local.post(f"{PATH}/{id}", discounts=[{"discount": second}, {"coupon": ten}])["discounts"]
    assert both[0] == second and first not in both
    life.advance("2026-02-01 02:00")
    assert local.post(f"{PATH}/{id}", discounts="")["discounts"] == []
    life.advance("2026-03-01 02:00")
    assert life.totals(id) == [1000, 450, 1000]
    assert life.events("customer.discount") == [
        "customer.discount.created",
        "customer.discount.updated",
        "customer.discount.created",
        "customer.discount.deleted",
        "customer.discount.deleted",
    ]


def test_the_discount_of_a_subscription_is_deleted_by_a_call_of_its_own(local: Local) -> None:
    life = Life.begin(local)
    id = life.subscribe(price(local), discounts=[{"coupon": coupon(local, percent_off=10, duration="forever")}])["id"]
    gone = local.delete(f"{PATH}/{id}/discount")
    assert (gone["deleted"], gone["subscription"]) == (True, id)
    assert life.subscription(id)["discounts"] == []
    refusal = local.refused("delete", f"{PATH}/{id}/discount")
    assert (refusal.message, refusal.status) == (f"No active discount for subscription: {id}", 404)
    for method in ("get", "delete"):
        assert local.refused(method, f"/v1/customers/{life.customer}/discount").code == "resource_missing"


def test_a_coupon_deleted_goes_on_where_it_was_redeemed(local: Local) -> None:
    life = Life.begin(local)
    id = coupon(local, percent_off=10, duration="forever")
    subscription = life.subscribe(price(local, 1000), discounts=[{"coupon": id}])
    local.delete(f"/v1/coupons/{id}")
    life.advance("2026-02-01 02:00")
    assert life.totals(subscription["id"]) == [900, 900]


def test_the_preview_has_the_discounts_of_the_subscription_or_others(local: Local) -> None:
    life = Life.begin(local)
    id = life.subscribe(price(local, 1000), discounts=[{"coupon": coupon(local, percent_off=10, duration="forever")}])
    half = coupon(local, percent_off=50, duration="forever")

    def total(**params: Any) -> int:
        return int(local.post("/v1/invoices/create_preview", subscription=id["id"], **params)["total"])

    assert (total(), total(discounts=[{"coupon": half}]), total(discounts="")) == (900, 500, 1000)
    assert local.get(f"/v1/coupons/{half}")["times_redeemed"] == 0


def test_a_proration_is_of_what_the_discount_leaves(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    half = coupon(local, percent_off=50, duration="forever")
    basic, pro = price(local, 3000), price(local, 9000)
    subscription = life.subscribe(basic, discounts=[{"coupon": half}])
    life.advance("2026-04-16")
    item = subscription["items"]["data"][0]["id"]
    change = {"items": [{"id": item, "price": pro}], "proration_behavior": "always_invoice"}
    preview = local.post("/v1/invoices/create_preview", subscription=subscription["id"], subscription_details=change)
    local.post(f"{PATH}/{subscription['id']}", **change)
    first, second = life.invoices(subscription["id"])
    assert [line["amount"] for line in second["lines"]["data"]] == [-750, 2250]
    assert (first["total"], second["total"], preview["total"]) == (1500, 1500, 1500)
    for line in second["lines"]["data"]:
        assert line["discountable"] is False
        assert line["discount_amounts"] == [{"amount": 0, "discount": subscription["discounts"][0]}]
    life.advance("2026-05-01 02:00")
    assert life.totals(subscription["id"])[-1] == 4500


def test_a_credit_gives_back_what_was_paid_not_what_the_price_is(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    once = coupon(local, percent_off=50, duration="once")
    basic, pro = price(local, 3000), price(local, 9000)
    subscription = life.subscribe(basic, discounts=[{"coupon": once}])
    life.advance("2026-04-16")
    item = subscription["items"]["data"][0]["id"]
    local.post(f"{PATH}/{subscription['id']}", items=[{"id": item, "price": pro}], proration_behavior="always_invoice")
    assert life.totals(subscription["id"]) == [1500, 4500 - 750]


def test_a_part_of_a_first_period_is_discounted_too(local: Local) -> None:
    life = Life.begin(local, "2026-04-16")
    half = coupon(local, percent_off=50, duration="forever")
    subscription = life.subscribe(
        price(local, 3000), discounts=[{"coupon": half}], billing_cycle_anchor=moment("2026-05-01")
    )
    assert life.totals(subscription["id"]) == [750]


def test_phases_of_a_schedule_bring_and_end_discounts(local: Local) -> None:
    life = Life.begin(local)
    half = coupon(local, percent_off=50, duration="forever")
    basic = price(local, 1000)
    two_months = {"interval": "month", "interval_count": 2}
    subscription_schedule = local.post(
        "/v1/subscription_schedules",
        customer=life.customer,
        phases=[
            {"items": [{"price": basic}], "discounts": [{"coupon": half}], "duration": two_months},
            {"items": [{"price": basic}]},
        ],
    )
    assert subscription_schedule["phases"][0]["discounts"] == [
        {"coupon": half, "discount": None, "promotion_code": None}
    ]
    life.advance("2026-04-02")
    assert life.totals(subscription_schedule["subscription"]) == [500, 500, 1000, 1000]


def test_a_schedule_made_from_a_subscription_keeps_its_discount(local: Local) -> None:
    life = Life.begin(local)
    half = coupon(local, percent_off=50, duration="forever")
    basic, pro = price(local, 1000), price(local, 2000)
    subscription = life.subscribe(basic, discounts=[{"coupon": half}])
    subscription_schedule = local.post("/v1/subscription_schedules", from_subscription=subscription["id"])
    now = subscription_schedule["phases"][0]
    [of_phase] = now["discounts"]
    assert of_phase["discount"] == subscription["discounts"][0]
    kept = {"items": [{"price": basic}], "start_date": now["start_date"], "end_date": now["end_date"]}
    discounts = [{"discount": of_phase["discount"]}]
    local.post(
        f"/v1/subscription_schedules/{subscription_schedule['id']}",
        phases=[{**kept, "discounts": discounts}, {"items": [{"price": pro}], "discounts": discounts}],
    )
    life.advance("2026-02-01 02:00")
    assert life.totals(subscription["id"]) == [500, 1000]


def test_what_a_discount_cannot_be(local: Local) -> None:
    life = Life.begin(local)
    params = {"customer": life.customer, "items": [{"price": price(local)}]}
    for wanted, param in (
        ({"coupon": "NONE"}, "discounts[0][coupon]"),
        ({"promotion_code": "promo_none"}, "discounts[0][promotion_code]"),
        ({"discount": "di_none"}, "discounts[0][discount]"),
    ):
        refusal = local.refused("post", PATH, **params, discounts=[wanted])
        assert (refusal.code, refusal.param) == ("resource_missing", param)
    refusal = local.refused("post", PATH, **params, discounts=[{"coupon": "A", "discount": "B"}])
    assert refusal.param == "discounts[0][coupon]"


@given(st.integers(0, 10_000), st.lists(st.integers(0, 10_000), min_size=1, max_size=8))
def test_an_amount_is_spread_without_loss_and_within_each_line(amount: int, over: list[int]) -> None:
    amount = min(amount, sum(over))
    shares = discounting.spread(amount, over)
    assert sum(shares) == amount
    assert all(0 <= share <= part for share, part in zip(shares, over, strict=True))


@given(
    st.lists(st.integers(-5_000, 50_000), min_size=1, max_size=5),
    st.lists(
        st.one_of(st.decimals("0.01", 100, places=2), st.integers(1, 20_000)),
        max_size=4,
    ),
)
def test_no_line_is_discounted_below_nothing(amounts: list[int], offs: list[Decimal | int]) -> None:
    terms = [
        Terms(f"di_{at}", percent_off=off) if isinstance(off, Decimal) else Terms(f"di_{at}", amount_off=off)
        for at, off in enumerate(offs)
    ]
    taken = discounting.compute_reductions([DiscountableLine(amount, None) for amount in amounts], terms)
    for amount, off in zip(amounts, taken, strict=True):
        assert 0 <= sum(off.values()) <= max(amount, 0)


def test_a_change_of_interval_keeps_the_discount_on_the_next_invoice(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    id = coupon(local, percent_off=50, duration="forever")
    subscription = life.subscribe(price(local, 2000), discounts=[{"coupon": id}])
    items = [{"id": subscription["items"]["data"][0]["id"], "price": price(local, 10000, "year")}]
    local.post(f"/v1/subscriptions/{subscription['id']}", items=items, billing_cycle_anchor={"type": "now"})
    preview = local.post("/v1/invoices/create_preview", subscription=subscription["id"])
    assert (preview["total"], preview["created"]) == (5000, moment("2027-04-01"))
    life.advance("2027-04-01 01:01")
    assert life.totals(subscription["id"])[-1] == 5000
