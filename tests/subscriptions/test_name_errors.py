"""A price, a coupon or a promotion code whose name leads nowhere: what is meant is said."""

from __future__ import annotations

import pytest

from stripe_billing_cli.stripe_api import lookup
from tests.conftest import Billing
from tests.subscriptions.conftest import Shop


def test_the_lookup_key_that_is_written_most_like_it(shop: Shop) -> None:
    shop.price(lookup_key="plus.monthly")
    with pytest.raises(lookup.NoMatchError, match=r"no price has the lookup key plus\.month") as refused:
        lookup.find_price(shop.api, "plus.month")
    assert refused.value.hint == "did you mean plus.monthly?"


@pytest.mark.parametrize(
    ("option", "name", "message", "hint"),
    [
        ("--coupon", "WELCOME", "there is no coupon WELCOME: that is a promotion code", "--promotion-code WELCOME"),
        ("--coupon", "launch2", "there is no coupon launch2", "did you mean launch20?"),
        ("--coupon", "zzz", "No such coupon: 'zzz'", "check the id"),
        ("--promotion-code", "WELCOM", "there is no active promotion code WELCOM", "did you mean WELCOME?"),
        ("--promotion-code", "launch20", "launch20: that is a coupon", "--coupon launch20"),
        ("--promotion-code", "zzz", "there is no active promotion code zzz", "code check zzz"),
    ],
)
def test_a_discount(billing: Billing, shop: Shop, option: str, name: str, message: str, hint: str) -> None:
    customer, price = shop.with_card()["id"], shop.price()["id"]
    shop.post("/v1/coupons", id="launch20", percent_off=20)
    shop.post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": "launch20"}, code="WELCOME")

    ran = billing("sub", "create", "--local", "--customer", customer, "--price", price, option, name, "--yes")

    assert ran.code == 1
    assert message in ran.err
    assert hint in ran.err
    assert billing.ok("sub", "list", "--local", "-o", "id").out == ""
