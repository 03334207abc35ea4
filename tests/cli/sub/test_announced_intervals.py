"""What is announced of items with different intervals, and of a later interval, is what happens."""

from __future__ import annotations

import pytest

from tests.cli.sub.history import Begin, History
from tests.local_stripe.life import moment


class TestSeveralIntervals:
    @pytest.fixture
    def it(self, begin: Begin) -> History:
        it = begin("2026-01-01")
        it.price("a", 100, "year")
        it.price("b", 40)
        it.start("a", "b", billing_mode={"type": "flexible"})
        return it

    def test_an_end_says_when_it_comes_and_what_it_credits(self, it: History) -> None:
        record, output = it.said("cancel")
        ends = it.subscription["cancel_at"]
        it.to("2026-02-01 02:00")

        assert ends == record["ends"] == moment("2026-02-01")
        assert "ends on 1 Feb 2026 00:00 UTC" in output
        assert "1 Jan 2027 00:00 UTC" in output, "the other end"
        assert it.subscription["status"] == "canceled"
        final = record["final_invoice"]
        assert it.balance == (final["to_balance"] if final else 0)

    def test_an_end_in_a_later_period_of_one_item_says_what_it_credits_of_the_other(self, it: History) -> None:
        record, output = it.said("cancel", "--at", "2026-02-15", "--prorate")
        it.to("2026-02-01 02:00")

        assert record["renewals"] == [{"amount": 0, "at": moment("2026-02-01")}]
        assert record["renewals_to_balance"] == it.balance < 0
        assert f"a credit of ${-it.balance // 100}.{-it.balance % 100:02} is left on it" in " ".join(output.split())

    def test_the_end_of_the_longest_period_is_offered(self, it: History) -> None:
        record, output = it.said("cancel", "--at", "last-period-end")

        assert record["ends"] == it.subscription["cancel_at"] == moment("2027-01-01")
        assert "ends on 1 Jan 2027 00:00 UTC" in output

    def test_a_later_change_says_what_is_due_then(self, it: History) -> None:
        it.price("a2", 200, "year")

        record = it.json("change", "--item", "a", "--price", "a2", "--at", "period-end")

        assert record["cost"]["next_invoice"] == {"amount": 24000, "at": moment("2027-01-01")}

    def test_a_discount_that_came_later_counts_in_a_later_change(self, it: History) -> None:
        it.price("a2", 200, "year")
        it.shop.post("/v1/coupons", id="HALF", percent_off=50, duration="forever")
        it.shop.post("/v1/coupons", id="QUARTER", percent_off=25, duration="repeating", duration_in_months=3)
        it.ok("change", "--coupon", "HALF")

        forever = it.json("change", "--item", "a", "--price", "a2", "--at", "period-end")["cost"]["next_invoice"]
        it.ok("change", "--coupon", "QUARTER")
        ended = it.json("change", "--item", "a", "--price", "a2", "--at", "period-end")["cost"]["next_invoice"]

        assert forever == {"amount": 12000, "at": moment("2027-01-01")}
        assert ended == {"amount": 24000, "at": moment("2027-01-01")}

    def test_a_later_interval_of_the_shortest_item_would_take_paid_time_of_another(self, it: History) -> None:
        it.price("quarter", 90, recurring={"interval": "month", "interval_count": 3})

        ran = it.run("change", "--item", "b", "--price", "quarter", "--at", "period-end", "--yes")

        assert ran.code == 1
        assert "a is paid for beyond that moment" in ran.err
        assert "without --at" in ran.err
        assert it.subscription["schedule"] is None

    def test_a_later_interval_of_the_longest_item_says_all_that_comes(self, it: History) -> None:
        it.price("m", 10)

        announced = it.json("change", "--item", "a", "--price", "m", "--at", "period-end")["cost"]["next_invoice"]
        for month in range(2, 13):
            it.to(f"2026-{month:02}-02")
        it.to("2027-01-01 02:00")

        assert announced == {"amount": 5000, "at": moment("2027-01-01")}
        assert it.paid()[-1] == 5000

    def test_each_item_shows_its_own_period(self, it: History) -> None:
        output = it.billing.ok("sub", "show", it.id, "--local").out

        assert "1 Jan 2026 UTC – 1 Jan 2027 UTC" in output
        assert "1 Jan 2026 UTC – 1 Feb 2026 UTC" in output


class TestAnotherIntervalWithTheNextPeriod:
    """Of one of two items: all items begin a new period then."""

    @pytest.fixture
    def it(self, begin: Begin) -> History:
        it = begin("2026-01-01")
        for key, amount in (("a", 40), ("b", 40), ("c", 20)):
            it.price(key, amount)
        it.price("y", 100, "year")
        it.start("a", "b")
        it.to("2026-01-16")
        return it

    def change(self, it: History) -> int:
        """Return what is announced, and came."""
        cost = it.json("change", "--item", "a", "--price", "y", "--at", "period-end")["cost"]
        it.to("2026-02-01 02:00")
        assert cost["next_invoice"] == {"amount": it.paid()[-1], "at": moment("2026-02-01")}
        return it.paid()[-1]

    def test_all_items_are_announced(self, it: History) -> None:
        assert self.change(it) == 14000

    def test_with_what_waits_and_the_balance(self, it: History) -> None:
        it.ok("change", "--item", "b", "--price", "c", "--proration", "create")
        it.shop.post(f"/v1/customers/{it.customer}/balance_transactions", amount=-500, currency="usd")

        assert self.change(it) == 10000 + 2000 - 1033 - 500

    def test_what_replaces_it_is_announced_without_it(self, it: History) -> None:
        it.shop.post("/v1/coupons", id="HALF", percent_off=50, duration="forever")
        it.ok("change", "--item", "a", "--price", "y", "--at", "period-end")

        cost = it.json("change", "--coupon", "HALF")["cost"]
        it.to("2026-02-01 02:00")

        assert cost["next_invoice"]["amount"] == it.paid()[-1] == 4000

    @pytest.mark.parametrize(("duration", "rest"), [("forever", 7000), ("once", 7000)])
    def test_with_a_discount(self, duration: str, rest: int, it: History) -> None:
        it.shop.post("/v1/coupons", id="HALF", percent_off=50, duration=duration)
        it.ok("change", "--coupon", "HALF")

        assert self.change(it) == rest


@pytest.mark.parametrize("proration", [(), ("--proration", "create"), ("--proration", "none")])
def test_what_was_free_begins_a_new_period_in_classic_mode(begin: Begin, proration: tuple[str, ...]) -> None:
    it = begin("2026-04-01")
    it.monthly(free=0, twenty=20)
    it.start("free", billing_mode={"type": "classic"})
    it.to("2026-04-11")

    shown = it.preview("--price", "twenty", *proration)["cost"]
    record, output = it.said("change", "--price", "twenty", *proration)
    it.to("2026-05-11 02:00")

    cost = record["cost"]
    assert shown == cost
    assert "It was free, so a new period begins now: the billing date becomes 11 Apr 2026 UTC." in output
    assert it.paid()[1:] == [cost["due_now"], cost["next_invoice"]["amount"]] == [2000, 2000]
    assert cost["next_invoice"]["at"] == moment("2026-05-11")


@pytest.mark.parametrize("proration", [(), ("--proration", "create")])
def test_what_is_added_to_free_items_begins_a_new_period_in_classic_mode(
    begin: Begin, proration: tuple[str, ...]
) -> None:
    it = begin("2026-04-01")
    it.monthly(free=0, twenty=20)
    it.start("free", billing_mode={"type": "classic"})
    it.to("2026-04-11")

    record, output = it.said("change", "--add", "twenty", *proration)
    it.to("2026-05-11 02:00")

    cost = record["cost"]
    assert "A new period begins now: the billing date becomes today." in output
    assert it.paid()[1:] == [cost["due_now"], cost["next_invoice"]["amount"]] == [2000, 2000]
    assert cost["next_invoice"]["at"] == moment("2026-05-11")


@pytest.mark.parametrize("mode", ["classic", "flexible"])
def test_packages_of_which_none_is_full_are_not_free(begin: Begin, mode: str) -> None:
    it = begin("2026-04-01")
    it.price("pack", 7, transform_quantity={"divide_by": 5, "round": "down"})
    it.monthly(thirty=30)
    it.start("pack", billing_mode={"type": mode})
    it.to("2026-04-16")

    cost = it.json("change", "--price", "thirty")["cost"]
    it.to("2026-05-01 02:00")

    assert it.paid()[1:] == [cost["due_now"], cost["next_invoice"]["amount"]] == [1500, 3000]
