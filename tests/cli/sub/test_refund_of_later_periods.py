"""`billing sub cancel --refund prorated` in a later period: how the periods before were paid for is no matter of it."""

from __future__ import annotations

import pytest

from tests.cli.sub.history import Begin, History

NOW = ("--now", "--refund", "prorated")


@pytest.fixture
def it(begin: Begin) -> History:
    """A customer who pays 30.00 a month from the first of April, and has half of a month left when all is over."""
    it = begin("2026-04-01")
    it.price("thirty", 30)
    return it


def newest_invoice(it: History) -> str:
    return str(it.invoices()[-1]["id"])


def check_half_a_month_comes_back(it: History, refunded: tuple[int, ...] = ()) -> None:
    record, output = it.said("cancel", *NOW)

    assert it.refunded() == [*refunded, 1500]
    assert (record["refund"]["amount"], record["refund"]["not_to_card"]) == (1500, 0)
    assert "balance" not in output


def test_what_was_refunded_of_a_month_that_is_over(it: History) -> None:
    it.start("thirty")
    it.billing.ok("refund", "create", newest_invoice(it), "--amount", "10.00", "--yes", "--local")
    it.to("2026-05-16 12:00")
    check_half_a_month_comes_back(it, (1000,))


def test_what_was_credited_to_the_card_of_a_month_that_is_over(it: History) -> None:
    it.start("thirty")
    credit = ("--amount", "10.00", "--to", "card")
    it.billing.ok("invoice", "credit", newest_invoice(it), *credit, "--yes", "--local")
    it.to("2026-05-16 12:00")
    check_half_a_month_comes_back(it, (1000,))


def test_a_month_that_was_paid_outside_of_stripe(it: History) -> None:
    it.start("thirty", collection_method="send_invoice", days_until_due=5)
    it.to("2026-04-01 02:00")
    it.shop.post(f"/v1/invoices/{newest_invoice(it)}/pay", paid_out_of_band=True)
    it.shop.post(f"/v1/subscriptions/{it.id}", collection_method="charge_automatically")
    it.to("2026-05-16 12:00")
    check_half_a_month_comes_back(it)


def test_a_month_that_the_balance_paid_in_part(it: History) -> None:
    it.shop.post(f"/v1/customers/{it.customer}/balance_transactions", amount=-1000, currency="usd")
    it.start("thirty")
    it.to("2026-05-16 12:00")
    check_half_a_month_comes_back(it)


def test_a_month_whose_invoice_was_voided(it: History) -> None:
    it.start("thirty")
    it.ok("pause", "--keep-service")
    it.to("2026-05-10")
    it.ok("resume")
    it.to("2026-06-16")
    assert [one["status"] for one in it.invoices()] == ["paid", "void", "paid"]
    check_half_a_month_comes_back(it)


def test_a_debt_that_a_payment_settled_is_no_credit_that_is_left(it: History) -> None:
    it.shop.post(f"/v1/customers/{it.customer}/balance_transactions", amount=1000, currency="usd")
    it.start("thirty")
    it.to("2026-04-16")
    assert it.paid() == [4000]
    check_half_a_month_comes_back(it)


def test_a_month_that_is_still_owed_is_not_paid_for_by_what_comes_back(it: History) -> None:
    it.start("thirty")
    it.shop.post(f"/v1/subscriptions/{it.id}", collection_method="send_invoice", days_until_due=20)
    it.to("2026-05-10")
    it.shop.post(f"/v1/subscriptions/{it.id}", collection_method="charge_automatically")
    it.to("2026-06-16")
    assert [one["status"] for one in it.invoices()] == ["paid", "open", "paid"]

    record, output = it.said("cancel", *NOW)

    assert (it.refunded(), record["refund"]["not_to_card"]) == ([], 1500)
    assert "something was never paid" in output


def test_a_new_month_whose_invoice_the_customer_is_sent(it: History) -> None:
    it.start("thirty")
    it.shop.post(f"/v1/subscriptions/{it.id}", collection_method="send_invoice", days_until_due=20)
    it.to("2026-05-01 00:30")

    shown = it.run("cancel", *NOW, "--invoice-now", "--preview", "--output", "json")
    ran = it.ok("cancel", *NOW, "--invoice-now")

    record, output = shown.json, ran.err
    assert (it.refunded(), record["refund"]["amount"], record["unpaid_time"]) == ([], 0, True)
    assert "Open: $30.00, for the customer to pay" in ran.out
    assert "from what is charged now" not in output
    assert "something was never paid" in output
    assert "over $30.00 is made final, for the customer to pay" in output
    assert it.invoices()[-1]["status"] == "open"


def test_a_first_invoice_that_the_customer_is_sent_is_no_payment(it: History) -> None:
    it.start("thirty", collection_method="send_invoice", days_until_due=20)
    refused = it.run("cancel", *NOW, "--invoice-now", "--yes")
    assert refused.code == 1
    assert "nothing was ever paid through Stripe" in refused.err


def test_a_last_invoice_that_the_customer_is_sent_pays_for_nothing(it: History) -> None:
    it.start("thirty")
    it.shop.post(f"/v1/subscriptions/{it.id}", collection_method="send_invoice", days_until_due=20)
    it.to("2026-04-16")
    it.ok("change", "--quantity", "3", "--proration", "create")

    record, output = it.said("cancel", *NOW, "--invoice-now")

    assert (it.refunded(), record["refund"]["not_to_card"]) == ([1500], 3000), "45.00 are unused, 30.00 never paid"
    assert "A last invoice is made now: $30.00, which the customer is sent to pay." in output
    assert "something was never paid" in output


def test_of_a_last_payment_of_which_nothing_is_used_no_used_amount_is_told(begin: Begin) -> None:
    it = begin("2026-01-01")
    it.price("monthly", 24)
    it.start("monthly")

    at_once = it.ok("cancel", "--now", "--refund", "last", "--preview").out
    later = it.ok("cancel", "--refund", "last").err

    assert "refunded   $24.00, all of it" in at_once
    assert "the whole last payment" not in at_once
    assert "  This is the whole last payment; and the service goes on until the end.\n" in later
