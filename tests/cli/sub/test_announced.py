"""What `sub change` and `sub cancel` announce is what happens: histories that once ended otherwise."""

from __future__ import annotations

import pytest

from tests.cli.sub.history import Begin, History
from tests.conftest import Billing
from tests.local_stripe.life import moment


@pytest.mark.parametrize("pending", ["include", "exclude"])
def test_a_credit_that_waits_counts_once(pending: str, begin: Begin) -> None:
    it = begin("2026-04-01")
    for key, amount in (("ten", 10), ("twenty", 20), ("thirty", 30)):
        it.price(key, amount)
    it.start("twenty")
    it.billing.ok("local", "settings", "--pending-update-items", pending)
    it.to("2026-04-11")
    it.ok("change", "--price", "ten")
    assert sum(it.pending()) == -667 or sum(it.pending()) == -666
    it.to("2026-04-16")

    shown = it.preview("--price", "thirty")["cost"]
    cost = it.json("change", "--price", "thirty")["cost"]
    it.to("2026-05-01 02:00")

    assert shown == cost
    paid = it.paid()
    assert paid[1:] == [cost["due_now"], cost["next_invoice"]["amount"]]
    assert cost["due_now"] + cost["next_invoice"]["amount"] == 334 + 3000
    assert cost["credited"] + cost["charged"] == cost["due_now"]


def test_what_waits_is_billed_at_the_end_of_the_period(begin: Begin) -> None:
    it = begin("2026-06-01")
    it.monthly(ten=10, forty=40)
    it.start("ten")
    it.to("2026-06-16")
    it.ok("change", "--price", "forty", "--proration", "create")

    record, output = it.said("cancel")
    it.to("2026-07-01 02:00")

    assert "$15.00 is charged" in output
    assert record["final_invoice"]["due_now"] == 1500
    assert (it.paid(), it.pending()) == ([1000, 1500], [])


def test_an_end_within_the_period_credits_the_balance(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.price("thirty", 30)
    it.start("thirty")

    output = it.ok("cancel", "--at", "2026-04-16", "--prorate").err
    it.to("2026-04-16 02:00")

    assert "$15.00 goes to the balance" in output
    assert (it.balance, it.pending()) == (-1500, [])


def test_an_end_in_a_later_period_says_what_is_charged_until_then(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.price("thirty", 30)
    it.start("thirty")

    record, output = it.said("cancel", "--at", "2026-06-16")
    for month in ("2026-05-01 02:00", "2026-06-01 02:00", "2026-06-16 02:00"):
        it.to(month)

    assert it.subscription["status"] == "canceled"
    charged = it.paid()[1:]
    assert charged == [3000, 1500]
    assert "$30.00 on 1 May 2026 UTC" in output
    assert "$15.00 on 1 Jun 2026 UTC" in output
    assert "on 16 Jun 2026 UTC: " not in output
    assert record["final_invoice"] is None
    assert [one["amount"] for one in record["renewals"]] == charged


def test_the_next_invoice_after_another_interval_has_its_discount(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.shop.post("/v1/coupons", id="HALF", percent_off=50, duration="forever")
    it.price("twenty", 20)
    it.price("week", 10, "week")
    it.start("twenty", discounts=[{"coupon": "HALF"}])
    it.to("2026-04-11")

    cost = it.json("change", "--price", "week")["cost"]
    it.to("2026-04-18 02:00")

    assert cost["next_invoice"]["amount"] == max(0, 500 + cost["to_balance"])
    assert it.paid()[-1] == cost["next_invoice"]["amount"]


def test_the_next_invoice_after_another_interval_is_half_under_a_coupon_of_half(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.shop.post("/v1/coupons", id="HALF", percent_off=50, duration="forever")
    it.price("month", 20)
    it.price("week", 20, "week")
    it.start("month", discounts=[{"coupon": "HALF"}])

    cost = it.json("change", "--price", "week")["cost"]
    it.to("2026-04-08 02:00")

    assert cost["next_invoice"]["amount"] == it.paid()[-1] == 1000


def test_a_charge_under_the_minimum_is_carried_over(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.monthly(ten=10, more=10.2)
    it.start("ten")
    it.to("2026-04-16")

    cost = it.json("change", "--price", "more")["cost"]
    it.to("2026-05-01 02:00")

    assert (cost["due_now"], cost["credited"], cost["to_balance"]) == (0, -500, 10)
    assert cost["next_invoice"]["amount"] == 1030
    assert it.paid()[-1] == 1030


def test_a_carried_over_charge_is_told_as_that(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.monthly(ten=10, more=10.2)
    it.start("ten")
    it.to("2026-04-16")

    output = it.ok("change", "--price", "more").err

    assert "$0.10 is less than Stripe charges: it is carried over to the next invoice" in output
    assert "is credited to the next invoices" not in output


def test_a_credit_is_told_with_what_the_next_invoice_uses_of_it(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.monthly(ten=10, hundred=100)
    it.start("hundred")
    it.to("2026-04-16")

    output = it.ok("change", "--price", "ten").err

    assert "$45.00: $10.00 pays the invoice of 1 May 2026 UTC, $35.00 stays for later ones" in output


def test_an_upgrade_of_what_is_to_end_is_made_or_refused_with_the_way_out(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.monthly(ten=10, forty=40)
    it.start("ten")
    it.to("2026-04-16")
    it.ok("cancel")

    record, output = it.said("change", "--price", "forty")
    it.to("2026-05-01 02:00")

    assert "still ends on 1 May 2026 UTC" in output
    assert (record["cost"]["due_now"], record["cost"]["next_invoice"]) == (1500, None)
    assert it.paid() == [1000, 1500]


def test_a_credit_without_an_invoice_waits_in_json_too(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.price("thirty", 30)
    it.start("thirty")
    it.to("2026-04-16")

    record, output = it.said("cancel", "--now", "--prorate")

    assert "waits" in output
    assert (record["final_invoice"]["to_balance"], record["final_invoice"]["due_now"]) == (0, 0)
    assert record["final_invoice"]["waits"] == -1500
    assert (it.balance, it.pending(), len(it.invoices())) == (0, [-1500], 1)


def test_a_credit_of_time_that_was_never_paid_for_is_warned_of(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.price("thirty", 30)
    it.start("thirty")
    it.use_card("pm_card_chargeCustomerFail")
    it.to("2026-05-02")
    assert it.subscription["status"] == "past_due"

    record, output = it.said("cancel", "--now", "--prorate", "--invoice-now")

    assert (record["final_invoice"]["credited"], it.balance) == (-2903, -2903)
    assert "was never paid" in output
    assert record["unpaid_time"] is True


def test_an_upgrade_of_what_is_past_due_is_warned_of_and_makes_it_active(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.monthly(thirty=30, sixty=60)
    it.start("thirty")
    it.use_card("pm_card_chargeCustomerFail")
    it.to("2026-05-01 02:00")
    it.use_card("pm_card_visa")

    output = it.ok("change", "--price", "sixty").err

    assert "was never paid" in output
    assert it.subscription["status"] == "active"


class TestStates:
    """What cannot be changed as announced is refused with the way out; what can says what becomes of its end."""

    @pytest.fixture
    def it(self, begin: Begin) -> History:
        it = begin("2026-04-01")
        for key, amount in (("ten", 10), ("twenty", 20), ("forty", 40)):
            it.price(key, amount)
        it.price("year", 100, "year")
        it.start("twenty")
        it.to("2026-04-11")
        return it

    @pytest.mark.parametrize(
        "options",
        [
            ("--price", "forty"),
            ("--price", "forty", "--at", "period-end"),
            ("--add", "ten"),
            ("--coupon", "NONE"),
            ("--restart-period",),
        ],
    )
    def test_a_paused_one_goes_on_first(self, options: tuple[str, ...], it: History) -> None:
        it.ok("pause")

        ran = it.run("change", *options, "--yes")

        assert ran.code == 1
        assert "is paused" in ran.err
        assert f"billing --local sub resume {it.id}" in ran.err

    def test_a_paused_one_that_is_to_end_gives_no_access_until_then(self, it: History) -> None:
        it.ok("pause")
        period = it.subscription["items"]["data"][0]["current_period_end"]

        output = it.ok("cancel", "--at", "2026-06-01").err

        assert "It is paused: the customer has no access." in output
        assert "keeps access" not in output
        assert it.subscription["items"]["data"][0]["current_period_end"] == period

    def test_an_end_in_a_later_period_is_not_taken_back_by_a_scheduled_change(self, it: History) -> None:
        it.ok("cancel", "--at", "2026-06-11")

        ran = it.run("change", "--price", "forty", "--at", "period-end", "--yes")

        assert ran.code == 1
        assert f"billing --local sub resume {it.id}" in ran.err
        assert it.subscription["cancel_at"] == moment("2026-06-11")

    @pytest.mark.parametrize("options", [("--price", "year"), ("--restart-period",)])
    def test_an_end_with_the_period_moves_to_the_end_of_a_new_one(self, options: tuple[str, ...], it: History) -> None:
        it.ok("cancel")

        record, output = it.said("change", *options)

        ends = it.subscription["cancel_at"]
        assert ends == it.subscription["items"]["data"][0]["current_period_end"] > moment("2026-05-01")
        assert record["cost"]["next_invoice"] is None
        assert f"period, on 11 {'Apr 2027' if 'year' in options else 'May 2026'}" in output
        assert "still ends" not in output

    @pytest.mark.parametrize("given_up", ["void", "mark_uncollectible"])
    def test_a_credit_of_time_whose_invoice_was_given_up_is_warned_of(self, given_up: str, it: History) -> None:
        it.use_card("pm_card_chargeCustomerFail")
        it.to("2026-05-01 02:00")
        open_one = it.invoices()[-1]["id"]
        it.shop.post(f"/v1/invoices/{open_one}/{given_up}")

        change, shown_of_change = it.said("change", "--price", "ten")
        cancel, shown_of_cancel = it.said("cancel", "--now", "--prorate")

        assert change["unpaid_time"] is cancel["unpaid_time"] is True
        for shown in (shown_of_change, shown_of_cancel):
            assert f"never paid for: invoice {open_one} is {'void' if given_up == 'void' else 'written off'}" in shown


def test_two_changes_within_one_second_are_counted_apart(begin: Begin) -> None:
    it = begin("2026-01-01")
    for key, amount in (("forty", 40), ("twenty", 20), ("thirty", 30)):
        it.price(key, amount)
    it.start("forty")
    it.to("2026-01-16")

    costs = [
        it.json("change", "--price", price, "--proration", "create")["cost"]
        for price in ("twenty", "thirty", "twenty", "thirty")
    ]

    assert [(cost["credited"], cost["charged"]) for cost in costs] == [
        (-2065, 1032),
        (-1032, 1548),
        (-1548, 1032),
        (-1032, 1548),
    ]
    assert sum(it.pending()) == sum(cost["credited"] + cost["charged"] for cost in costs)
    it.to("2026-02-01 02:00")
    assert it.paid()[-1] == costs[-1]["next_invoice"]["amount"]


def test_an_upgrade_is_billed_at_once_whatever_credit_waits(begin: Begin) -> None:
    it = begin("2026-01-01")
    for key, amount in (("forty", 40), ("ten", 10), ("twenty", 20)):
        it.price(key, amount)
    it.start("forty")
    it.to("2026-01-16")
    it.ok("change", "--price", "ten")
    it.to("2026-01-17")

    record = it.json("change", "--price", "twenty")
    it.to("2026-02-01 02:00")

    assert (record["proration"], record["cost"]["due_now"], it.pending()) == ("invoice", 0, [])
    assert it.paid()[-2:] == [0, record["cost"]["next_invoice"]["amount"]]


def test_the_invoice_after_a_new_period_has_no_discount_for_one_invoice(begin: Begin) -> None:
    it = begin("2026-01-01")
    it.shop.post("/v1/coupons", id="FIRST", percent_off=50, duration="once")
    it.price("thirty", 30)
    it.start("thirty")
    it.to("2026-01-16")
    it.ok("change", "--coupon", "FIRST")

    cost = it.json("change", "--restart-period")["cost"]
    it.to("2026-02-16 02:00")

    assert it.paid()[-2:] == [cost["due_now"], cost["next_invoice"]["amount"]]


def test_zero_lines_are_not_printed(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.monthly(free=0, thirty=30)
    it.start("free")
    it.to("2026-04-16")

    output = it.ok("change", "--price", "thirty").err

    assert "$0.00" not in output


def test_a_discount_is_not_credited(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.shop.post("/v1/coupons", id="HALF", percent_off=50, duration="forever")
    it.price("thirty", 30)
    it.price("year", 300, "year")
    it.start("thirty", discounts=[{"coupon": "HALF"}])

    record, output = it.said("change", "--price", "year")

    assert record["cost"]["credited"] == -1500
    assert record["cost"]["discounted"] == -15000
    assert "discount" in output


def test_help_explains_proration_in_its_order(billing: Billing) -> None:
    text = " ".join(billing.ok("sub", "change", "--help").out.replace("│", " ").split())

    assert "create with the next invoice, invoice at once, none never" in text
