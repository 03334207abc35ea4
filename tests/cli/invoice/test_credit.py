"""`billing invoice credit`: how much, where to, and once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.sub.conftest import DAY, EMAIL, TEN_DAYS_LATER, Life


def notes(life: Life) -> list[Any]:
    """Oldest first."""
    found, _ = life.shop.api.page("/v1/credit_notes", {"customer": life.customer})
    return found[::-1]


def refunds(life: Life) -> list[int]:
    return [one["amount"] for one in life.shop.api.page("/v1/refunds", {})[0]][::-1]


def balance(life: Life) -> int:
    return int(life.shop.api.get(f"/v1/customers/{life.customer}")["balance"])


@pytest.fixture
def paid_invoice(life: Life) -> str:
    """The id of an invoice over $15.00 that was paid by card."""
    return str(life.subscription["latest_invoice"])


@pytest.fixture
def unpaid_invoice(life: Life) -> str:
    return open_invoice(life)


def open_invoice(life: Life) -> str:
    """Return the id of an open invoice over $20.00."""
    life.shop.post("/v1/invoiceitems", customer=life.customer, amount=2000, currency="usd")
    made = life.shop.post(
        "/v1/invoices", customer=life.customer, pending_invoice_items_behavior="include", auto_advance=False
    )
    return str(life.shop.post(f"/v1/invoices/{made['id']}/finalize")["id"])


def test_to_the_card(life: Life, paid_invoice: str) -> None:
    ran = life.ok("invoice", "credit", paid_invoice, "--amount", "5.00", "--to", "card", "--yes")

    assert "$5.00 is credited, of $15.00 that can be" in ran.err
    assert "$5.00 goes back to Visa ending in 4242" in ran.err
    assert "Access stays as it is" in ran.err
    assert "$10.00 is left to credit" in ran.out
    assert refunds(life) == [500]
    assert balance(life) == 0


def test_to_the_balance(life: Life, paid_invoice: str) -> None:
    said = ("--reason", "product_unsatisfactory", "--note", "Two days down")
    record = life.json("invoice", "credit", paid_invoice, "--amount", "5.00", "--to", "balance", *said, "--yes")

    assert (record["result"], record["to_balance"], record["to_card"], record["left"]) == ("credited", 500, 0, 1000)
    assert (record["reason"], record["note"]) == ("product_unsatisfactory", "Two days down")
    assert refunds(life) == []
    assert balance(life) == -500


def test_outside_of_stripe_moves_nothing(life: Life, paid_invoice: str) -> None:
    record = life.json("invoice", "credit", paid_invoice, "--to", "outside", "--yes")

    assert (record["outside"], record["left"]) == (1500, 0)
    assert (refunds(life), balance(life)) == ([], 0)


def test_of_an_open_invoice_less_is_to_be_paid(life: Life, unpaid_invoice: str) -> None:
    ran = life.ok("invoice", "credit", unpaid_invoice, "--amount", "5.00", "--yes")

    assert "$5.00 is not to be paid any more; $15.00 stays open" in ran.err
    assert life.shop.api.get(f"/v1/invoices/{unpaid_invoice}")["amount_remaining"] == 1500


def test_the_same_within_a_day_is_made_once(life: Life, paid_invoice: str) -> None:
    command = ("invoice", "credit", paid_invoice, "--amount", "5.00", "--to", "balance", "--note", "Sorry", "--yes")
    first = life.json(*command)
    ran = life.ok(*command)

    assert f"Nothing to do: {first['number']} ({first['id']}) credited $5.00" in ran.out
    assert "--again" in ran.out
    assert life.json(*command)["result"] == "unchanged"
    assert balance(life) == -500


@pytest.mark.parametrize("other", [("--amount", "4.00"), ("--note", "Other"), ("--reason", "duplicate")])
def test_another_amount_note_or_reason_is_another(life: Life, paid_invoice: str, other: tuple[str, str]) -> None:
    command = ("invoice", "credit", paid_invoice, "--amount", "5.00", "--to", "balance", "--note", "Sorry", "--yes")
    life.ok(*command)
    life.ok(*command, *other)

    assert len(notes(life)) == 2


def test_again_makes_another_each_time(life: Life, paid_invoice: str) -> None:
    command = ("invoice", "credit", paid_invoice, "--amount", "5.00", "--to", "balance", "--yes")
    life.ok(*command)
    life.ok(*command, "--again")
    assert life.json(*command)["result"] == "unchanged"
    life.ok(*command, "--again")

    assert [one["amount"] for one in notes(life)] == [500, 500, 500]


def test_a_day_later_it_is_another(life: Life, paid_invoice: str) -> None:
    command = ("invoice", "credit", paid_invoice, "--amount", "5.00", "--to", "balance", "--yes")
    life.ok(*command)
    life.advance(TEN_DAYS_LATER + DAY + 1)
    life.ok(*command)

    assert balance(life) == -1000


def test_all_that_is_left_is_credited_once(life: Life, paid_invoice: str) -> None:
    life.ok("invoice", "credit", paid_invoice, "--amount", "5.00", "--to", "card", "--yes")
    assert life.json("invoice", "credit", paid_invoice, "--to", "card", "--yes")["amount"] == 1000
    assert life.json("invoice", "credit", paid_invoice, "--to", "card", "--yes")["result"] == "unchanged"
    assert sum(refunds(life)) == 1500


def test_what_was_refunded_apart_is_not_credited_too(life: Life, paid_invoice: str) -> None:
    [charge], _ = life.shop.api.page("/v1/charges", {"customer": life.customer})
    life.shop.post("/v1/refunds", charge=charge["id"], amount=1200)
    ran = life("invoice", "credit", paid_invoice, "--amount", "5.00", "--to", "balance", "--yes", "--output", "json")

    assert (ran.code, ran.error["kind"]) == (1, "refused")
    assert "only $3.00 is left to credit" in ran.error["message"]


def test_a_card_cannot_take_back_more_than_it_paid(life: Life, paid_invoice: str) -> None:
    life.ok("invoice", "credit", paid_invoice, "--amount", "5.00", "--to", "outside", "--yes")
    [charge], _ = life.shop.api.page("/v1/charges", {"customer": life.customer})
    life.shop.post("/v1/refunds", charge=charge["id"], amount=800)
    life.shop.post(f"/v1/customers/{life.customer}/balance_transactions", amount=-500, currency="usd")
    life.ok("invoice", "credit", paid_invoice, "--amount", "2.00", "--to", "card", "--yes")

    assert sum(refunds(life)) == 1000


def test_a_paid_invoice_needs_a_destination(life: Life, paid_invoice: str) -> None:
    ran = life("invoice", "credit", paid_invoice, "--yes", "--output", "json")

    assert (ran.code, ran.error["kind"]) == (2, "usage")
    assert "--to balance" in ran.error["hint"]
    assert notes(life) == []


def test_what_the_balance_paid_of_an_open_invoice_needs_one_too(life: Life) -> None:
    life.shop.post(f"/v1/customers/{life.customer}/balance_transactions", amount=-500, currency="usd")
    invoice = open_invoice(life)
    ran = life("invoice", "credit", invoice, "--amount", "18.00", "--yes", "--output", "json")

    assert (ran.code, ran.error["kind"]) == (2, "usage")
    assert f"$3.00 of what is credited of the invoice {invoice} is paid" in ran.error["message"]

    life.ok("invoice", "credit", invoice, "--amount", "18.00", "--to", "balance", "--yes")
    assert balance(life) == -300


def test_what_several_payments_paid_is_said(life: Life) -> None:
    invoice = open_invoice(life)
    for amount in (500, 1500):
        card = {"payment_method": "pm_card_visa", "confirm": True, "return_url": "https://example.com"}
        paying = life.shop.post("/v1/payment_intents", customer=life.customer, amount=amount, currency="usd", **card)
        life.shop.post(f"/v1/invoices/{invoice}/attach_payment", payment_intent=paying["id"])
    credit = ("invoice", "credit", invoice, "--to", "card", "--yes", "--output", "json", "--amount")
    ran = life(*credit, "18.00")

    assert (ran.code, ran.error["kind"]) == (1, "refused")
    assert "$20.00 of what cards paid is left in all, and no payment has as much" in ran.error["message"]
    assert f"billing --local refund create {invoice}" in ran.error["hint"]
    assert life.ok(*credit, "15.00").json["result"] == "credited"


def test_an_open_invoice_has_none(life: Life, unpaid_invoice: str) -> None:
    ran = life("invoice", "credit", unpaid_invoice, "--to", "card", "--yes", "--output", "json")

    assert (ran.code, ran.error["kind"]) == (2, "usage")


def test_a_bare_number_is_refused_with_both_readings(life: Life, paid_invoice: str) -> None:
    ran = life("invoice", "credit", paid_invoice, "--amount", "5", "--to", "card", "--yes", "--output", "json")

    assert (ran.code, ran.error["kind"]) == (2, "usage")
    assert "$5.00" in ran.error["message"] and "$0.05" in ran.error["message"]
    assert notes(life) == []


def test_what_is_void_is_refused(life: Life, unpaid_invoice: str) -> None:
    life.ok("invoice", "void", unpaid_invoice, "--yes")
    ran = life("invoice", "credit", unpaid_invoice, "--yes", "--output", "json")

    assert (ran.code, ran.error["kind"]) == (1, "refused")


def test_nothing_is_credited_without_a_yes(life: Life, paid_invoice: str) -> None:
    assert life("invoice", "credit", paid_invoice, "--to", "card").code == 2
    assert life.ok("invoice", "list", "--customer", EMAIL).out
    assert notes(life) == []
