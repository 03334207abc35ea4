"""`billing sub watch`: a line a change, and how it ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Billing
from tests.faults import meanwhile
from tests.subscriptions.conftest import Shop

LOOK = "GET /v1/subscriptions/{id}"


@pytest.fixture
def unpaid_subscription(shop: Shop) -> Any:
    """A subscription whose first payment is not made."""
    ada = shop.with_card(email="ada@example.com")
    return shop.subscription(ada["id"], shop.price(lookup_key="pro")["id"], payment_behavior="default_incomplete")


def test_until_a_status_is_reached(billing: Billing, shop: Shop, unpaid_subscription: Any) -> None:
    def pay() -> None:
        shop.post(f"/v1/invoices/{unpaid_subscription['latest_invoice']}/pay")

    with meanwhile(billing, LOOK, 3, pay):
        ran = billing.ok("sub", "watch", "--local", unpaid_subscription["id"], "--until", "active", "--every", "0")

    first, *changes = ran.out.splitlines()
    assert f"{unpaid_subscription['id']} is incomplete" in first
    assert "incomplete → active" in changes[-1]
    assert "latest invoice status open → paid" in changes[-1]


def test_json_lines_name_what_changed(billing: Billing, shop: Shop, unpaid_subscription: Any) -> None:
    def pay() -> None:
        shop.post(f"/v1/invoices/{unpaid_subscription['latest_invoice']}/pay")

    with meanwhile(billing, LOOK, 2, pay):
        argv = ("sub", "watch", "--local", "ada@example.com", "--until", "active", "--every", "0", "--output", "json")
        lines = [json.loads(line) for line in billing.ok(*argv).out.splitlines()]

    assert [line["status"] for line in lines] == ["incomplete", "active"]
    assert lines[0]["changed"] == []
    assert "status" in lines[1]["changed"]


def test_time_that_runs_out_ends_with_4(billing: Billing, unpaid_subscription: Any) -> None:
    ran = billing("sub", "watch", "--local", unpaid_subscription["id"], "--until", "active", "--timeout", "0s")

    assert ran.code == 4
    assert "still incomplete, and not active" in ran.err


def test_what_became_impossible_ends_with_4_at_once(billing: Billing, shop: Shop, unpaid_subscription: Any) -> None:
    with meanwhile(billing, LOOK, 2, lambda: shop.api.delete(f"/v1/subscriptions/{unpaid_subscription['id']}")):
        ran = billing("sub", "watch", "--local", unpaid_subscription["id"], "--until", "active", "--every", "0")

    assert ran.code == 4
    assert "cannot become active any more" in ran.err


def test_several_statuses_may_end_it(billing: Billing, shop: Shop, unpaid_subscription: Any) -> None:
    argv = ("sub", "watch", "--local", unpaid_subscription["id"], "--until", "active", "--until", "incomplete")

    assert billing(*argv).code == 0


def test_without_a_goal_the_end_of_its_time_is_no_failure(billing: Billing, unpaid_subscription: Any) -> None:
    assert billing("sub", "watch", "--local", unpaid_subscription["id"], "--timeout", "0s").code == 0


def test_one_that_is_not_there(billing: Billing) -> None:
    assert billing("sub", "watch", "--local", "sub_None").code == 1
