"""`billing code check`: whether a promotion code would be taken, for how much off, and if not, why."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.conftest import Billing
from tests.subscriptions.conftest import Shop

NOT_TAKEN = 4
SOON = 60 * 60


class Codes:
    """A shop with a fifth off for three months, and two things to buy."""

    def __init__(self, billing: Billing, shop: Shop) -> None:
        self.billing, self.shop = billing, shop
        self.pro = shop.product("Pro")
        self.team = shop.product("Team")
        shop.price(self.pro, lookup_key="pro")
        shop.price(self.team, lookup_key="team", unit_amount=5000)
        shop.post("/v1/prices", product=self.pro, currency="usd", unit_amount=25000, lookup_key="setup")

    def coupon(self, **params: Any) -> str:
        wanted = params or {"percent_off": 20, "duration": "repeating", "duration_in_months": 3}
        return str(self.shop.post("/v1/coupons", **wanted)["id"])

    def issue(self, coupon: str | None = None, code: str = "LAUNCH", **params: Any) -> str:
        promotion = {"type": "coupon", "coupon": coupon or self.coupon()}
        return str(self.shop.post("/v1/promotion_codes", code=code, promotion=promotion, **params)["id"])

    def check(self, *argv: str, code: int = 0) -> Any:
        ran = self.billing("code", "check", *argv, "--local", "--output", "json")
        assert ran.code == code, f"exit {ran.code}\n{ran.out}{ran.err}"
        return ran.json

    def reasons(self, *argv: str) -> list[str]:
        found = self.check(*argv, code=NOT_TAKEN)
        assert not found["taken"]
        return [one["reason"] for one in found["reasons"]]


@pytest.fixture
def codes(billing: Billing, shop: Shop) -> Codes:
    return Codes(billing, shop)


class TestTaken:
    def test_by_stripes_preview_of_the_first_invoice(self, codes: Codes) -> None:
        issued = codes.issue()

        found = codes.check("launch", "--price", "pro:2", "--price", "setup")

        assert found["taken"] and (found["id"], found["code"]) == (issued, "LAUNCH")
        assert (found["subtotal"], found["discounted"], found["total"]) == (28000, 5600, 22400)
        assert (found["percent_off"], found["duration_in_months"]) == ("20", 3)

    def test_for_a_customer_by_email(self, codes: Codes) -> None:
        codes.issue(restrictions={"first_time_transaction": True})
        customer = codes.shop.customer(email="ada@example.com")["id"]

        found = codes.check("LAUNCH", "--customer", "ada@example.com", "--price", "team")

        assert (found["customer"], found["discounted"], found["conditions"]) == (customer, 1000, [])

    def test_what_is_bought_once_is_not_added_to_the_customers_next_invoice(self, codes: Codes) -> None:
        codes.issue()
        customer = codes.shop.with_card(email="ada@example.com")["id"]
        codes.shop.subscription(customer, codes.shop.price(unit_amount=9900)["id"])

        found = codes.check("LAUNCH", "--customer", customer, "--price", "setup")

        assert (found["subtotal"], found["total"]) == (25000, 20000)

    def test_nothing_is_redeemed(self, codes: Codes) -> None:
        issued = codes.issue(max_redemptions=1)
        codes.check("LAUNCH", "--price", "pro")

        assert codes.shop.api.get(f"/v1/promotion_codes/{issued}")["times_redeemed"] == 0

    def test_an_amount_for_some_of_the_products_only(self, codes: Codes) -> None:
        amount = {"amount_off": 2000, "currency": "usd", "duration": "once"}
        codes.issue(codes.coupon(**amount, applies_to={"products": [codes.pro]}))

        found = codes.check("LAUNCH", "--price", "team", "--price", "pro")

        assert (found["subtotal"], found["discounted"]) == (6500, 1500)

    def test_what_is_not_known_without_customer_and_price_is_a_condition(self, codes: Codes) -> None:
        least = {"minimum_amount": 4000, "minimum_amount_currency": "usd", "first_time_transaction": True}
        codes.issue(restrictions=least)
        ran = codes.billing.ok("code", "check", "LAUNCH", "--local")

        assert ran.out.splitlines()[:3] == [
            "LAUNCH would be taken if",
            "             it is the customer's first purchase",
            "             at least $40.00 is bought",
        ]
        assert "20% for 3 months" in ran.out


class TestRefused:
    def test_a_code_that_there_is_not(self, codes: Codes) -> None:
        found = codes.check("NOPE", code=NOT_TAKEN)

        assert (found["id"], found["code"], found["reasons"][0]["reason"]) == (None, "NOPE", "unknown")

    def test_one_that_was_made_inactive(self, codes: Codes) -> None:
        codes.shop.post(f"/v1/promotion_codes/{codes.issue()}", active=False)

        assert codes.reasons("LAUNCH") == ["inactive"]

    def test_one_that_has_expired(self, codes: Codes, monkeypatch: pytest.MonkeyPatch) -> None:
        codes.issue(expires_at=int(time.time()) + SOON)
        now = time.time() + 2 * SOON
        monkeypatch.setattr(time, "time", lambda: now)

        assert codes.reasons("LAUNCH") == ["expired"]

    def test_one_that_is_used_up_and_the_newest_of_several(self, codes: Codes) -> None:
        codes.shop.post(f"/v1/promotion_codes/{codes.issue()}", active=False)
        issued = codes.issue(max_redemptions=1)
        customer = codes.shop.with_card()["id"]
        codes.shop.subscription(customer, codes.shop.price()["id"], discounts=[{"promotion_code": issued}])

        assert codes.reasons("LAUNCH") == ["used_up"]

    def test_one_whose_coupon_is_not_valid(self, codes: Codes) -> None:
        coupon = codes.coupon(percent_off=20, duration="once", max_redemptions=1)
        codes.issue(coupon)
        customer = codes.shop.with_card()["id"]
        codes.shop.subscription(customer, codes.shop.price()["id"], discounts=[{"coupon": coupon}])

        found = codes.check("LAUNCH", code=NOT_TAKEN)

        assert [one["reason"] for one in found["reasons"]] == ["coupon_invalid"]
        assert found["reasons"][0]["message"] == f"its coupon {coupon} was redeemed once, as often as it may be"

    def test_one_whose_coupon_was_deleted(self, codes: Codes) -> None:
        coupon = codes.coupon()
        codes.issue(coupon)
        codes.shop.api.delete(f"/v1/coupons/{coupon}")

        assert codes.reasons("LAUNCH", "--price", "pro") == ["coupon_invalid"]

    def test_another_customers(self, codes: Codes) -> None:
        owner, other = codes.shop.customer()["id"], codes.shop.customer()["id"]
        codes.issue(customer=owner)

        assert codes.check("LAUNCH", "--customer", owner)["taken"]
        assert codes.reasons("LAUNCH", "--customer", other) == ["other_customer"]
        assert codes.check("LAUNCH")["conditions"] == [f"{owner} uses it"]

    def test_a_first_purchase_by_one_who_has_paid(self, codes: Codes) -> None:
        codes.issue(restrictions={"first_time_transaction": True})
        customer = codes.shop.with_card()["id"]
        codes.shop.subscription(customer, codes.shop.price()["id"])

        assert codes.reasons("LAUNCH", "--customer", customer) == ["first_time_transaction"]

    def test_too_small_a_purchase_and_one_in_another_currency(self, codes: Codes) -> None:
        codes.issue(restrictions={"minimum_amount": 4000, "minimum_amount_currency": "usd"})
        codes.shop.price(codes.pro, lookup_key="euro", currency="eur")

        assert codes.reasons("LAUNCH", "--price", "pro") == ["minimum_amount"]
        assert codes.check("LAUNCH", "--price", "pro:3")["discounted"] == 900
        assert codes.reasons("LAUNCH", "--price", "euro") == ["currency"]

    def test_an_amount_in_another_currency(self, codes: Codes) -> None:
        codes.issue(codes.coupon(amount_off=500, currency="usd", duration="once"))
        codes.shop.price(codes.pro, lookup_key="euro", currency="eur")

        assert codes.reasons("LAUNCH", "--price", "euro") == ["currency"]

    def test_other_products(self, codes: Codes) -> None:
        codes.issue(codes.coupon(percent_off=20, duration="once", applies_to={"products": [codes.pro]}))

        assert codes.reasons("LAUNCH", "--price", "team") == ["products"]

    def test_all_reasons_at_once(self, codes: Codes) -> None:
        least = {"minimum_amount": 9000, "minimum_amount_currency": "usd", "first_time_transaction": True}
        codes.issue(customer=codes.shop.customer()["id"], restrictions=least)
        paying = codes.shop.with_card()["id"]
        codes.shop.subscription(paying, codes.shop.price()["id"])

        found = codes.reasons("LAUNCH", "--customer", paying, "--price", "pro")

        assert found == ["other_customer", "first_time_transaction", "minimum_amount"]


class TestSeveral:
    def test_codes_of_several_customers_are_ambiguous_until_one_is_named(self, codes: Codes) -> None:
        coupon = codes.coupon()
        customers = [codes.shop.customer()["id"] for _ in range(2)]
        issued = {one: codes.issue(coupon, customer=one) for one in customers}

        ran = codes.billing("code", "check", "LAUNCH", "--local")

        assert ran.code == 1 and "2 active promotion codes are written LAUNCH" in ran.err and "--customer" in ran.err
        assert {codes.check("LAUNCH", "--customer", one)["id"] for one in customers} == set(issued.values())
        assert codes.check(issued[customers[0]])["id"] == issued[customers[0]]

    def test_an_active_code_goes_before_those_that_ended(self, codes: Codes) -> None:
        issued = codes.issue()
        codes.issue(active=False)

        assert codes.check("LAUNCH")["id"] == issued


def test_currency_goes_with_price(codes: Codes) -> None:
    assert codes.billing("code", "check", "LAUNCH", "--currency", "eur", "--local").code == 2
