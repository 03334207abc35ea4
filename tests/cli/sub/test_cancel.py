"""`billing sub cancel`: what ends when, what money moves, and that it moves once."""

from __future__ import annotations

import pytest

from tests.cli.sub.conftest import EMAIL, FIRST_OF_APRIL, TEN_DAYS_LATER, Life

UNUSED = 1016
"""21 of 31 days of $15.00."""


class TestWhen:
    def test_by_default_with_the_paid_period(self, life: Life) -> None:
        ran = life.ok("sub", "cancel", EMAIL, "--yes")

        assert "ends on 1 Apr 2026 00:00 UTC: the customer keeps access until then" in ran.err
        assert "No money moves" in ran.err
        assert (life.subscription["status"], life.subscription["cancel_at"]) == ("active", FIRST_OF_APRIL)
        life.advance(FIRST_OF_APRIL + 1)
        assert life.subscription["status"] == "canceled"
        assert len(life.invoices()) == 1

    def test_at_once(self, life: Life) -> None:
        record = life.json("sub", "cancel", life.id, "--now", "--yes")

        assert (record["result"], record["ends"]) == ("canceled", TEN_DAYS_LATER)
        assert record["subscription"]["status"] == life.subscription["status"] == "canceled"

    def test_on_a_date(self, life: Life) -> None:
        record = life.json("sub", "cancel", life.id, "--at", "2026-03-20", "--yes")

        assert record["result"] == "scheduled"
        life.advance(record["ends"])
        assert (life.subscription["status"], life.subscription["ended_at"]) == ("canceled", record["ends"])

    def test_of_a_trial_at_once_says_what_is_lost(self, life: Life) -> None:
        trial = life.shop.subscription(life.customer, life.prices["pro"], trial_period_days=14)["id"]

        ran = life.ok("sub", "cancel", trial, "--now", "--yes")

        assert "though its trial runs until 25 Mar 2026 00:00 UTC" in ran.err

    def test_at_once_if_it_was_never_paid(self, life: Life) -> None:
        new = life.shop.subscription(life.customer, life.prices["team"], payment_behavior="default_incomplete")

        record = life.json("sub", "cancel", new["id"], "--yes")

        assert record["subscription"]["status"] == "incomplete_expired"
        assert life.shop.api.get(f"/v1/invoices/{new['latest_invoice']}")["status"] == "void"

    def test_one_date_only(self, life: Life) -> None:
        assert life("sub", "cancel", life.id, "--now", "--at-period-end").code == 2

    def test_not_in_the_past(self, life: Life) -> None:
        assert life("sub", "cancel", life.id, "--at", "2026-03-10", "--yes").code == 2


class TestAgain:
    def test_what_is_canceled_stays_so(self, life: Life) -> None:
        life.ok("sub", "cancel", life.id, "--now", "--yes")

        record = life.json("sub", "cancel", life.id, "--now")

        assert (record["result"], record["ends"]) == ("unchanged", TEN_DAYS_LATER)

    @pytest.mark.parametrize("when", [(), ("--at-period-end",)])
    def test_what_is_going_to_end_stays_so(self, when: tuple[str, ...], life: Life) -> None:
        life.ok("sub", "cancel", life.id, "--yes")

        assert life.json("sub", "cancel", life.id, *when)["result"] == "unchanged"

    def test_an_earlier_end_replaces_a_later_one(self, life: Life) -> None:
        life.ok("sub", "cancel", life.id, "--yes")
        life.ok("sub", "cancel", life.id, "--at", "2026-03-20", "--yes")
        assert life.subscription["cancel_at_period_end"] is False

        life.ok("sub", "cancel", life.id, "--now", "--yes")
        assert life.subscription["status"] == "canceled"

    def test_a_reason_may_be_added(self, life: Life) -> None:
        life.ok("sub", "cancel", life.id, "--yes")

        life.ok("sub", "cancel", life.id, "--reason", "too_expensive", "--comment", "Too dear", "--yes")

        details = life.subscription["cancellation_details"]
        assert (details["feedback"], details["comment"]) == ("too_expensive", "Too dear")
        assert life.subscription["cancel_at"] == FIRST_OF_APRIL


class TestPutOff:
    """An end on a date cuts the period short; what was paid for is not charged again where it goes on after all."""

    @pytest.mark.parametrize("when", ["--at-period-end", "--at=2026-03-25"])
    def test_what_is_paid_for_is_not_charged_again(self, when: str, life: Life) -> None:
        life.ok("sub", "cancel", life.id, "--at", "2026-03-20", "--yes")

        ran = life.ok("sub", "cancel", life.id, when, "--yes")

        assert "No money moves" in ran.err
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert (life.subscription["status"], life.invoices()) == ("canceled", [("paid", 1500)])

    def test_what_was_credited_is_charged(self, life: Life) -> None:
        life.ok("sub", "cancel", life.id, "--at", "2026-03-20", "--prorate", "--yes")

        ran = life.ok("sub", "cancel", life.id, "--at-period-end", "--yes")

        assert "charged     $5.81  Remaining time on Pro after 20 Mar 2026" in ran.err
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert sum(total for _, total in life.invoices()) == 1500

    def test_a_credit_is_refused_that_would_charge_first(self, life: Life) -> None:
        life.ok("sub", "cancel", life.id, "--at", "2026-03-20", "--yes")

        ran = life("sub", "cancel", life.id, "--at", "2026-03-25", "--prorate", "--yes")

        assert ran.code == 1
        assert f"take that back first: billing --local sub resume {life.id}" in ran.err


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--now",),
        ("--now", "--prorate", "--invoice-now"),
        ("--now", "--refund", "prorated"),
        ("--at", "2026-05-15"),
    ],
)
def test_a_preview_says_what_the_run_says_and_does_nothing(options: tuple[str, ...], life: Life) -> None:
    before = life.subscription

    shown = life.json("sub", "cancel", life.id, *options, "--preview")
    screen = life.ok("sub", "cancel", life.id, *options, "--preview").out

    assert (life.subscription, life.invoices()) == (before, [("paid", 1500)])
    assert shown["result"] == "previewed"
    ran = life("sub", "cancel", life.id, *options, "--yes", "--output", "json")
    for name in ("ends", "final_invoice", "renewals", "dropped", "unpaid_time"):
        assert ran.json[name] == shown[name], name
    if shown["refund"]:
        assert ran.json["refund"]["amount"] == shown["refund"]["amount"]
    assert ran.err.startswith(screen.rstrip())


class TestMoney:
    def test_an_invoice_that_stays_to_be_paid_is_told(self, life: Life) -> None:
        life.use_card("pm_card_chargeCustomerFail")
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert life.subscription["status"] == "past_due"
        owed = life.subscription["latest_invoice"]

        later = life.ok("sub", "cancel", life.id, "--yes").err
        now = life.ok("sub", "cancel", life.id, "--now", "--yes").err

        assert f"Invoice {owed} over $15.00 stays open, and is still collected." in later
        assert f"Invoice {owed} over $15.00 stays open, and Stripe stops collecting it." in now
        assert "though its period runs until" in now
        assert "No money moves" not in later + now

    def test_unused_time_is_credited_to_the_balance_if_asked(self, life: Life) -> None:
        ran = life.ok("sub", "cancel", life.id, "--now", "--prorate", "--invoice-now", "--yes")

        assert f"credited   -${UNUSED / 100:.2f}  Unused time on Pro" in ran.err
        assert "A last invoice is made now: $10.16 goes to the balance." in ran.err
        assert life.invoices()[-1] == ("paid", -UNUSED)
        assert life.shop.api.get(f"/v1/customers/{life.customer}")["balance"] == -UNUSED

    def test_a_credit_that_waits_reaches_no_balance(self, life: Life) -> None:
        record = life.json("sub", "cancel", life.id, "--now", "--prorate", "--yes")

        assert (record["final_invoice"]["to_balance"], record["final_invoice"]["due_now"]) == (0, 0)
        assert [line["amount"] for line in record["final_invoice"]["lines"]] == [-UNUSED]
        assert life.shop.api.get(f"/v1/customers/{life.customer}")["balance"] == 0

    def test_what_is_pending_is_billed_at_the_period_s_end(self, life: Life) -> None:
        life.ok("sub", "change", life.id, "--quantity", "2", "--proration", "create", "--yes")

        ran = life.ok("sub", "cancel", life.id, "--yes")

        assert "A last invoice is made on 1 Apr 2026 UTC: $10.16 is charged." in ran.err
        life.advance(FIRST_OF_APRIL + 3601)
        assert life.invoices()[-1] == ("paid", UNUSED)

    def test_a_credit_of_an_end_on_a_date_reaches_the_balance_then(self, life: Life) -> None:
        ran = life.ok("sub", "cancel", life.id, "--at", "2026-03-20", "--prorate", "--yes")

        assert "A last invoice is made on 20 Mar 2026 UTC: $5.81 goes to the balance." in ran.err
        life.advance(life.subscription["cancel_at"] + 3601)
        assert life.shop.api.get(f"/v1/customers/{life.customer}")["balance"] == -581

    def test_use_is_said_and_charged_on_the_last_invoice(self, life: Life) -> None:
        meter = life.shop.post(
            "/v1/billing/meters", display_name="Calls", event_name="calls", default_aggregation={"formula": "sum"}
        )["id"]
        recurring = {"interval": "month", "usage_type": "metered", "meter": meter}
        calls = life.shop.price(life.shop.product("Calls"), unit_amount=2, recurring=recurring)["id"]
        used = life.shop.subscription(life.customer, calls)["id"]
        payload = {"stripe_customer_id": life.customer, "value": "200"}
        life.shop.post("/v1/billing/meter_events", event_name="calls", payload=payload)

        ran = life.ok("sub", "cancel", used, "--now", "--invoice-now", "--yes")

        assert "A last invoice is made now: $4.00 is charged." in ran.err
        [invoice], _ = life.shop.api.page("/v1/invoices", {"subscription": used})
        assert (invoice["status"], invoice["amount_paid"]) == ("paid", 400)

    def test_the_unused_part_of_the_last_payment_is_refunded(self, life: Life) -> None:
        ran = life.ok("sub", "cancel", life.id, "--now", "--refund", "prorated", "--yes")

        assert "refunded   $10.16, what is unused of it, from the payment of $15.00" in ran.err
        assert [refund["amount"] for refund in life.shop.api.page("/v1/refunds", {})[0]] == [UNUSED]

    def test_the_last_payment_is_refunded_whole(self, life: Life) -> None:
        record = life.json("sub", "cancel", life.id, "--refund", "last", "--yes")

        assert (record["result"], record["refund"]["amount"]) == ("scheduled", 1500)
        assert record["refund"]["status"] == "succeeded"
        assert life.subscription["status"] == "active"

    def test_a_credit_that_is_lost_is_told(self, life: Life) -> None:
        life.ok("sub", "change", life.id, "--quantity", "3", "--yes")
        life.ok("sub", "change", life.id, "--quantity", "1", "--yes")
        lost = "A credit of $20.32 that waits for the next invoice is dropped"

        refused = life("sub", "cancel", life.id, "--now")
        assert lost in refused.err
        assert "No money moves" not in refused.err

        invoiced = life.ok("sub", "cancel", life.id, "--now", "--invoice-now", "--yes")
        assert lost not in invoiced.err
        assert life.invoices()[-1] == ("paid", -2032)

    def test_what_is_left_of_the_last_payment_is_told_as_that(self, life: Life) -> None:
        [payment], _ = life.shop.api.page("/v1/payment_intents", {"customer": life.customer})
        life.shop.post("/v1/refunds", payment_intent=payment["id"], amount=300)

        ran = life.ok("sub", "cancel", life.id, "--now", "--refund", "last", "--yes")

        assert "refunded   $12.00, what is left of it, from the payment of $15.00" in ran.err

    def test_a_refund_is_made_once(self, life: Life) -> None:
        first = life.json("sub", "cancel", life.id, "--now", "--refund", "prorated", "--yes")["refund"]

        again = life.ok("sub", "cancel", life.id, "--now", "--refund", "prorated", "--output", "json")

        assert again.json["refund"] == first
        assert len(life.shop.api.page("/v1/refunds", {})[0]) == 1

    def test_a_refund_may_come_after_the_end(self, life: Life) -> None:
        life.ok("sub", "cancel", life.id, "--now", "--yes")
        life.advance(TEN_DAYS_LATER + 5 * 86400)

        record = life.json("sub", "cancel", life.id, "--refund", "prorated", "--yes")

        assert (record["result"], record["refund"]["amount"]) == ("unchanged", UNUSED)

    def test_no_more_is_refunded_than_was_paid(self, life: Life) -> None:
        life.ok("sub", "cancel", life.id, "--now", "--refund", "prorated", "--yes")

        rest = life.json("sub", "cancel", life.id, "--refund", "last", "--yes")["refund"]

        assert rest["amount"] == 1500 - UNUSED
        nothing = life.json("sub", "cancel", life.id, "--refund", "last")["refund"]
        assert nothing == rest

    def test_what_was_refunded_in_the_dashboard_is_not_refunded_again(self, life: Life) -> None:
        [invoice], _ = life.shop.api.page("/v1/invoices", {"subscription": life.id, "expand": ["data.payments"]})
        life.shop.post("/v1/refunds", payment_intent=invoice["payments"]["data"][0]["payment"]["payment_intent"])

        ran = life.ok("sub", "cancel", life.id, "--now", "--refund", "last", "--yes")

        assert "has been refunded already" in ran.out
        assert len(life.shop.api.page("/v1/refunds", {})[0]) == 1

    def test_without_a_payment_there_is_nothing_to_refund(self, life: Life) -> None:
        trial = life.shop.subscription(life.customer, life.prices["pro"], trial_period_days=14)["id"]

        ran = life("sub", "cancel", trial, "--now", "--refund", "last", "--yes", "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert "nothing was ever paid" in ran.error["message"]

    def test_an_unpaid_invoice_is_named(self, life: Life) -> None:
        life.use_card("pm_card_chargeCustomerFail")
        life.advance(FIRST_OF_APRIL + 2 * 3600)

        ran = life.ok("sub", "cancel", life.id, "--now", "--yes")

        assert "over $15.00 stays open, and Stripe stops collecting it" in ran.err


@pytest.mark.parametrize(
    "options",
    [
        ("--invoice-now",),
        ("--prorate",),
        ("--refund", "prorated"),
        ("--now", "--prorate", "--refund", "last"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options: tuple[str, ...], life: Life) -> None:
    assert life("sub", "cancel", life.id, *options, "--yes").code == 2
    assert life.subscription["cancel_at"] is None


def test_a_scheduled_change_is_dropped(life: Life) -> None:
    life.ok("sub", "change", life.id, "--price", "team", "--at", "period-end", "--yes")

    ran = life.ok("sub", "cancel", life.id, "--yes")

    assert "What was scheduled for it is dropped" in ran.err
    assert (life.subscription["schedule"], life.subscription["cancel_at"]) == (None, FIRST_OF_APRIL)


def test_the_points_that_change_takes_are_taken_too(life: Life) -> None:
    life.ok("sub", "cancel", life.id, "--at", "period-end", "--yes")
    assert life.subscription["cancel_at"] == FIRST_OF_APRIL

    life.ok("sub", "cancel", life.id, "--at", "now", "--yes")
    assert life.subscription["status"] == "canceled"


def test_it_asks_first(life: Life) -> None:
    ran = life("sub", "cancel", life.id, "--now")

    assert ran.code == 2
    assert "though it is paid until 1 Apr 2026 00:00 UTC" in ran.err
    assert life.subscription["status"] == "active"


class TestResume:
    def test_takes_a_pending_cancellation_back(self, life: Life) -> None:
        life.ok("sub", "cancel", life.id, "--yes")

        record = life.json("sub", "resume", life.id)

        assert (record["result"], record["taken_back"]) == ("resumed", ["cancellation"])
        assert life.subscription["cancel_at"] is None
        life.advance(FIRST_OF_APRIL + 2 * 3600)
        assert life.invoices()[-1] == ("paid", 1500)

    def test_takes_an_end_on_a_date_back(self, life: Life) -> None:
        life.ok("sub", "cancel", life.id, "--at", "2026-03-20", "--yes")

        life.ok("sub", "resume", life.id)

        assert life.subscription["cancel_at"] is None

    def test_of_what_goes_on_is_a_success(self, life: Life) -> None:
        assert life.json("sub", "resume", life.id)["result"] == "unchanged"

    def test_brings_nothing_back_from_the_end(self, life: Life) -> None:
        life.ok("sub", "cancel", life.id, "--now", "--yes")

        ran = life("sub", "resume", life.id, "--output", "json")

        assert (ran.code, ran.error["kind"]) == (1, "refused")
        assert "nothing brings it back" in ran.error["message"]
