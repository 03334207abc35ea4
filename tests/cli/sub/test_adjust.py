"""`billing sub change` of items, discount, trial and billing date: announced, and so it happens."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.sub.conftest import DAY, EMAIL, FIRST_OF_APRIL, TEN_DAYS_LATER, Life

CHANGE = ("sub", "change", EMAIL, "--yes")


@pytest.fixture
def support(life: Life) -> str:
    """The lookup key of another price, $30.00 a month, of another product."""
    life.shop.price(life.shop.product("Support"), lookup_key="support", unit_amount=3000)
    return "support"


def plan(life: Life) -> list[tuple[str, int | None]]:
    """Return the prices that the subscription is on."""
    return [(item["price"]["lookup_key"], item.get("quantity")) for item in life.subscription["items"]["data"]]


def discounts(life: Life) -> list[str]:
    subscription = life.shop.api.get(f"/v1/subscriptions/{life.id}", {"expand": ["discounts"]})["discounts"]
    return [one["source"]["coupon"] for one in subscription]


def announced_and_kept(life: Life, *options: str) -> Any:
    """Preview and change: the same figures, and the invoices that they said. The record of the change."""
    before = len(life.invoices())
    seen = life.json("sub", "change", EMAIL, "--preview", *options)
    done = life.json(*CHANGE, *options)
    assert (seen["result"], done["result"]) == ("previewed", "changed")
    assert seen["cost"] == done["cost"]
    made = life.invoices()[before:]
    assert sum(max(0, total) for _, total in made) == done["cost"]["due_now"]
    following = life.shop.post("/v1/invoices/create_preview", subscription=life.id)
    assert done["cost"]["next_invoice"]["amount"] == following["amount_due"]
    return done


class TestItems:
    def test_one_is_added_and_paid_for_at_once(self, life: Life, support: str) -> None:
        done = announced_and_kept(life, "--add", support)

        assert plan(life) == [("pro", 1), ("support", 1)]
        assert done["cost"]["due_now"] == 2032
        assert done["added"] == [{"price": life.subscription["items"]["data"][1]["price"]["id"], "quantity": 1}]
        assert life.invoices()[-1] == ("paid", 2032)

    def test_with_a_quantity(self, life: Life, support: str) -> None:
        life.ok(*CHANGE, "--add", f"{support}:3")

        assert plan(life) == [("pro", 1), ("support", 3)]

    def test_with_the_next_invoice(self, life: Life, support: str) -> None:
        done = announced_and_kept(life, "--add", support, "--proration", "create")

        assert (done["cost"]["due_now"], done["cost"]["next_invoice"]["amount"]) == (0, 1500 + 3000 + 2032)

    def test_for_nothing(self, life: Life, support: str) -> None:
        done = announced_and_kept(life, "--add", support, "--proration", "none")

        assert (done["cost"]["due_now"], done["cost"]["next_invoice"]["amount"]) == (0, 4500)

    def test_is_shown_before(self, life: Life, support: str) -> None:
        ran = life.ok(*CHANGE, "--add", support)

        assert f"{life.id}: + support" in ran.err
        assert "due now    $20.32 from Visa ending in 4242" in ran.err
        assert "It changes only if this payment goes through." in ran.err
        assert f"{life.id} is changed: + support." in ran.out

    def test_one_is_removed_and_credited(self, life: Life, support: str) -> None:
        life.ok(*CHANGE, "--add", support)
        done = announced_and_kept(life, "--remove", support)

        assert plan(life) == [("pro", 1)]
        assert done["cost"]["due_now"] == 0
        assert [terms["quantity"] for terms in done["removed"]] == [1]

    def test_one_in_place_of_another(self, life: Life, support: str) -> None:
        life.ok(*CHANGE, "--add", support)
        life.ok(*CHANGE, "--add", "team", "--remove", support)

        assert plan(life) == [("pro", 1), ("team", 1)]

    def test_a_second_time_is_nothing(self, life: Life, support: str) -> None:
        life.ok(*CHANGE, "--add", support)
        invoices = life.invoices()

        assert life.json(*CHANGE, "--add", support)["result"] == "unchanged"
        assert life.json(*CHANGE, "--remove", "team")["result"] == "unchanged"
        assert life.invoices() == invoices

    def test_the_last_one_is_not_removed(self, life: Life) -> None:
        ran = life(*CHANGE, "--remove", "pro", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert "billing --local sub cancel" in ran.error["hint"]

    def test_another_quantity_of_one_that_is_there_is_refused(self, life: Life) -> None:
        ran = life(*CHANGE, "--add", "pro:3", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert "--quantity 3" in ran.error["hint"]

    def test_a_credit_that_waits_is_taken_in_once(self, life: Life, support: str) -> None:
        life.ok(*CHANGE, "--quantity", "3")
        life.ok(*CHANGE, "--quantity", "1", "--proration", "create")
        done = announced_and_kept(life, "--add", support)

        assert done["cost"]["next_invoice"]["amount"] == 4500
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert life.invoices()[-1] == ("paid", 4500)

    def test_what_somebody_added_by_hand_is_taken_in_too(self, life: Life, support: str) -> None:
        life.shop.post("/v1/invoiceitems", customer=life.customer, amount=700, currency="usd", description="Help")
        done = announced_and_kept(life, "--add", support)

        assert done["cost"]["due_now"] == 2732

    def test_an_unknown_price_is_not_found(self, life: Life) -> None:
        assert life(*CHANGE, "--add", "nothing").code == 1
        assert life(*CHANGE, "--remove", "nothing").code == 1

    def test_declined_it_waits_for_its_payment(self, life: Life, support: str) -> None:
        life.use_card("pm_card_chargeCustomerFail")
        ran = life(*CHANGE, "--add", support, "--output", "json")

        assert (ran.code, ran.json["result"]) == (4, "payment_needed")
        assert plan(life) == [("pro", 1)]
        invoices = life.invoices()
        again = life(*CHANGE, "--add", support, "--output", "json")
        assert (again.code, again.json["result"], life.invoices()) == (4, "payment_needed", invoices)


class TestDiscounts:
    @pytest.fixture(autouse=True)
    def coupons(self, life: Life) -> None:
        life.shop.post("/v1/coupons", id="FIFTH", percent_off=20, duration="forever")
        life.shop.post("/v1/coupons", id="HALF", percent_off=50, duration="forever")
        promotion = {"type": "coupon", "coupon": "HALF"}
        life.shop.post("/v1/promotion_codes", code="SPRING", promotion=promotion)

    def test_a_coupon(self, life: Life) -> None:
        done = announced_and_kept(life, "--coupon", "FIFTH")

        assert discounts(life) == ["FIFTH"]
        assert (done["cost"]["due_now"], done["cost"]["next_invoice"]["amount"]) == (0, 1200)

    def test_takes_the_place_of_another(self, life: Life) -> None:
        life.ok(*CHANGE, "--coupon", "FIFTH")
        done = announced_and_kept(life, "--promotion-code", "SPRING")

        assert discounts(life) == ["HALF"]
        assert done["cost"]["next_invoice"]["amount"] == 750

    def test_is_taken_away(self, life: Life) -> None:
        life.ok(*CHANGE, "--coupon", "FIFTH")
        announced_and_kept(life, "--no-coupon")

        assert discounts(life) == []

    @pytest.mark.parametrize("option", [("--coupon", "FIFTH"), ("--promotion-code", "SPRING"), ("--no-coupon",)])
    def test_a_second_time_is_nothing(self, life: Life, option: tuple[str, ...]) -> None:
        life.ok(*CHANGE, *option)

        assert life.json(*CHANGE, *option)["result"] == "unchanged"

    def test_with_an_item(self, life: Life, support: str) -> None:
        done = announced_and_kept(life, "--add", support, "--coupon", "HALF")

        assert (plan(life), discounts(life)) == ([("pro", 1), ("support", 1)], ["HALF"])
        assert done["cost"]["next_invoice"]["amount"] == 2250

    def test_with_an_item_that_is_declined_nothing_changes(self, life: Life, support: str) -> None:
        life.use_card("pm_card_chargeCustomerFail")
        ran = life(*CHANGE, "--add", support, "--coupon", "HALF", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (4, "payment_failed")
        assert "nothing was changed" in ran.error["message"]
        assert (plan(life), discounts(life)) == ([("pro", 1)], [])

    def test_that_is_declined_says_that_what_was_scheduled_is_dropped(self, life: Life, support: str) -> None:
        life.ok(*CHANGE, "--price", "team", "--at", "period-end")
        life.use_card("pm_card_chargeCustomerFail")
        ran = life(*CHANGE, "--add", support, "--coupon", "HALF", "--output", "json")

        assert (ran.code, life.subscription["schedule"]) == (4, None)
        assert "the change was not made, and what was scheduled (sub_sched_" in ran.error["message"]

    def test_for_another_product_is_said_to_take_nothing_off(self, life: Life) -> None:
        other = life.shop.post("/v1/products", id="other", name="Other")["id"]
        life.shop.post("/v1/coupons", id="OTHERS", percent_off=20, duration="forever", applies_to={"products": [other]})

        assert "takes nothing off: it is for other only" in life.ok(*CHANGE, "--coupon", "OTHERS").err

    def test_two_exclude_each_other(self, life: Life) -> None:
        assert life(*CHANGE, "--coupon", "FIFTH", "--no-coupon").code == 2


class TestTrialAndPeriod:
    @pytest.fixture
    def trial(self, life: Life) -> Life:
        """The subscription in a trial until 1 Apr."""
        life.shop.post(f"/v1/subscriptions/{life.id}", trial_end=FIRST_OF_APRIL, proration_behavior="none")
        return life

    def test_a_trial_ends_now(self, trial: Life) -> None:
        done = announced_and_kept(trial, "--trial-end", "now")

        assert (done["cost"]["due_now"], trial.subscription["status"]) == (1500, "active")
        assert trial.subscription["items"]["data"][0]["current_period_start"] == TEN_DAYS_LATER
        assert trial.invoices()[-1] == ("paid", 1500)

    def test_a_trial_ends_later(self, trial: Life) -> None:
        done = announced_and_kept(trial, "--trial-end", "2026-04-15")

        assert trial.subscription["trial_end"] == FIRST_OF_APRIL + 14 * DAY
        assert done["cost"]["next_invoice"] == {"amount": 1500, "at": FIRST_OF_APRIL + 14 * DAY}

    @pytest.mark.parametrize(("proration", "credited"), [("none", "is not credited"), ("create", "is credited")])
    def test_a_trial_begins(self, life: Life, proration: str, credited: str) -> None:
        ran = life.ok(*CHANGE, "--trial-end", "2026-04-15", "--proration", proration)

        assert f"what is paid for of the current period {credited}" in ran.err
        assert (life.subscription["status"], life.subscription["trial_end"]) == ("trialing", FIRST_OF_APRIL + 14 * DAY)

    @pytest.mark.parametrize("end", ["now", "2026-04-15"])
    def test_a_second_time_is_nothing(self, trial: Life, end: str) -> None:
        trial.ok(*CHANGE, "--trial-end", end)

        assert trial.json(*CHANGE, "--trial-end", end)["result"] == "unchanged"

    def test_not_in_the_past(self, life: Life) -> None:
        assert life(*CHANGE, "--trial-end", "2026-01-01").code == 2

    def test_a_new_period_begins_now(self, life: Life) -> None:
        done = announced_and_kept(life, "--restart-period")

        assert (done["new_period_starts"], done["cost"]["due_now"]) == (True, 484)
        assert life.subscription["billing_cycle_anchor"] == TEN_DAYS_LATER
        assert life.subscription["items"]["data"][0]["current_period_start"] == TEN_DAYS_LATER

    def test_a_new_period_is_billed_later(self, life: Life) -> None:
        done = announced_and_kept(life, "--restart-period", "--proration", "create")

        assert (done["cost"]["due_now"], done["cost"]["charged"]) == (0, 484)
        assert life.invoices() == [("paid", 1500)]
        assert life.subscription["billing_cycle_anchor"] == TEN_DAYS_LATER

    def test_once_a_day(self, life: Life) -> None:
        life.ok(*CHANGE, "--restart-period")
        invoices = life.invoices()

        assert life.json(*CHANGE, "--restart-period")["result"] == "unchanged"
        output = life.ok(*CHANGE, "--restart-period").out
        assert "began a new period on 11 Mar 2026 00:00 UTC already" in output
        assert "--again begins another" in output
        assert life.invoices() == invoices

    def test_again_begins_another(self, life: Life) -> None:
        life.ok(*CHANGE, "--restart-period")
        life.advance(TEN_DAYS_LATER + 3600)

        done = life.json(*CHANGE, "--restart-period", "--again")

        assert done["new_period_starts"] is True
        assert life.subscription["billing_cycle_anchor"] == TEN_DAYS_LATER + 3600

    def test_a_renewal_within_a_day_is_a_new_period_too(self, life: Life) -> None:
        life.shop.post("/v1/coupons", id="HALF", percent_off=50, duration="forever")
        life.advance(FIRST_OF_APRIL + 7200)

        output = life.ok(*CHANGE, "--restart-period", "--coupon", "HALF").err

        assert "A new period began on 1 Apr 2026 00:00 UTC already, and is not begun again; --again would." in output
        assert life.subscription["billing_cycle_anchor"] < FIRST_OF_APRIL

    def test_again_is_of_a_new_period(self, life: Life) -> None:
        assert life(*CHANGE, "--coupon", "HALF", "--again").code == 2

    def test_not_in_a_trial(self, trial: Life) -> None:
        ran = trial(*CHANGE, "--restart-period", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert "--trial-end now" in ran.error["hint"]


def test_a_price_by_a_command_of_its_own(life: Life) -> None:
    assert life(*CHANGE, "--price", "team", "--no-coupon").code == 2
    assert life(*CHANGE, "--add", "team", "--at", "period-end").code == 2
    assert life(*CHANGE).code == 2


def test_asks(life: Life) -> None:
    ran = life("sub", "change", EMAIL, "--add", "team")

    assert ran.code == 2
    assert plan(life) == [("pro", 1)]


@pytest.mark.parametrize("option", ["--add", "--price"])
def test_a_prices_own_trial_is_not_used_and_that_is_said(life: Life, option: str) -> None:
    recurring = {"interval": "month", "trial_period_days": 14}
    life.shop.price(lookup_key="tried", recurring=recurring, unit_amount=9000)
    ran = life.ok(*CHANGE, option, "tried")

    assert "tried has a trial of its own (14 days), which is not used." in ran.err
    assert life.subscription["status"] == "active"
