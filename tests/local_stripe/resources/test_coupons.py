"""Coupons and promotion codes (https://docs.stripe.com/billing/subscriptions/coupons)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import NOW, Clock, Local, Refusal
from tests.local_stripe.life import Life, moment, price
from tests.local_stripe.making import code, coupon


def test_a_coupon_says_what_it_takes_off_and_for_how_long(local: Local) -> None:
    new_coupon = local.post("/v1/coupons", id="SPRING", percent_off=25.5, duration="repeating", duration_in_months=3)
    assert (new_coupon["id"], new_coupon["percent_off"], new_coupon["duration_in_months"], new_coupon["valid"]) == (
        "SPRING",
        25.5,
        3,
        True,
    )
    assert "currency_options" not in new_coupon
    other = local.post(
        "/v1/coupons",
        amount_off=500,
        currency="usd",
        currency_options={"eur": {"amount_off": 450}},
        duration="once",
        expand=["currency_options"],
    )
    assert other["currency_options"] == {"eur": {"amount_off": 450}, "usd": {"amount_off": 500}}
    assert [one["id"] for one in local.get("/v1/coupons")["data"]] == [other["id"], "SPRING"]


def test_of_a_coupon_its_name_metadata_and_currencies_change(local: Local) -> None:
    id = coupon(local, amount_off=500, currency="usd", metadata={"a": "1"})
    options = {"eur": {"amount_off": 450}}
    path = f"/v1/coupons/{id}"
    after = local.post(path, name="Spring", metadata={"b": "2"}, currency_options=options, expand=["currency_options"])
    assert (after["name"], after["metadata"]) == ("Spring", {"a": "1", "b": "2"})
    assert after["currency_options"]["eur"] == {"amount_off": 450}
    assert local.refused("post", path, percent_off=5).code == "parameter_unknown"
    local.delete(path)
    assert local.refused("get", path).code == "resource_missing"
    assert [event["type"] for event in local.events(type="coupon.*")] == [
        "coupon.deleted",
        "coupon.updated",
        "coupon.created",
    ]


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"percent_off": 5, "duration": "once", "duration_in_months": 2}, "duration_in_months"),
        ({"percent_off": 5, "applies_to": {"products": ["prod_none"]}}, "applies_to[products][0]"),
    ],
)
def test_coupons_that_cannot_be(local: Local, params: dict[str, Any], param: str) -> None:
    assert local.refused("post", "/v1/coupons", **params).param == param


PAST = (
    "The parameter `{}` expects a unix timestamp representing a date and time in the future. You specified the value "
    "`1000` which is in the past."
)
FAR = "Invalid timestamp: can be no more than five years in the future."
TOO_FAR = NOW + 6 * 366 * 86400


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({}, Refusal("Must provide percent_off or amount_off.", "parameter_missing")),
        (
            {"percent_off": 10, "amount_off": 500, "currency": "usd"},
            Refusal("Received both percent_off and amount_off parameters. Please pass in only one."),
        ),
        ({"amount_off": 500}, Refusal("You must pass currency when passing amount_off", param="currency")),
        (
            {"percent_off": 10, "duration": "repeating"},
            Refusal(
                "The duration_in_months param must be set when creating a coupon with a repeating duration",
                param="duration",
            ),
        ),
        (
            {"percent_off": 0},
            Refusal("This value must be greater than or equal to 0.01 (it currently is '0.0').", param="percent_off"),
        ),
        (
            {"percent_off": -5},
            Refusal("This value must be greater than or equal to 0.01 (it currently is '-5.0').", param="percent_off"),
        ),
        (
            {"percent_off": 100.5},
            Refusal("This value must be less than or equal to 100 (it currently is '100.5').", param="percent_off"),
        ),
        ({"percent_off": 10, "redeem_by": 1000}, Refusal(PAST.format("redeem_by"), param="redeem_by")),
        ({"percent_off": 10, "redeem_by": TOO_FAR}, Refusal(FAR, param="redeem_by")),
        (
            {"percent_off": 5, "currency_options": {"eur": {"amount_off": 4}}},
            Refusal(
                "You may only specify one of these parameters: currency_options, percent_off.", param="currency_options"
            ),
        ),
        (
            {"amount_off": 5, "currency": "usd", "currency_options": 5},
            Refusal("Invalid object", param="currency_options"),
        ),
    ],
)
def test_a_coupon_is_refused_in_stripe_s_words(local: Local, params: dict[str, Any], refusal: Refusal) -> None:
    """Recorded 2026-08-26.dahlia, or of the recorded kind: the negative, the large and the far ones."""
    assert local.refused("post", "/v1/coupons", **params) == refusal


def test_a_deleted_coupon_is_told_as_invalid_and_a_percentage_as_a_float(local: Local) -> None:
    new_coupon = local.post("/v1/coupons", percent_off=10)
    assert repr(new_coupon["percent_off"]) == "10.0"
    local.delete(f"/v1/coupons/{new_coupon['id']}")
    assert local.events()[0]["data"] == {"object": {**new_coupon, "valid": False}}


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        (
            {"code": "has spaces!"},
            Refusal(
                r"This value must match the regex pattern. (/\A[a-zA-Z0-9\-_]+\z/ does not match for the value has spaces!).",
                param="code",
            ),
        ),
        ({"expires_at": 1000}, Refusal(PAST.format("expires_at"), param="expires_at")),
        ({"expires_at": TOO_FAR}, Refusal(FAR, param="expires_at")),
        ({"customer": "cus_nope"}, Refusal("No such customer: 'cus_nope'", "resource_missing", "customer")),
        (
            {"restrictions": {"minimum_amount": 5}},
            Refusal(
                "You must pass minimum_amount_currency when passing minimum_amount",
                param="restrictions[minimum_amount_currency]",
            ),
        ),
        (
            {"promotion": {"type": "coupon"}},
            Refusal("You must pass promotion.coupon when passing promotion", param="promotion.coupon"),
        ),
        (
            {"promotion": {"type": "coupon", "coupon": "NOPE1234"}},
            Refusal("No such coupon: 'NOPE1234'", "resource_missing", "promotion[coupon]"),
        ),
    ],
)
def test_a_promotion_code_is_refused_in_stripe_s_words(local: Local, params: dict[str, Any], refusal: Refusal) -> None:
    """Recorded 2026-08-26.dahlia, but for the restriction."""
    promotion = {"type": "coupon", "coupon": coupon(local, percent_off=5)}
    assert local.refused("post", "/v1/promotion_codes", **{"promotion": promotion, **params}) == refusal


def test_a_coupon_id_is_taken_once(local: Local) -> None:
    coupon(local, id="SPRING", percent_off=5)
    assert local.refused("post", "/v1/coupons", id="SPRING", percent_off=5) == Refusal(
        "Coupon already exists.", "resource_already_exists"
    )


def test_a_coupon_is_invalid_after_its_last_day(local: Local, clock: Clock) -> None:
    id = coupon(local, percent_off=5, redeem_by=NOW + 100)
    clock.now = NOW + 101
    assert local.get(f"/v1/coupons/{id}")["valid"] is False
    life = Life.begin(local)
    params = {"customer": life.customer, "items": [{"price": price(local)}], "discounts": [{"coupon": id}]}
    refusal = local.refused("post", "/v1/subscriptions", **params)
    assert refusal == Refusal(
        f"Coupon {id} is expired and cannot be applied.", "coupon_expired", "discounts[0][coupon]"
    )


def test_a_coupon_is_used_up(local: Local) -> None:
    life = Life.begin(local)
    id = coupon(local, percent_off=5, max_redemptions=1)
    life.subscribe(price(local), discounts=[{"coupon": id}])
    after = local.get(f"/v1/coupons/{id}")
    assert (after["times_redeemed"], after["valid"]) == (1, False)
    again = {"customer": life.customer, "items": [{"price": price(local)}], "discounts": [{"coupon": id}]}
    refusal = local.refused("post", "/v1/subscriptions", **again)
    assert refusal.message == f"Coupon {id} is used up and cannot be applied."


def test_promotion_codes_are_found_by_what_is_typed(local: Local) -> None:
    id = coupon(local, percent_off=20, duration="once")
    made = code(local, id, code="FALL20")
    assert made["promotion"] == {"coupon": id, "type": "coupon"}
    [found] = local.get("/v1/promotion_codes", code="fall20", expand=["data.promotion.coupon"])["data"]
    assert found["promotion"]["coupon"]["percent_off"] == 20
    assert local.refused(
        "post", "/v1/promotion_codes", promotion={"type": "coupon", "coupon": id}, code="Fall20"
    ) == Refusal("An active promotion code with `code: Fall20` already exists.")
    local.post(f"/v1/promotion_codes/{made['id']}", active=False)
    again = code(local, id, code="FALL20")
    assert [one["id"] for one in local.get("/v1/promotion_codes", active=True, coupon=id)["data"]] == [again["id"]]
    assert local.refused("post", f"/v1/promotion_codes/{made['id']}", active="true").message.endswith("already exists.")


def test_a_code_is_taken_once_for_each_customer(local: Local) -> None:
    """The SDK's `_promotion_code.py`: unique across all active promotion codes for each customer."""
    id = coupon(local, percent_off=5)
    ada, bob = Life.begin(local).customer, Life.begin(local).customer
    code(local, id, code="HELLO", customer=ada)
    code(local, id, code="hello", customer=bob)
    taken = "An active promotion code with `code: Hello` already exists."
    for whose in ({"customer": ada}, {}):
        promotion = {"type": "coupon", "coupon": id}
        assert local.refused("post", "/v1/promotion_codes", promotion=promotion, code="Hello", **whose).message == taken


def test_a_promotion_code_without_one_gets_a_code(local: Local) -> None:
    assert len(code(local, coupon(local, percent_off=20))["code"]) == 8


def test_a_promotion_code_ends_by_time_and_by_number(local: Local, clock: Clock) -> None:
    life = Life.begin(local)
    id = coupon(local, percent_off=20, duration="forever")
    short = code(local, id, expires_at=NOW + 100)
    single = code(local, id, max_redemptions=1)
    life.subscribe(price(local), discounts=[{"promotion_code": single["id"]}])
    clock.now = NOW + 101
    for one in (short, single):
        assert local.get(f"/v1/promotion_codes/{one['id']}")["active"] is False
        refusal = local.refused(
            "post",
            "/v1/subscriptions",
            customer=life.customer,
            items=[{"price": price(local)}],
            discounts=[{"promotion_code": one["id"]}],
        )
        assert refusal.param == "discounts[0][promotion_code]"


def test_the_codes_of_a_coupon_that_is_not_valid_are_not_active(local: Local, clock: Clock) -> None:
    """The SDK's `_promotion_code.py`: only active if the coupon is also valid."""
    late = coupon(local, percent_off=20, redeem_by=NOW + 100)
    single = coupon(local, percent_off=20, max_redemptions=1)
    gone = coupon(local, percent_off=20)
    codes = [code(local, id)["id"] for id in (late, single, gone)]
    Life.begin(local).subscribe(price(local), discounts=[{"promotion_code": codes[1]}])
    local.delete(f"/v1/coupons/{gone}")
    clock.now = NOW + 101

    assert [local.get(f"/v1/promotion_codes/{id}")["active"] for id in codes] == [False] * 3
    assert local.get(f"/v1/promotion_codes/{codes[1]}")["times_redeemed"] == 1


def test_the_restrictions_of_a_promotion_code_are_kept(local: Local) -> None:
    id = coupon(local, percent_off=20, duration="forever")
    life, other = Life.begin(local), Life.begin(local)
    first = code(local, id, restrictions={"first_time_transaction": True})
    large = code(local, id, restrictions={"minimum_amount": 2000, "minimum_amount_currency": "usd"})
    private = code(local, id, customer=other.customer)
    life.subscribe(price(local))

    def refusal(promotion: Any, amount: int = 1500) -> str:
        items = [{"price": price(local, amount)}]
        discounts = [{"promotion_code": promotion["id"]}]
        return local.refused(
            "post", "/v1/subscriptions", customer=life.customer, items=items, discounts=discounts
        ).message

    assert "prior transactions" in refusal(first)
    assert refusal(large).endswith("the associated purchase does not meet the minimum amount requirement.")
    assert "this customer" in refusal(private)
    redeemed = life.subscribe(price(local, 2000), discounts=[{"promotion_code": large["id"]}])
    assert life.totals(redeemed["id"]) == [1600]
    assert local.get(f"/v1/promotion_codes/{large['id']}")["times_redeemed"] == 1
    whole = local.get(f"/v1/promotion_codes/{large['id']}", expand=["restrictions.currency_options"])
    assert whole["restrictions"]["currency_options"] == {"usd": {"minimum_amount": 2000}}


def test_a_trial_starts_no_discount_for_one_invoice(local: Local) -> None:
    life = Life.begin(local)
    id = coupon(local, percent_off=50, duration="once")
    subscription = life.subscribe(price(local, 1000), discounts=[{"coupon": id}], trial_period_days=7)
    life.advance("2026-02-09")
    assert life.totals(subscription["id"]) == [0, 500, 1000]
    assert moment("2026-01-08") == life.subscription(subscription["id"])["trial_end"]


def test_a_caller_of_an_earlier_version_names_the_coupon_of_a_code(local: Local) -> None:
    """https://docs.stripe.com/changelog/clover/2025-09-30/polymorphic-coupon."""
    coupon = local.post("/v1/coupons", percent_off=10, duration="once")["id"]
    form = f"coupon={coupon}&code=SPRING"
    today = local.send("post", "/v1/promotion_codes", form, headers={"Stripe-Version": "2025-09-30.clover"}).refusal
    assert (today.code, today.param) == ("parameter_unknown", "coupon")
    earlier = local.send("post", "/v1/promotion_codes", form, headers={"Stripe-Version": "2025-08-27.basil"}).json
    assert (earlier["code"], earlier["promotion"]) == ("SPRING", {"coupon": coupon, "type": "coupon"})


def test_a_caller_of_an_earlier_version_names_the_one_discount_of_a_subscription(local: Local) -> None:
    """https://docs.stripe.com/changelog/basil/2025-03-31/deprecate-singular-coupon-promotion-code."""
    life = Life.begin(local)
    half = coupon(local, percent_off=50, duration="forever")
    code = local.post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": half})["id"]
    earlier, basil = {"Stripe-Version": "2025-02-24.acacia"}, {"Stripe-Version": "2025-03-31.basil"}
    form = f"customer={life.customer}&items[0][price]={price(local, 1000)}&expand[]=latest_invoice"
    reply_json = local.send("post", "/v1/subscriptions", f"{form}&coupon={half}", headers=basil).refusal
    assert (reply_json.code, reply_json.param) == ("parameter_unknown", "coupon")
    for named in f"coupon={half}", f"promotion_code={code}":
        made = local.send("post", "/v1/subscriptions", f"{form}&{named}", headers=earlier).json
        assert made["latest_invoice"]["total"] == 500
    taken_off = local.send("post", f"/v1/subscriptions/{made['id']}", "coupon=", headers=earlier).json
    assert taken_off["discounts"] == []
