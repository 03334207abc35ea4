"""Metered use under `sub change` and `sub cancel` is announced and billed as it happened."""

from __future__ import annotations

import pytest

from tests.cli.sub.history import Begin


def test_use_is_said_before_it_is_charged(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.metered("calls", "0.08")
    it.start("calls")
    it.use(5000)
    it.to("2026-04-16")

    record, output = it.said("cancel", "--now", "--invoice-now")

    assert "$4.00 is charged" in output
    assert record["final_invoice"]["due_now"] == 400
    assert it.paid()[-1] == 400


def test_use_until_an_end_is_said_to_be_billed_then(begin: Begin) -> None:
    it = begin("2026-04-01")
    it.metered("calls", "0.08")
    it.start("calls")
    it.to("2026-04-16")

    record, output = it.said("cancel")

    assert "What is used of calls until then, and not billed yet, is billed then." in output
    assert record["final_invoice"] is None, "nothing that is known by now"
    assert "charged" not in output


class TestUse:
    def test_is_billed_at_the_price_under_which_it_happened(self, begin: Begin) -> None:
        it = begin("2026-04-01")
        it.metered("cheap", "0.5")
        it.metered("dear", "2")
        it.start("cheap")
        it.to("2026-04-10")
        it.use(333)
        it.to("2026-04-11")

        output = it.ok("change", "--price", "dear").err
        it.use(100)
        upcoming = it.billing.ok("sub", "show", it.id, "--local", "--output", "json").json["next_invoice"]
        it.to("2026-05-01 02:00")

        assert "used" in output
        assert upcoming["amount_due"] == 167 + 200
        assert sum(it.paid()) == 367

    def test_is_billed_when_a_licensed_price_takes_its_place(self, begin: Begin) -> None:
        it = begin("2026-04-01")
        it.metered("calls", "0.5")
        it.price("flat", 24)
        it.start("calls")
        it.to("2026-04-10")
        it.use(333)
        it.to("2026-04-16")

        record, output = it.said("change", "--price", "flat")

        assert "$1.67" in output
        assert record["cost"]["due_now"] == 1200 + 167
        assert it.paid()[-1] == 1200 + 167

    def test_of_a_price_that_a_schedule_replaces_is_billed_then(self, begin: Begin) -> None:
        it = begin("2026-04-01")
        it.metered("cheap", "0.5")
        it.metered("dear", "2")
        it.start("cheap")
        it.use(400)
        it.to("2026-04-11")

        record, output = it.said("change", "--price", "dear", "--at", "period-end")
        it.to("2026-05-01 02:00")

        assert record["cost"]["next_invoice"]["amount"] == sum(it.paid()) == 200
        assert "What is used of cheap until then is billed then, at its price." in output

    @pytest.mark.parametrize(("proration", "billed"), [("create", 200), ("invoice", 200), ("none", 0)])
    def test_of_an_item_that_is_removed(self, proration: str, billed: int, begin: Begin) -> None:
        it = begin("2026-04-01")
        it.metered("calls", "0.5")
        it.price("ten", 10)
        it.start("ten", "calls")
        it.use(400)
        it.to("2026-04-11")

        output = it.ok("change", "--remove", "calls", "--proration", proration).err
        it.to("2026-05-01 02:00")

        assert sum(it.paid()) == 2000 + billed
        assert f"not billed yet is {'billed with it' if billed else 'never billed'}" in output

    @pytest.mark.parametrize("after", ["dear", "flat"])
    def test_in_classic_billing_mode_goes_with_its_price(self, after: str, begin: Begin) -> None:
        it = begin("2026-04-01")
        it.metered("calls", "0.5")
        it.metered("dear", "2")
        it.price("flat", 30)
        it.start("calls", billing_mode={"type": "classic"})
        it.use(400)
        it.to("2026-04-11")

        record, output = it.said("change", "--price", after, "--proration", "create")
        it.use(100)
        it.to("2026-05-01 02:00")

        assert "is lost: in classic billing mode it goes with its price" in output
        assert sum(it.paid()) == {"dear": 200, "flat": 2000 + 3000}[after]
        assert record["cost"]["next_invoice"]["amount"] == {"dear": 0, "flat": 5000}[after]

    def test_a_scheduled_change_beside_it_is_taken_back(self, begin: Begin) -> None:
        it = begin("2026-04-01")
        it.metered("calls", "0.5")
        it.monthly(ten=10, twenty=20)
        it.start("ten", "calls")
        it.ok("change", "--item", "ten", "--price", "twenty", "--at", "period-end")

        record = it.json("change", "--item", "ten", "--price", "ten", "--at", "period-end")

        assert (record["result"], it.subscription["schedule"]) == ("taken_back", None)

    def test_a_metered_price_takes_no_quantity(self, begin: Begin) -> None:
        it = begin("2026-04-01")
        it.metered("api.use", "0.5")

        ran = it.billing("sub", "create", "--customer", it.customer, "--price", "api.use:5", "--local", "--yes")

        assert ran.code != 0
        assert "metered" in ran.err
        assert it.shop.api.page("/v1/subscriptions", {"customer": it.customer})[0] == []
