"""`billing sub list`: filters, pages as they come, a table or a line each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Billing
from tests.faults import failing
from tests.subscriptions.conftest import Shop


def ids(billing: Billing, *options: str) -> list[str]:
    return billing.ok("sub", "list", "--local", "--output", "id", *options).out.split()


@pytest.fixture
def subscription_ids(shop: Shop) -> dict[str, Any]:
    """Two customers on two prices, one of them canceled."""
    pro, team = shop.price(lookup_key="pro")["id"], shop.price(lookup_key="team")["id"]
    ada, bob = (shop.with_card(email=f"{name}@example.com")["id"] for name in ("ada", "bob"))
    made = {
        "ada pro": shop.subscription(ada, pro)["id"],
        "ada team": shop.subscription(ada, team)["id"],
        "bob pro": shop.subscription(bob, pro)["id"],
    }
    shop.api.delete(f"/v1/subscriptions/{made['ada team']}")
    return made


def test_filters(billing: Billing, subscription_ids: dict[str, str]) -> None:
    assert ids(billing) == [subscription_ids["bob pro"], subscription_ids["ada pro"]]
    assert ids(billing, "--status", "all") == [
        subscription_ids["bob pro"],
        subscription_ids["ada team"],
        subscription_ids["ada pro"],
    ]
    assert ids(billing, "--status", "canceled") == [subscription_ids["ada team"]]
    assert ids(billing, "--customer", "ada@example.com") == [subscription_ids["ada pro"]]
    assert ids(billing, "--price", "team", "--status", "all") == [subscription_ids["ada team"]]
    assert ids(billing, "--created-after", "2020-01-01") == [subscription_ids["bob pro"], subscription_ids["ada pro"]]
    assert ids(billing, "--created-after", "2100-01-01") == []


def test_an_archived_price_can_be_asked_for(billing: Billing, shop: Shop, subscription_ids: dict[str, str]) -> None:
    price = shop.account.price("pro")["id"]
    shop.post(f"/v1/prices/{price}", active=False)

    assert ids(billing, "--price", "pro") == [subscription_ids["bob pro"], subscription_ids["ada pro"]]


def test_a_table_for_people(billing: Billing, subscription_ids: dict[str, str]) -> None:
    rows = billing.ok("sub", "list", "--local", "--status", "all").out.splitlines()

    assert rows[0].split("  ")[0] == "SUBSCRIPTION"
    assert rows[2].split()[:2] == [subscription_ids["ada team"], "canceled"]
    assert "ended " in rows[2]


def test_people_see_who_it_is(billing: Billing, shop: Shop, subscription_ids: dict[str, str]) -> None:
    nobody = shop.with_card()["id"]
    shop.subscription(nobody, shop.account.price("pro")["id"])

    rows = billing.ok("sub", "list", "--local").out.splitlines()

    assert [row.split()[2] for row in rows[1:]] == [nobody, "bob@example.com", "ada@example.com"]


def test_a_key_that_may_not_read_customers_lists_their_ids(billing: Billing, subscription_ids: dict[str, str]) -> None:
    with failing(billing, "403 before 1 GET /v1/subscriptions"):
        lines = billing.ok("sub", "list", "--local", "--output", "json").out.splitlines()

    assert [json.loads(line)["id"] for line in lines] == [subscription_ids["bob pro"], subscription_ids["ada pro"]]
    assert {json.loads(line)["customer_email"] for line in lines} == {None}


def test_a_line_of_json_each(billing: Billing, subscription_ids: dict[str, str]) -> None:
    lines = billing.ok("sub", "list", "--local", "--output", "json").out.splitlines()

    assert [json.loads(line)["id"] for line in lines] == [subscription_ids["bob pro"], subscription_ids["ada pro"]]


def test_yaml_is_one_sequence(billing: Billing, subscription_ids: dict[str, str]) -> None:
    import yaml

    listed = yaml.safe_load(billing.ok("sub", "list", "--local", "--output", "yaml").out)

    assert [one["id"] for one in listed] == [subscription_ids["bob pro"], subscription_ids["ada pro"]]


def test_beyond_a_page_it_goes_on_and_stops_where_it_is_told(billing: Billing, shop: Shop) -> None:
    ada, price = shop.with_card()["id"], shop.price()["id"]
    made = [shop.subscription(ada, price)["id"] for _ in range(103)]

    assert ids(billing) == made[:2:-1]
    assert ids(billing, "--all") == made[::-1]
    assert ids(billing, "--limit", "101") == made[:1:-1]
    ran = billing.ok("sub", "list", "--local", "--limit", "3", "--verbose")
    assert ran.err.count("GET /v1/subscriptions ") == 1
    assert "There are more than these 3: --all lists all." in ran.err
    assert "There are more" not in billing.ok("sub", "list", "--local", "--limit", "103").err


def test_a_price_that_was_replaced_is_called_by_its_product_and_amount(billing: Billing, shop: Shop) -> None:
    price = shop.price(shop.post("/v1/products", id="plus", name="Plus")["id"], lookup_key="plus.monthly")
    shop.subscription(shop.with_card()["id"], price["id"])
    shop.price("plus", unit_amount=1800, lookup_key="plus.monthly", transfer_lookup_key=True)

    assert "  plus $15.00 / month  " in billing.ok("sub", "list", "--local").out


def test_on_a_test_clock(billing: Billing, shop: Shop) -> None:
    clock = shop.post("/v1/test_helpers/test_clocks", frozen_time=1_800_000_000)["id"]
    ada = shop.with_card(test_clock=clock)
    made = shop.subscription(ada["id"], shop.price()["id"])["id"]

    assert ids(billing) == []
    assert ids(billing, "--test-clock", clock) == [made]
    assert ids(billing, "--customer", ada["id"]) == [made]


@pytest.mark.parametrize("wrong", [("--status", "dead"), ("--created-after", "soon"), ("--limit", "-1")])
def test_what_cannot_be_meant(billing: Billing, wrong: tuple[str, str]) -> None:
    ran = billing("sub", "list", "--local", *wrong)

    assert ran.code == 2
    assert wrong[0] in ran.err


def test_none_is_said_on_stderr(billing: Billing) -> None:
    ran = billing.ok("sub", "list", "--local")

    assert (ran.out, ran.err) == ("", "No subscriptions.\n")
