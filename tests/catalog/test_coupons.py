"""Coupons in the catalog: what changes in place, what is refused, and that none is deleted unasked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.conftest import Account, Billing
from tests.soak import Soak
from tests.troubled import connected, cut_off_at_calls

LAST_YEAR = datetime.now(UTC).year + 2
"""Stripe takes times within five years."""
REDEEM_BY = int(datetime(LAST_YEAR, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())
CATALOG = f"""\
version: 1
catalog: northwind
currency: usd
products:
  starter: {{name: Starter}}
coupons:
  launch20: {{name: Launch, percent_off: 20, duration: repeating, duration_in_months: 3}}
  starter5:
    name: 5 off Starter
    amount_off: 500
    duration: once
    applies_to: [starter]
    redeem_by: {LAST_YEAR}-12-31T23:59:59Z
    max_redemptions: 10
    metadata: {{owner: sales}}
    currency_options: {{eur: {{amount_off: 450}}}}
"""
EXPANDED = {"expand": ["data.applies_to", "data.currency_options"]}


def coupons(account: Account) -> dict[str, Any]:
    return {one["id"]: one for page in account.api.pages("/v1/coupons", EXPANDED) for one in page}


def test_coupons_are_created_and_a_second_plan_is_empty(billing: Billing, account: Account) -> None:
    billing.write(CATALOG)
    output = billing.ok("catalog", "plan", "--local").out

    assert "+ coupon   launch20  20 % off, 3 months\n    name: Launch\n" in output
    assert "+ coupon   starter5  $5.00 off, once\n" in output
    assert f"redeem_by: {LAST_YEAR}-12-31T23:59:59Z\n" in output
    billing.ok("catalog", "apply", "--local")

    objects = coupons(account)
    assert (objects["launch20"]["percent_off"], objects["launch20"]["duration_in_months"]) == (20, 3)
    starter5 = objects["starter5"]
    assert (starter5["amount_off"], starter5["currency"], starter5["max_redemptions"]) == (500, "usd", 10)
    assert starter5["applies_to"]["products"] == ["starter"]
    assert starter5["currency_options"]["eur"]["amount_off"] == 450
    assert starter5["redeem_by"] == REDEEM_BY
    assert starter5["metadata"]["owner"] == "sales"
    assert billing.plan()["changes"] == []


@pytest.mark.parametrize(
    "long",
    [
        CATALOG.replace("[starter]", "{products: [starter]}"),
        CATALOG.replace(f"{LAST_YEAR}-12-31T23:59:59Z", f'"{LAST_YEAR + 1}-01-01T00:59:59+01:00"'),
        CATALOG.replace(f"{LAST_YEAR}-12-31T23:59:59Z", str(REDEEM_BY)),
        CATALOG.replace("amount_off: 500", "amount_off: 500\n    currency: usd"),
        CATALOG.replace("percent_off: 20", 'percent_off: "20.00"'),
    ],
)
def test_short_and_long_forms_are_the_same(billing: Billing, long: str) -> None:
    billing.apply(CATALOG)

    assert billing.plan(long)["changes"] == []


def test_name_metadata_and_currency_options_change_in_place(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)

    billing.apply(
        CATALOG.replace("5 off Starter", "Five off")
        .replace("owner: sales", "owner: growth")
        .replace("{eur: {amount_off: 450}}", "{eur: {amount_off: 400}, gbp: {amount_off: 350}}")
    )

    coupon = coupons(account)["starter5"]
    assert (coupon["name"], coupon["metadata"]["owner"]) == ("Five off", "growth")
    assert {code: one["amount_off"] for code, one in coupon["currency_options"].items()} == {
        "usd": 500,
        "eur": 400,
        "gbp": 350,
    }
    assert billing.plan()["changes"] == []


def test_an_amount_in_a_currency_cannot_be_taken_away(billing: Billing) -> None:
    billing.apply(CATALOG)
    billing.write(CATALOG.replace("    currency_options: {eur: {amount_off: 450}}\n", ""))

    ran = billing.ok("catalog", "plan", "--local")

    assert ran.out.startswith("No changes to make")
    assert "starter5: its amount in eur stays" in ran.err


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("percent_off: 20", "percent_off: 25", "percent_off"),
        ("duration_in_months: 3", "duration_in_months: 6", "duration_in_months"),
        ("amount_off: 500", "amount_off: 600", "amount_off"),
        ("    applies_to: [starter]\n", "", "applies_to"),
        (f"{LAST_YEAR}-12-31", f"{LAST_YEAR}-12-30", "redeem_by"),
        ("max_redemptions: 10", "max_redemptions: 11", "max_redemptions"),
    ],
)
def test_anything_else_takes_another_key(
    billing: Billing, account: Account, before: str, after: str, field: str
) -> None:
    billing.apply(CATALOG)
    coupons_before = coupons(account)
    billing.write(CATALOG.replace(before, after))

    ran = billing("catalog", "apply", "--local")

    assert ran.code == 2
    assert f"{field} cannot change on a coupon" in ran.err
    assert "give the changed coupon another key, such as" in ran.err
    assert coupons(account) == coupons_before


def test_the_refusal_lists_the_codes_to_point_at_the_new_coupon(billing: Billing) -> None:
    codes = "promotion_codes: {SPRING: {coupon: launch20}, HELLO: {coupon: launch20}, OTHER: {coupon: starter5}}\n"
    billing.apply(CATALOG + codes)
    billing.write((CATALOG + codes).replace("percent_off: 20", "percent_off: 25"))

    ran = billing("catalog", "plan", "--local")

    assert "another key, such as launch20-2, and point SPRING and HELLO at that" in ran.err


def test_a_coupon_whose_time_is_over_is_not_made_and_its_codes_neither(billing: Billing, account: Account) -> None:
    text = CATALOG.replace(f"redeem_by: {LAST_YEAR}", "redeem_by: 2020")
    billing.write(text + "promotion_codes: {HELLO: {coupon: starter5}}\n")

    output = billing.ok("catalog", "apply", "--local").err

    assert "starter5: the file has it redeemed until 2020-12-31T23:59:59Z, which is past: it is not made." in output
    assert "HELLO: its coupon starter5 is not in Stripe: it is not made." in output
    assert set(coupons(account)) == {"launch20"}
    assert billing.plan()["changes"] == []


def test_a_coupon_is_deleted_only_by_an_option_of_its_own(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG)
    less = CATALOG.replace(
        "  launch20: {name: Launch, percent_off: 20, duration: repeating, duration_in_months: 3}\n", ""
    )

    assert (
        "--delete-coupons deletes it"
        in billing.apply(less, "--prune").out + billing.ok("catalog", "plan", "--local").out
    )
    assert set(coupons(account)) == {"launch20", "starter5"}
    plan = billing.plan(less, "--prune", "--delete-coupons")
    assert [(change["action"], change["key"]) for change in plan["changes"]] == [("delete", "launch20")]
    assert plan["summary"]["delete"] == 1
    billing.ok("catalog", "plan", "--local", "--prune", "--delete-coupons", "--out", "saved.plan")
    billing.ok("catalog", "apply", "--local", "--yes", "--plan", "saved.plan")

    assert set(coupons(account)) == {"starter5"}
    assert billing.plan(less, "--prune", "--delete-coupons")["changes"] == []


def test_delete_coupons_says_what_prune_may_delete(billing: Billing) -> None:
    billing.write(CATALOG)

    assert billing("catalog", "plan", "--local", "--delete-coupons").code == 2


def test_a_coupon_that_ended_is_no_drift(billing: Billing, account: Account) -> None:
    billing.apply(CATALOG.replace("max_redemptions: 10", "max_redemptions: 1"))
    customer = account.post("/v1/customers")
    price = account.post(
        "/v1/prices", product="starter", currency="usd", unit_amount=900, recurring={"interval": "month"}
    )
    account.post(
        "/v1/subscriptions",
        customer=customer["id"],
        items=[{"price": price["id"]}],
        discounts=[{"coupon": "starter5"}],
        payment_behavior="default_incomplete",
    )
    assert not coupons(account)["starter5"]["valid"]

    assert billing.plan()["changes"] == []


def test_a_coupon_that_no_catalog_owns_is_taken_over_only_by_id(billing: Billing, account: Account) -> None:
    account.post("/v1/coupons", id="launch20", percent_off=20, duration="repeating", duration_in_months=3)
    billing.write(CATALOG)

    ran = billing("catalog", "plan", "--local")

    assert ran.code == 2
    assert "the account has a coupon launch20 that no catalog owns" in ran.err
    billing.apply(CATALOG.replace("launch20: {", "launch20: {id: launch20, "))
    assert coupons(account)["launch20"]["name"] == "Launch"
    assert billing.plan()["changes"] == []


@pytest.mark.soak
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_apply_cut_off_at_any_call_is_completed_by_the_next(tmp_path: Path, after: bool, soak: Soak) -> None:
    for path in cut_off_at_calls(tmp_path, soak, CATALOG, after=after):
        objects = connected(LocalTransport(path)).page("/v1/coupons", EXPANDED)[0]
        assert sorted(one["id"] for one in objects) == ["launch20", "starter5"], path.name
