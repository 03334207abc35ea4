"""What is announced in the hour before a draft is final: it takes up the customer's balance before the next invoice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.sub.history import Begin, History


@pytest.fixture
def it(begin: Begin) -> History:
    """A subscription of 20.00 a month that was renewed a minute ago, and a credit of 50.00 on the balance."""
    it = begin("2026-04-01")
    it.monthly(twenty=20, ninety=90)
    it.start("twenty")
    balance(it, -5000)
    it.to("2026-05-01 00:01")
    assert it.invoices()[-1]["status"] == "draft"
    return it


def balance(it: History, amount: int) -> None:
    it.shop.post(f"/v1/customers/{it.customer}/balance_transactions", amount=amount, currency="usd")


def dues(it: History) -> list[int]:
    return [one["amount_due"] for one in it.invoices()]


@pytest.mark.parametrize(
    ("change", "coming"),
    [
        (("--quantity", "3"), 6000),
        (("--quantity", "3", "--proration", "create"), 10000 - 3000),
        (("--price", "ninety", "--at", "period-end"), 9000 - 3000),
        (("--quantity", "4", "--proration", "none"), 8000 - 3000),
    ],
)
def test_the_next_invoice_of_a_change(change: tuple[str, ...], coming: int, it: History) -> None:
    record = it.json("change", *change)
    it.to("2026-06-01 02:00")

    assert record["cost"]["next_invoice"]["amount"] == dues(it)[-1] == coming


def test_the_next_invoice_that_is_shown(it: History) -> None:
    balance(it, 1500)
    shown = it.billing.ok("sub", "show", it.id, "--local", "--output", "json").json["next_invoice"]
    it.to("2026-06-01 02:00")

    assert shown["amount_due"] == dues(it)[-1] == 500


def test_the_next_invoice_of_one_that_is_sent(begin: Begin) -> None:
    """Its first invoice is a draft for an hour."""
    it = begin("2026-04-01")
    it.price("twenty", 20)
    balance(it, 300)
    order = ("--customer", it.customer, "--price", "twenty", "--collection-method", "send_invoice")
    command = ("sub", "create", *order, "--days-until-due", "40", "--local", "--output", "json")
    announced = it.billing.ok(*command, "--preview").json
    made = it.billing.ok(*command).json
    it.id = made["id"]
    it.to("2026-05-01 02:00")

    assert dues(it) == [2300, 2000]
    for record in (announced, made):
        assert [record["due_now"]["amount_due"], record["due_next"]["amount_due"]] == dues(it)


class TestAnEnd:
    """With use of 5.00 since the renewal."""

    @pytest.fixture
    def it(self, begin: Begin) -> History:
        it = begin("2026-04-01")
        it.price("twenty", 20)
        it.metered("calls", "5")
        it.start("twenty", "calls")
        balance(it, -5000)
        it.to("2026-05-01 00:01")
        it.use(100)
        return it

    @pytest.mark.parametrize(
        ("options", "left"),
        [
            ((), -2500),
            (("--now", "--invoice-now"), -2500),
            (("--now", "--invoice-now", "--prorate"), -4500),
        ],
    )
    def test_what_is_left_on_the_balance(self, options: tuple[str, ...], left: int, it: History) -> None:
        record = it.json("cancel", *options)
        it.to("2026-06-01 02:00")

        assert record["final_invoice"]["to_balance"] == it.balance == left

    def test_what_the_balance_pays_does_not_go_back_to_a_card(self, it: History) -> None:
        record: Any
        record, output = it.said("cancel", "--now", "--invoice-now", "--refund", "prorated")

        assert (it.refunded(), record["refund"]["amount"], record["refund"]["not_to_card"]) == ([], 0, 2000)
        assert "is made final and paid from the customer's balance" in output
        assert "something was paid from the customer's balance" in output
