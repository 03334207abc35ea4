"""Promotion codes in the catalog: what changes in place, what ends one and makes another, what Stripe ended itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import Account, Billing
from tests.contract import ContractTransport

NEXT_YEAR = datetime.now(UTC).year + 1
"""Stripe takes times within five years."""
EXPIRES_AT = int(datetime(NEXT_YEAR, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())
CATALOG = f"""\
version: 1
catalog: northwind
currency: usd
coupons:
  launch20: {{percent_off: 20, duration: once}}
  other: {{percent_off: 5, duration: once}}
promotion_codes:
  LAUNCH:
    coupon: launch20
    max_redemptions: 500
    expires_at: {NEXT_YEAR}-12-31T23:59:59Z
    restrictions:
      first_time_transaction: true
      minimum_amount: 1000
      currency_options: {{eur: {{minimum_amount: 900}}}}
    metadata: {{owner: sales}}
  spring: {{coupon: other, code: SPRING}}
"""
OPTIONS = {"expand": ["data.restrictions.currency_options"]}


def codes(account: Account) -> list[Any]:
    """Return all codes, oldest first."""
    return [one for page in account.api.pages("/v1/promotion_codes", OPTIONS) for one in page][::-1]


def active(account: Account) -> dict[str, Any]:
    return {one["code"]: one for one in codes(account) if one["active"]}


def redeem(account: Account, code: str) -> None:
    customer = account.post("/v1/customers")["id"]
    monthly = {"currency": "usd", "unit_amount": 1900, "recurring": {"interval": "month"}}
    price = account.post("/v1/prices", product_data={"name": "Shirt"}, **monthly)["id"]
    account.post(
        "/v1/subscriptions",
        customer=customer,
        items=[{"price": price}],
        discounts=[{"promotion_code": active(account)[code]["id"]}],
        payment_behavior="default_incomplete",
    )


def test_codes_are_created_and_a_second_plan_is_empty(billing: Billing, account: Account) -> None:
    billing.write(CATALOG)
    assert "2 promotion codes" in billing.ok("catalog", "validate").out
    output = billing.ok("catalog", "plan", "--local").out
    titles = [line for line in output.splitlines() if line.startswith("+ ")]
    assert {line[16] for line in titles} == {" "}, "the keys stand one below the other"

    assert "+ promotion_code LAUNCH  coupon launch20\n" in output
    assert "    restrictions: first purchase only, at least $10.00, at least €9.00\n" in output
    assert f"    expires_at: {NEXT_YEAR}-12-31T23:59:59Z\n" in output
    assert "+ promotion_code spring  code SPRING, coupon other\n" in output
    billing.ok("catalog", "apply", "--local")

    launch = active(account)["LAUNCH"]
    assert launch["promotion"] == {"type": "coupon", "coupon": "launch20"}
    assert (launch["max_redemptions"], launch["expires_at"]) == (500, EXPIRES_AT)
    restrictions = launch["restrictions"]
    assert (restrictions["first_time_transaction"], restrictions["minimum_amount_currency"]) == (True, "usd")
    assert {code: one["minimum_amount"] for code, one in restrictions["currency_options"].items()} == {
        "usd": 1000,
        "eur": 900,
    }
    assert active(account)["SPRING"]["metadata"]["billing_key"] == "spring"
    assert billing.plan()["changes"] == []


@pytest.mark.parametrize(
    "long",
    [
        CATALOG.replace("coupon: launch20", "promotion: {type: coupon, coupon: launch20}"),
        CATALOG.replace("coupon: launch20", "promotion: {coupon: launch20}"),
        CATALOG.replace(f"{NEXT_YEAR}-12-31T23:59:59Z", f'"{NEXT_YEAR + 1}-01-01T00:59:59+01:00"'),
        CATALOG.replace("minimum_amount: 1000", "minimum_amount: 1000\n      minimum_amount_currency: usd"),
        CATALOG.replace("coupon: launch20", "coupon: launch20\n    code: LAUNCH\n    active: true"),
    ],
)
def test_short_and_long_forms_are_the_same(billing: Billing, long: str) -> None:
    billing.apply(CATALOG)

    assert billing.plan(long)["changes"] == []


def test_metadata_currencies_and_being_active_change_in_place(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    before = active(account)

    billing.apply(
        CATALOG.replace("owner: sales", "owner: growth")
        .replace("{eur: {minimum_amount: 900}}", "{eur: {minimum_amount: 800}, gbp: {minimum_amount: 700}}")
        .replace("code: SPRING", "code: SPRING, active: false")
    )

    now = active(account)
    assert set(now) == {"LAUNCH"}
    assert now["LAUNCH"]["id"] == before["LAUNCH"]["id"]
    assert now["LAUNCH"]["metadata"]["owner"] == "growth"
    assert now["LAUNCH"]["restrictions"]["currency_options"]["gbp"]["minimum_amount"] == 700
    assert billing.plan()["changes"] == []
    billing.apply(CATALOG.replace("owner: sales", "owner: growth"))
    assert active(account)["SPRING"]["id"] == before["SPRING"]["id"]


def test_a_minimum_in_a_currency_cannot_be_taken_away(billing: Billing) -> None:
    billing.apply(CATALOG)
    billing.write(CATALOG.replace("      currency_options: {eur: {minimum_amount: 900}}\n", ""))

    ran = billing.ok("catalog", "plan", "--local")

    assert ran.out.startswith("No changes to make")
    assert "LAUNCH: its minimum in eur stays" in ran.err


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("max_redemptions: 500", "max_redemptions: 600", "max_redemptions"),
        (f"{NEXT_YEAR}-12-31", f"{NEXT_YEAR}-12-30", "expires_at"),
        ("coupon: launch20", "coupon: other", "coupon"),
        ("first_time_transaction: true", "first_time_transaction: false", "restrictions"),
        ("minimum_amount: 1000", "minimum_amount: 2000", "restrictions"),
        ("coupon: launch20", "coupon: launch20\n    code: LAUNCH-2", "code"),
    ],
)
def test_anything_else_ends_the_code_and_makes_another_once_agreed(
    billing: Billing, account: Account, before: str, after: str, field: str
) -> None:
    billing.apply(CATALOG)
    old = active(account)["LAUNCH"]
    redeem(account, "LAUNCH")
    billing.write(CATALOG.replace(before, after))

    ran = billing("catalog", "apply", "--local")

    assert ran.code == 2
    redemptions = "1 of 500 redeemed, 499 left, and the new code counts from zero"
    assert f"({field} cannot change on a promotion code; {redemptions})" in ran.out
    assert f"promotion code LAUNCH is ended and made anew: {redemptions}" in ran.err
    assert active(account)["LAUNCH"]["id"] == old["id"]
    [change] = billing.plan()["changes"]
    assert (change["action"], change["key"], change["id"]) == ("replace", "LAUNCH", old["id"])
    billing.ok("catalog", "apply", "--local", "--yes")
    [new] = [one for code, one in active(account).items() if code.startswith("LAUNCH")]
    assert (new["id"] == old["id"], new["times_redeemed"]) == (False, 0)
    assert new["restrictions"]["currency_options"]["eur"]["minimum_amount"] == 900
    assert billing.plan()["changes"] == []


def test_codes_may_change_places(billing: Billing, account: Account) -> None:
    """Both old ones are ended before either new one is made."""
    billing.apply(CATALOG)

    billing.apply(
        CATALOG.replace("code: SPRING", "code: launch").replace(
            "coupon: launch20", "coupon: launch20\n    code: Spring"
        ),
        "--yes",
    )

    now = active(account)
    assert {code: one["metadata"]["billing_key"] for code, one in now.items()} == {
        "launch": "spring",
        "Spring": "LAUNCH",
    }
    assert billing.plan()["changes"] == []


def test_a_code_goes_on_under_another_key(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    old = active(account)["SPRING"]["id"]

    billing.apply(CATALOG.replace("spring: {", "spring-sale: {"), "--prune")

    assert active(account)["SPRING"]["id"] == old
    assert active(account)["SPRING"]["metadata"]["billing_key"] == "spring-sale"
    assert billing.plan()["changes"] == []


def test_a_code_that_is_used_up_is_a_note_and_not_issued_again(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG.replace("max_redemptions: 500", "max_redemptions: 1"))
    redeem(account, "LAUNCH")
    assert set(active(account)) == {"SPRING"}

    plan = billing.plan()

    assert plan["changes"] == []
    [note] = plan["notes"]
    assert note["message"] == (
        "LAUNCH: it is used up (1 of 1 redeemed, 0 left); a code that ended is not issued again by itself."
    )
    billing.ok("catalog", "apply", "--local")
    assert set(active(account)) == {"SPRING"}
    billing.apply(CATALOG.replace("max_redemptions: 500", "max_redemptions: 10"))
    assert active(account)["LAUNCH"]["max_redemptions"] == 10, "the file says otherwise now; nothing is ended by it"


def test_a_code_of_a_coupon_that_is_used_up_is_a_note(billing: Billing, account: Account) -> None:
    catalog = CATALOG.replace("percent_off: 5,", "percent_off: 5, max_redemptions: 1,")
    billing.apply(catalog)
    redeem(account, "SPRING")
    coupon = account.api.get("/v1/coupons/other")
    assert not coupon["valid"]
    assert "SPRING" not in active(account)

    plan = billing.plan()

    assert plan["changes"] == []
    assert "its coupon other is not valid any more" in plan["notes"][0]["message"]


def test_an_expired_code_is_not_made_where_it_does_not_exist(billing: Billing, account: Account) -> None:
    billing.write(CATALOG.replace(f"{NEXT_YEAR}-12-31", "2020-12-31"))

    output = billing.ok("catalog", "apply", "--local").err

    assert "LAUNCH: the file has it expire at 2020-12-31T23:59:59Z, which is past: it is not made." in output
    assert set(active(account)) == {"SPRING"}
    assert billing.plan()["changes"] == []


def test_a_code_that_somebody_ended_comes_back(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    code = account.post(f"/v1/promotion_codes/{active(account)['SPRING']['id']}", active=False)

    output = billing.apply(CATALOG).out

    assert "it was archived in Stripe" in output
    assert active(account)["SPRING"]["id"] == code["id"]


def test_pruning_ends_a_code_before_its_coupon_is_deleted(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    less = CATALOG.replace("  spring: {coupon: other, code: SPRING}\n", "").replace(
        "  other: {percent_off: 5, duration: once}\n", ""
    )
    assert billing.plan(less)["changes"] == []

    billing.apply(less, "--prune", "--delete-coupons")

    assert set(active(account)) == {"LAUNCH"}
    assert billing.plan(less, "--prune", "--delete-coupons")["changes"] == []


def test_an_active_code_that_no_catalog_owns_is_taken_over_only_by_id(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG.replace("  spring: {coupon: other, code: SPRING}\n", ""))
    foreign = account.post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": "other"}, code="Spring")
    billing.write(CATALOG.replace("code: SPRING", "code: Spring"))

    ran = billing("catalog", "plan", "--local")

    assert ran.code == 2
    assert f"the account has an active code Spring ({foreign['id']}) that no catalog owns" in ran.err
    assert f"to adopt it, give this entry `id: {foreign['id']}`" in ran.err
    billing.apply(CATALOG.replace("code: SPRING", f"code: Spring, id: {foreign['id']}"), "--adopt")
    assert active(account)["Spring"]["metadata"]["billing_key"] == "spring"
    assert billing.plan()["changes"] == []


def test_one_code_may_be_for_two_customers(billing: Billing, account: Account) -> None:
    ada, bob = account.post("/v1/customers")["id"], account.post("/v1/customers")["id"]
    billing.apply(
        CATALOG
        + f"  ada: {{coupon: other, code: HELLO, customer: {ada}}}\n"
        + f"  bob: {{coupon: other, code: HELLO, customer: {bob}}}\n"
    )

    assert {one["customer"] for one in codes(account) if one["code"] == "HELLO"} == {ada, bob}
    assert billing.plan()["changes"] == []


def test_of_many_codes_only_those_that_concern_the_file_are_read(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG.replace("code: SPRING", "code: OLD"))
    account.post("/v1/coupons", id="many", percent_off=1, duration="once")
    for _ in range(320):
        account.post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": "many"})
    paths: list[str] = []

    class Seen(ContractTransport):
        def request(self, method: str, url: str, headers: Any, post_data: Any = None, **rest: Any) -> Any:
            paths.append(url)
            return super().request(method, url, headers, post_data, **rest)

    billing.wrap.append(Seen)
    [change] = billing.plan(CATALOG)["changes"]

    assert (change["action"], change["key"]) == ("replace", "spring")
    assert len([path for path in paths if "/v1/promotion_codes" in path]) == 3 + 2 + 2
