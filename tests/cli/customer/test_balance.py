"""`billing customer balance`: words, not signs; amounts as people write them; and once."""

from __future__ import annotations

import pytest

from tests.cli.sub.conftest import DAY, EMAIL, TEN_DAYS_LATER, Life
from tests.subscriptions.conftest import Shop


def balance(life: Life) -> int:
    return int(life.shop.api.get(f"/v1/customers/{life.customer}")["balance"])


def test_a_credit_is_negative_with_stripe(life: Life) -> None:
    ran = life.ok("customer", "balance", EMAIL, "--credit", "12.50", "--note", "Two days down", "--yes")

    assert f"{EMAIL} gets a credit of $12.50" in ran.err
    assert "balance  nothing → $12.50 credit" in ran.err
    assert "balance: $12.50 credit" in ran.out and "by hand: Two days down" in ran.out
    assert balance(life) == -1250


def test_a_debit_is_positive(life: Life) -> None:
    life.ok("customer", "balance", EMAIL, "--credit", "2.00", "--yes")
    ran = life.ok("customer", "balance", EMAIL, "--debit", "5.00", "--yes")

    assert "balance  $2.00 credit → $3.00 owed" in ran.err
    assert balance(life) == 300


def test_without_an_amount_it_shows(life: Life) -> None:
    life.ok("customer", "balance", EMAIL, "--credit", "2.00", "--yes")
    record = life.json("customer", "balance", EMAIL)

    assert (record["result"], record["balance"], record["transaction"]) == ("shown", -200, None)
    assert [one["amount"] for one in record["transactions"]] == [-200]
    assert "$2.00 credit" in life.ok("customer", "balance", EMAIL).out


def test_more_than_ten_transactions_are_said_and_all_are_shown(life: Life) -> None:
    for number in range(1, 13):
        life.shop.post(f"/v1/customers/{life.customer}/balance_transactions", amount=-number, currency="usd")

    last, every = life.ok("customer", "balance", EMAIL), life.ok("customer", "balance", EMAIL, "--all")

    assert last.out.count("by hand") == 10
    assert "There are more than these 10: --all lists all." in last.err
    assert every.out.count("by hand") == 12
    assert "more than these" not in every.err


def test_a_bare_number_is_refused_with_both_readings(life: Life) -> None:
    ran = life("customer", "balance", EMAIL, "--credit", "1250", "--yes", "--output", "json")

    assert (ran.code, ran.error["kind"]) == (2, "usage")
    assert "$1,250.00" in ran.error["message"] and "$12.50" in ran.error["message"]
    assert balance(life) == 0


def test_in_yen_a_bare_number_is_what_people_write(life: Life, shop: Shop) -> None:
    customer = shop.customer()["id"]
    record = life.json("customer", "balance", customer, "--credit", "1250", "--currency", "jpy", "--yes")

    assert (record["balance"], record["currency"]) == (-1250, "jpy")


@pytest.mark.parametrize("amount", ["-12.50", "+12.50", "0.00", "12,50"])
def test_no_signs(life: Life, amount: str) -> None:
    assert life("customer", "balance", EMAIL, f"--credit={amount}", "--yes").code == 2
    assert balance(life) == 0


def test_both_sides_are_refused(life: Life) -> None:
    assert life("customer", "balance", EMAIL, "--credit", "1.00", "--debit", "1.00", "--yes").code == 2


def test_another_currency_is_refused(life: Life) -> None:
    ran = life("customer", "balance", EMAIL, "--credit", "1.00", "--currency", "eur", "--yes", "--output", "json")

    assert (ran.code, ran.error["kind"]) == (1, "refused")
    assert "USD" in ran.error["message"]


def test_a_customer_without_a_currency_needs_one(life: Life, shop: Shop) -> None:
    customer = shop.customer()["id"]
    ran = life("customer", "balance", customer, "--credit", "1.00", "--yes", "--output", "json")

    assert (ran.code, ran.error["kind"]) == (1, "refused")
    assert "--currency" in ran.error["hint"]


def test_the_same_within_a_day_is_done_once(life: Life) -> None:
    command = ("customer", "balance", EMAIL, "--credit", "12.50", "--note", "Sorry", "--yes")
    first = life.json(*command)["transaction"]["id"]
    ran = life.ok(*command)

    assert f"Nothing to do: {first} did the same" in ran.out
    assert life.json(*command)["result"] == "unchanged"
    assert balance(life) == -1250
    life.ok(*command, "--again")
    assert balance(life) == -2500
    life.advance(TEN_DAYS_LATER + DAY + 1)
    life.ok(*command)
    assert balance(life) == -3750


def test_another_note_or_side_is_another(life: Life) -> None:
    life.ok("customer", "balance", EMAIL, "--credit", "1.00", "--yes")
    life.ok("customer", "balance", EMAIL, "--credit", "1.00", "--note", "Other", "--yes")
    life.ok("customer", "balance", EMAIL, "--debit", "1.00", "--yes")

    assert balance(life) == -100


def test_asks(life: Life) -> None:
    assert life("customer", "balance", EMAIL, "--credit", "1.00").code == 2
    assert balance(life) == 0
