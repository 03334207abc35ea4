"""`billing sub change`: what it says beforehand is what is charged."""

from __future__ import annotations

import pytest

from tests.cli.sub.conftest import CHARGE, CREDIT, EMAIL, FIRST_OF_APRIL, FIRST_OF_MARCH, TEN_DAYS_LATER, Life


class TestUpgrade:
    def test_shows_what_stripe_would_credit_and_charge(self, life: Life) -> None:
        shown = life.ok("sub", "change", EMAIL, "--price", "team", "--preview").out

        assert "pro → team, now" in shown
        assert "credited   -$10.16  Unused time on Pro after 11 Mar 2026" in shown
        assert "charged     $33.87  Remaining time on Team after 11 Mar 2026" in shown
        assert "due now    $23.71 from Visa ending in 4242" in shown
        assert "next       $50.00 on 1 Apr 2026 UTC" in shown
        assert life.plan == "pro"
        assert len(life.invoices()) == 1

    def test_does_exactly_what_it_showed(self, life: Life) -> None:
        previewed = life.json("sub", "change", life.id, "--price", "team", "--preview")

        changed = life.json("sub", "change", life.id, "--price", "team", "--yes")

        assert changed["result"] == "changed"
        assert changed["cost"] == previewed["cost"]
        cost = changed["cost"]
        assert (cost["credited"], cost["charged"], cost["due_now"]) == (CREDIT, CHARGE, CHARGE + CREDIT)
        assert life.plan == "team"
        assert life.invoices()[-1] == ("paid", cost["due_now"])
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert life.invoices()[-1] == ("paid", cost["next_invoice"]["amount"])
        assert cost["next_invoice"]["at"] == FIRST_OF_APRIL

    def test_asks_first_and_refuses_where_nobody_can_be_asked(self, life: Life) -> None:
        ran = life("sub", "change", life.id, "--price", "team")

        assert ran.code == 2
        assert "due now    $23.71" in ran.err
        assert f"no terminal to ask on: Change {life.id} now?" in ran.err
        assert life.plan == "pro"

    def test_to_what_it_is_on_already_is_a_success(self, life: Life) -> None:
        record = life.json("sub", "change", life.id, "--price", "pro")

        assert (record["result"], record["cost"]) == ("unchanged", None)
        assert len(life.invoices()) == 1

    def test_of_the_interval_starts_a_new_period_and_says_so(self, life: Life) -> None:
        ran = life.ok("sub", "change", life.id, "--price", "pro-yearly", "--yes")

        assert "a new period begins now: the billing date becomes 11 Mar 2026 UTC" in ran.err
        assert "next       $150.00 on 11 Mar 2027 UTC" in ran.err
        assert life.subscription["items"]["data"][0]["current_period_start"] == TEN_DAYS_LATER
        assert life.invoices()[-1] == ("paid", 15000 + CREDIT)


class TestQuantity:
    def test_may_change_alone(self, life: Life) -> None:
        record = life.json("sub", "change", life.id, "--quantity", "3", "--yes")

        assert (record["from"]["quantity"], record["to"]["quantity"]) == (1, 3)
        assert life.subscription["items"]["data"][0]["quantity"] == 3
        assert record["cost"]["due_now"] == life.invoices()[-1][1] == 3 * 1016 - 1016

    def test_stays_when_the_price_changes(self, life: Life) -> None:
        life.ok("sub", "change", life.id, "--quantity", "3", "--yes")
        life.ok("sub", "change", life.id, "--price", "team", "--yes")

        assert life.subscription["items"]["data"][0]["quantity"] == 3


class TestDowngrade:
    def test_credits_the_next_invoice(self, life: Life) -> None:
        life.ok("sub", "change", life.id, "--price", "team", "--yes")

        record = life.json("sub", "change", life.id, "--price", "pro", "--yes")

        assert record["proration"] == "create"
        assert record["cost"]["due_now"] == 0
        assert record["cost"]["credited"] == -CHARGE
        assert life.plan == "pro"
        assert len(life.invoices()) == 2
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert life.invoices()[-1] == ("paid", 1500 - CHARGE - CREDIT)
        assert record["cost"]["next_invoice"]["amount"] == 0
        assert record["cost"]["to_balance"] == 1500 - CHARGE - CREDIT

    def test_may_be_billed_at_once(self, life: Life) -> None:
        life.ok("sub", "change", life.id, "--price", "team", "--yes")

        record = life.json("sub", "change", life.id, "--price", "pro", "--proration", "invoice", "--yes")

        assert record["cost"]["to_balance"] == -CHARGE - CREDIT
        assert life.invoices()[-1] == ("paid", -CHARGE - CREDIT)


@pytest.mark.parametrize("proration", ["create", "none"])
def test_an_upgrade_need_not_be_charged_at_once(proration: str, life: Life) -> None:
    record = life.json("sub", "change", life.id, "--price", "team", "--proration", proration, "--yes")

    assert record["cost"]["due_now"] == 0
    assert (life.plan, len(life.invoices())) == ("team", 1)
    life.advance(FIRST_OF_APRIL + 2 * 3600)
    expected = 5000 + (CHARGE + CREDIT if proration == "create" else 0)
    assert life.invoices()[-1] == ("paid", expected)
    assert record["cost"]["next_invoice"]["amount"] == expected


class TestAtPeriodEnd:
    def test_the_plan_changes_with_the_next_period(self, life: Life) -> None:
        record = life.json("sub", "change", life.id, "--price", "team", "--at", "period-end", "--yes")

        assert (record["result"], record["starts"]) == ("scheduled", FIRST_OF_APRIL)
        assert record["cost"]["next_invoice"] == {"amount": 5000, "at": FIRST_OF_APRIL}
        assert (life.plan, len(life.invoices())) == ("pro", 1)
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert life.plan == "team"
        assert life.invoices()[-1] == ("paid", 5000)

    def test_the_same_again_is_a_success(self, life: Life) -> None:
        command = ("sub", "change", life.id, "--price", "team", "--at", "period-end")
        life.ok(*command, "--yes")

        assert life.json(*command)["result"] == "unchanged"

    def test_another_replaces_it(self, life: Life) -> None:
        life.ok("sub", "change", life.id, "--price", "team", "--at", "period-end", "--yes")

        ran = life.ok("sub", "change", life.id, "--price", "pro-yearly", "--at", "period-end", "--yes")

        assert "What was scheduled for 1 Apr 2026 UTC is dropped." in ran.err
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert life.plan == "pro-yearly"
        assert life.invoices()[-1] == ("paid", 15000)

    @pytest.mark.parametrize("at", ["now", "period-end"])
    def test_the_current_price_takes_it_back(self, at: str, life: Life) -> None:
        life.ok("sub", "change", life.id, "--price", "team", "--at", "period-end", "--yes")

        record = life.json("sub", "change", life.id, "--price", "pro", "--at", at, "--yes")

        assert record["result"] == "taken_back"
        assert life.subscription["schedule"] is None
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert life.invoices()[-1] == ("paid", 1500)

    def test_the_current_price_takes_it_back_though_it_is_archived(self, life: Life) -> None:
        life.ok("sub", "change", life.id, "--price", "team", "--at", "period-end", "--yes")
        life.shop.post(f"/v1/prices/{life.prices['pro']}", active=False)

        record = life.json("sub", "change", life.id, "--price", life.prices["pro"], "--yes")

        assert (record["result"], life.subscription["schedule"]) == ("taken_back", None)

    def test_a_change_now_takes_its_place(self, life: Life) -> None:
        life.ok("sub", "change", life.id, "--price", "team", "--at", "period-end", "--yes")

        life.ok("sub", "change", life.id, "--price", "pro-yearly", "--yes")

        assert (life.plan, life.subscription["schedule"]) == ("pro-yearly", None)

    def test_the_current_plan_goes_on_as_it_is(self, life: Life) -> None:
        life.ok("sub", "change", life.id, "--quantity", "2", "--proration", "none", "--yes")
        life.ok("sub", "change", life.id, "--price", "team", "--at", "period-end", "--yes")

        [item] = life.subscription["items"]["data"]
        assert (item["price"]["id"], item["quantity"]) == (life.prices["pro"], 2)
        assert item["current_period_start"] == FIRST_OF_MARCH
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert life.subscription["items"]["data"][0]["quantity"] == 2

    def test_after_it_has_happened_the_plan_can_change_again(self, life: Life) -> None:
        life.ok("sub", "change", life.id, "--price", "team", "--at", "period-end", "--yes")
        life.advance(FIRST_OF_APRIL + 2 * 3600)

        assert life.json("sub", "change", life.id, "--price", "team")["result"] == "unchanged"
        life.ok("sub", "change", life.id, "--price", "pro", "--at", "period-end", "--yes")
        life.advance(FIRST_OF_APRIL + 31 * 86400)
        assert life.plan == "pro"

    def test_needs_a_period_to_come(self, life: Life) -> None:
        life.ok("sub", "cancel", life.id, "--yes")

        ran = life("sub", "change", life.id, "--price", "team", "--at", "period-end", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert f"billing --local sub resume {life.id}" in ran.error["hint"]

    def test_prorates_nothing(self, life: Life) -> None:
        assert life("sub", "change", life.id, "--price", "team", "--at", "period-end", "--proration", "none").code == 2


class TestItems:
    def test_one_of_several_must_be_named(self, life: Life) -> None:
        life.shop.post(f"/v1/subscriptions/{life.id}", items=[{"price": life.prices["team"]}])

        ran = life("sub", "change", life.id, "--quantity", "2", "--output", "json")

        assert ran.code == 1
        assert "has 2 items" in ran.error["message"]
        assert "(pro)" in ran.error["message"]
        assert "(team)" in ran.error["message"]

    @pytest.mark.parametrize("at", ["now", "period-end"])
    def test_only_the_named_one_changes(self, at: str, life: Life) -> None:
        life.shop.post(f"/v1/subscriptions/{life.id}", items=[{"price": life.prices["team"]}])

        life.ok("sub", "change", life.id, "--item", "team", "--quantity", "4", "--at", at, "--yes")

        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert [item["quantity"] for item in life.subscription["items"]["data"]] == [1, 4]

    def test_changes_of_two_items_at_the_periods_end_go_together(self, life: Life) -> None:
        life.shop.post(f"/v1/subscriptions/{life.id}", items=[{"price": life.prices["team"]}])
        for name, quantity in (("team", "4"), ("pro", "3")):
            life.ok("sub", "change", life.id, "--item", name, "--quantity", quantity, "--at", "period-end", "--yes")

        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert [item["quantity"] for item in life.subscription["items"]["data"]] == [3, 4]

    def test_what_is_scheduled_for_another_item_is_shown_and_counted(self, life: Life) -> None:
        items = [{"price": life.prices["team"]}]
        life.shop.post(f"/v1/subscriptions/{life.id}", items=items, proration_behavior="none")
        later = ("--at", "period-end", "--yes")
        life.ok("sub", "change", life.id, "--item", "team", "--quantity", "4", *later)

        ran = life.ok("sub", "change", life.id, "--item", "pro", "--quantity", "3", *later)
        back = life.ok("sub", "change", life.id, "--item", "pro", "--quantity", "1", *later)

        assert "What is scheduled for the other items stays: team × 4 on 1 Apr 2026 UTC." in ran.err
        assert "is dropped" not in ran.err
        assert "then       $245.00 on 1 Apr 2026 UTC" in ran.err
        assert "pro stays as it is on 1 Apr 2026 UTC" in back.err
        assert "then       $215.00 on 1 Apr 2026 UTC" in back.err
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert life.invoices()[-1] == ("paid", 4 * 5000 + 1500)


class TestRefusals:
    def test_of_a_price_that_is_charged_once(self, life: Life) -> None:
        ran = life("sub", "change", life.id, "--price", "setup", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert "charged once" in ran.error["message"]

    def test_of_an_incomplete_subscription(self, life: Life) -> None:
        new = life.shop.subscription(life.customer, life.prices["team"], payment_behavior="default_incomplete")

        ran = life("sub", "change", new["id"], "--price", "pro", "--output", "json")

        assert ran.code == 1
        assert "before the first invoice is paid" in ran.error["message"]

    def test_of_one_that_has_ended(self, life: Life) -> None:
        life.ok("sub", "cancel", life.id, "--now", "--yes")

        ran = life("sub", "change", life.id, "--price", "team", "--output", "json")

        assert ran.code == 1
        assert "was canceled, and nothing brings it back" in ran.error["message"]

    def test_of_a_price_where_a_subscription_belongs(self, life: Life) -> None:
        ran = life("sub", "change", life.prices["pro"], "--price", "team", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (2, "wrong_kind")

    def test_of_nothing_to_change(self, life: Life) -> None:
        assert life("sub", "change", life.id).code == 2


def test_a_customer_who_is_sent_invoices_gets_another(life: Life) -> None:
    sent = {"collection_method": "send_invoice", "days_until_due": 7}
    new = life.shop.subscription(life.customer, life.prices["pro"], **sent)["id"]

    ran = life.ok("sub", "change", new, "--price", "team", "--yes")

    assert "by an invoice that the customer is sent" in ran.err
    assert life.shop.api.get(f"/v1/subscriptions/{new}")["items"]["data"][0]["price"]["id"] == life.prices["team"]


def test_a_trial_changes_without_a_charge(life: Life) -> None:
    trial = life.shop.subscription(life.customer, life.prices["pro"], trial_period_days=14)["id"]

    record = life.json("sub", "change", trial, "--price", "team", "--yes")

    assert (record["cost"]["due_now"], record["cost"]["lines"]) == (0, [])
    assert record["cost"]["next_invoice"] == {"amount": 5000, "at": TEN_DAYS_LATER + 14 * 86400}
