"""`billing sub show`: one screen, few calls, and what the key may not see is a line of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import Billing
from tests.faults import failing
from tests.subscriptions.conftest import Shop

SHOW = ("sub", "show", "--local")


@pytest.fixture
def running_subscription(shop: Shop) -> Any:
    ada = shop.with_card(email="ada@example.com", name="Ada")
    price = shop.price(shop.product("Pro"), lookup_key="pro.monthly")
    return shop.subscription(ada["id"], price["id"], metadata={"team": "blue"}, description="For the team")


def test_the_screen_answers_an_operations_person(billing: Billing, running_subscription: Any) -> None:
    today = datetime.now(UTC)

    said = billing.ok(*SHOW, running_subscription["id"]).out

    assert said.startswith(f"{running_subscription['id']}  active\n")
    for fact in (
        "in service; its invoices are paid",
        "$15.00 is charged on ",
        "ada@example.com",
        "Pro: pro.monthly  $15.00 / month",
        "next invoice $15.00 on ",
        f"Visa ending in 4242, valid to {today.month:02}/{today.year + 1} (the customer's default)",
        "team=blue",
        "For the team",
        running_subscription["latest_invoice"],
        "http://127.0.0.1:12111/i/",
        f"invoice {running_subscription['latest_invoice']} paid, $15.00",
        "created, ",
    ):
        assert fact in said, fact


def test_an_invoice_that_comes_early_is_shown(billing: Billing, shop: Shop, running_subscription: Any) -> None:
    shop.post(f"/v1/subscriptions/{running_subscription['id']}", billing_thresholds={"amount_gte": 5000})

    assert "early invoice once $50.00 are due within the period" in billing.ok(*SHOW, running_subscription["id"]).out
    assert billing.ok(*SHOW, running_subscription["id"], "--output", "json").json["billing_threshold"] == 5000


def test_a_subscription_whose_invoices_are_mailed_says_in_how_many_days_they_are_due(
    billing: Billing, shop: Shop
) -> None:
    price = shop.price(shop.product("Pro"))
    terms = {"collection_method": "send_invoice", "days_until_due": 14}
    mailed = shop.subscription(shop.customer(email="eve@example.com")["id"], price["id"], **terms)

    assert "invoice by email, due in 14 days" in billing.ok(*SHOW, mailed["id"]).out


def test_an_amount_off_is_in_the_currency_that_is_billed(billing: Billing, shop: Shop) -> None:
    options = {"currency_options": {"eur": {"amount_off": 400}}}
    shop.post("/v1/coupons", id="FIVE", amount_off=500, currency="usd", duration="forever", **options)
    price = shop.price(shop.product("Pro"), unit_amount=1000, currency_options={"eur": {"unit_amount": 900}})
    for currency, shown, amount in (("usd", "$5.00", 500), ("eur", "€4.00", 400)):
        params = {"currency": currency, "discounts": [{"coupon": "FIVE"}]}
        id = shop.subscription(shop.with_card()["id"], price["id"], **params)["id"]

        [discount] = billing.ok(*SHOW, id, "--output", "json").json["discounts"]

        assert (discount["amount_off"], discount["currency"]) == (amount, currency)
        assert f"{shown} off by FIVE" in billing.ok(*SHOW, id).out


def test_by_the_customer(billing: Billing, running_subscription: Any) -> None:
    assert billing.ok(*SHOW, "ada@example.com", "--output", "id").out.strip() == running_subscription["id"]


def test_calls_are_few_whatever_the_history(billing: Billing, shop: Shop, running_subscription: Any) -> None:
    for day in range(12):
        shop.post(f"/v1/subscriptions/{running_subscription['id']}", description=f"day {day}")

    ran = billing.ok(*SHOW, running_subscription["id"], "--verbose")

    assert len(re.findall(r"^(GET|POST) ", ran.err, re.MULTILINE)) == 4


def test_a_cancellation_is_told_with_its_date(billing: Billing, shop: Shop, running_subscription: Any) -> None:
    shop.post(f"/v1/subscriptions/{running_subscription['id']}", cancel_at_period_end=True)

    said = billing.ok(*SHOW, running_subscription["id"]).out

    assert re.search(r"next +it ends on \d+ \w+ \d{4}", said)
    assert "billing --local sub resume takes that back" in said
    assert "will end on " in said


def test_a_change_that_is_scheduled_is_told(billing: Billing, shop: Shop, running_subscription: Any) -> None:
    team = shop.price(lookup_key="team.monthly")["id"]
    billing.ok(
        "sub", "change", "--local", running_subscription["id"], "--price", "team.monthly", "--at", "period-end", "--yes"
    )

    planned = billing.ok(*SHOW, running_subscription["id"], "--output", "json").json["scheduled_change"]
    said = billing.ok(*SHOW, running_subscription["id"]).out

    assert planned["items"] == [{"price": team, "lookup_key": "team.monthly", "quantity": 1}]
    assert "changes      to team.monthly on " in said


def test_an_ended_one(billing: Billing, shop: Shop, running_subscription: Any) -> None:
    shop.api.delete(f"/v1/subscriptions/{running_subscription['id']}")

    shown = billing.ok(*SHOW, running_subscription["id"], "--output", "json").json
    said = billing.ok(*SHOW, running_subscription["id"]).out

    assert (shown["status"], shown["next_invoice"], shown["unavailable"]) == ("canceled", None, {})
    assert "a canceled subscription cannot come back" in said
    assert "  ended\n" in said


def test_one_that_is_not_charged(billing: Billing, shop: Shop, running_subscription: Any) -> None:
    shop.post(f"/v1/subscriptions/{running_subscription['id']}", pause_collection={"behavior": "void"})

    said = billing.ok(*SHOW, running_subscription["id"]).out

    assert "but not charged: its invoices are voided" in said
    assert "collection paused" in said
    [following] = [line for line in said.splitlines() if line.startswith("  next invoice")]
    assert following.endswith(", not collected")


def test_the_creation_leaves_no_trace_in_the_timeline(billing: Billing, shop: Shop) -> None:
    shop.price(lookup_key="pro.monthly")
    ada = shop.with_card()
    made = billing.ok("sub", "create", "--local", "--customer", ada["id"], "--price", "pro.monthly", "--output", "id")

    shown = billing.ok(*SHOW, made.out.strip(), "--output", "json").json

    assert shown["metadata"] == {}
    assert not [event for event in shown["events"] if event["changed"] == ["metadata"]]


@pytest.mark.parametrize(
    ("call", "part"),
    [
        ("GET /v1/invoices", "invoices"),
        ("GET /v1/events", "events"),
        ("POST /v1/invoices/create_preview", "next_invoice"),
    ],
)
@pytest.mark.parametrize("how", ["403 before *"])
def test_what_the_key_may_not_see_is_a_line(
    billing: Billing, running_subscription: Any, call: str, part: str, how: str
) -> None:
    with failing(billing, f"{how} {call}"):
        shown = billing.ok(*SHOW, running_subscription["id"], "--output", "json").json
        said = billing.ok(*SHOW, running_subscription["id"]).out

    assert list(shown["unavailable"]) == [part]
    assert "permission" in shown["unavailable"][part]
    assert f"({part.replace('_', ' ')}: not to be seen: " in said
    assert shown["customer_email"] == "ada@example.com"


def test_what_may_not_be_expanded_is_left_out(billing: Billing, running_subscription: Any) -> None:
    with failing(billing, "403 before 1 GET /v1/subscriptions/{id}"):
        shown = billing.ok(*SHOW, running_subscription["id"], "--output", "json").json

    assert (shown["status"], shown["customer_email"]) == ("active", None)


def test_what_is_left_out_is_said_with_the_way_to_it(billing: Billing, shop: Shop) -> None:
    clock = shop.post("/v1/test_helpers/test_clocks", frozen_time=1_800_000_000)["id"]
    customer = shop.with_card(email="ada@example.com", test_clock=clock)["id"]
    shop.subscription(customer, shop.price(recurring={"interval": "day"})["id"])
    for days in (2, 4, 6):
        shop.post(f"/v1/test_helpers/test_clocks/{clock}/advance", frozen_time=1_800_000_000 + days * 86_400)

    ran = billing.ok("sub", "show", customer, "--local")
    id = ran.out.split()[0]
    invoices = billing.ok("invoice", "list", "--subscription", id, "--local", "--output", "id").out.split()

    assert f"… and earlier ones: billing --local invoice list --subscription {id}\n" in ran.out
    assert len(invoices) > 5
    assert f"billing --local events backfill, then billing events list --customer {customer}\n" in ran.out


def test_events_of_others_are_not_its_own(billing: Billing, shop: Shop, running_subscription: Any) -> None:
    other = shop.subscription(running_subscription["customer"], shop.price()["id"])

    shown = billing.ok(*SHOW, running_subscription["id"], "--output", "json").json

    assert {event["object"] for event in shown["events"]} == {
        running_subscription["id"],
        running_subscription["latest_invoice"],
    }
    assert other["latest_invoice"] not in str(shown)


def test_the_last_ten_events_newest_first(billing: Billing, shop: Shop, running_subscription: Any) -> None:
    for day in range(12):
        shop.post(f"/v1/subscriptions/{running_subscription['id']}", description=f"day {day}")

    events = billing.ok(*SHOW, running_subscription["id"], "--output", "json").json["events"]

    assert [event["changed"] for event in events] == [["description"]] * 10
