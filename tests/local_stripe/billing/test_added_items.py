"""What is billed once, with the first invoice of a subscription (`add_invoice_items`)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, price


@pytest.fixture
def life(local: Local) -> Life:
    return Life.begin(local)


def setup(local: Local, **params: Any) -> str:
    return str(local.price(product=local.product(name="Setup")["id"], unit_amount=25000, **params)["id"])


def test_the_first_invoice_has_it_and_the_second_has_not(life: Life) -> None:
    fee = setup(life.local)
    subscription = life.subscribe(
        price(life.local), add_invoice_items=[{"price": fee, "quantity": 2, "metadata": {"a": "1"}}]
    )
    life.advance("2026-02-01 02:00")

    assert life.totals(subscription["id"]) == [51500, 1500]
    lines = life.invoices(subscription["id"])[0]["lines"]["data"]
    [line] = [one for one in lines if one["amount"] == 50000]
    assert (line["description"], line["quantity"]) == ("Setup", 2)
    assert line["period"] == {
        "start": subscription["created"],
        "end": subscription["items"]["data"][0]["current_period_end"],
    }
    [item] = life.local.get("/v1/invoiceitems", customer=life.customer)["data"]
    assert (item["invoice"], item["metadata"]) == (life.invoices(subscription["id"])[0]["id"], {"a": "1"})
    assert item["parent"]["subscription_details"]["subscription"] == subscription["id"]


def test_a_trial_is_billed_for_it_at_once(life: Life) -> None:
    subscription = life.subscribe(
        price(life.local), trial_period_days=7, add_invoice_items=[{"price": setup(life.local)}]
    )

    assert (subscription["status"], life.totals(subscription["id"])) == ("trialing", [25000])


def test_a_refused_creation_leaves_none(life: Life) -> None:
    life.pay_by("pm_card_chargeCustomerFail")
    refusal = life.local.refused(
        "post",
        "/v1/subscriptions",
        customer=life.customer,
        items=[{"price": price(life.local)}],
        add_invoice_items=[{"price": setup(life.local)}],
        payment_behavior="error_if_incomplete",
    )

    assert refusal.status == 402
    assert life.local.get("/v1/invoiceitems", customer=life.customer)["data"] == []


@pytest.mark.parametrize("wrong", ["recurring", "currency", "unknown", "none"])
def test_only_a_one_time_price_in_the_currency(life: Life, wrong: str) -> None:
    added: dict[str, Any] = {
        "recurring": lambda: {"price": price(life.local)},
        "currency": lambda: {"price": setup(life.local, currency="eur")},
        "unknown": lambda: {"price": "price_none"},
        "none": lambda: {"quantity": 1},
    }[wrong]()
    refusal = life.local.refused(
        "post",
        "/v1/subscriptions",
        customer=life.customer,
        items=[{"price": price(life.local)}],
        add_invoice_items=[added],
    )

    assert refusal.param == "add_invoice_items[0][price]"
