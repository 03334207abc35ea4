"""Canceling a subscription (https://docs.stripe.com/billing/subscriptions/cancel)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal
from tests.local_stripe.life import Life, moment, price, price_of, running


def update(local: Local, subscription: Any, **params: Any) -> Any:
    return local.post(f"/v1/subscriptions/{subscription['id']}", **params)


def cancel(local: Local, subscription: Any, form: str = "") -> Any:
    reply = local.send("delete", f"/v1/subscriptions/{subscription['id']}", form)
    assert reply.status == 200, reply.text
    return local.get(f"/v1/subscriptions/{subscription['id']}")


def pending(local: Local) -> list[int]:
    return sorted(one["amount"] for one in local.get("/v1/invoiceitems", pending=True)["data"])


def test_canceled_now_it_ends_without_a_refund(local: Local) -> None:
    life, subscription = running(local)
    after = cancel(local, subscription)
    assert (after["status"], after["ended_at"], after["canceled_at"]) == (
        "canceled",
        moment("2026-04-11"),
        moment("2026-04-11"),
    )
    assert after["cancellation_details"]["reason"] == "cancellation_requested"
    assert (pending(local), life.events("customer.subscription")[-1]) == ([], "customer.subscription.deleted")
    life.advance("2026-06-01")
    assert life.totals(subscription["id"]) == [3000]


def test_comments_and_feedback_are_kept(local: Local) -> None:
    life, subscription = running(local)
    form = "cancellation_details[comment]=Too+much&cancellation_details[feedback]=too_expensive"
    assert cancel(local, subscription, form)["cancellation_details"] == {
        "comment": "Too much",
        "feedback": "too_expensive",
        "feedback_option": None,
        "reason": "cancellation_requested",
    }
    assert life.events()[-1] == "customer.subscription.deleted"


def test_prorated_the_unused_time_is_credited_and_invoiced_if_asked(local: Local) -> None:
    life, subscription = running(local)
    cancel(local, subscription, "prorate=true")
    assert pending(local) == [-2000]
    life, subscription = running(local)
    cancel(local, subscription, "prorate=true&invoice_now=true")
    assert life.totals(subscription["id"]) == [3000, -2000]
    assert local.get(f"/v1/customers/{life.customer}")["balance"] == 0
    life.advance("2026-04-11 01:01")
    assert life.invoices(subscription["id"])[-1]["status"] == "paid"
    assert local.get(f"/v1/customers/{life.customer}")["balance"] == -2000


def test_the_last_invoice_is_a_draft_that_is_final_an_hour_later(local: Local) -> None:
    """Recorded (2026-08-26.dahlia)."""
    life, subscription = running(local)
    after = cancel(local, subscription, "prorate=true&invoice_now=true")
    draft = life.invoices(subscription["id"])[-1]
    assert after["latest_invoice"] == draft["id"]
    assert (draft["status"], draft["billing_reason"], draft["auto_advance"]) == ("draft", "subscription_cycle", True)
    now = moment("2026-04-11")
    assert (draft["automatically_finalizes_at"], draft["next_payment_attempt"]) == (now + 3601, now + 3600)
    assert (draft["period_start"], draft["period_end"]) == (moment("2026-04-01"), now)
    assert (draft["number"], draft["ending_balance"], draft["amount_due"]) == (None, None, 0)


def test_prorated_alone_leaves_a_credit_that_any_next_invoice_takes(local: Local) -> None:
    """Recorded (2026-08-26.dahlia): the credit is of no subscription, at the price that was debited last, which one
    changed to with `none` was not."""
    life, subscription = running(local)
    item = subscription["items"]["data"][0]
    update(local, subscription, items=[{"id": item["id"], "price": price(local, 6000)}], proration_behavior="none")
    after = cancel(local, subscription, "prorate=true")
    assert after["latest_invoice"] == subscription["latest_invoice"]
    [credit] = local.get("/v1/invoiceitems", pending=True, customer=life.customer)["data"]
    assert (credit["amount"], credit["parent"]) == (-2000, None)
    assert credit["pricing"]["price_details"]["price"] == item["price"]["id"]
    other = life.subscribe(price(local, 3000))
    assert life.totals(other["id"]) == [1000]


def test_an_end_that_was_to_come_is_none_after_one_at_once(local: Local) -> None:
    _, subscription = running(local)
    update(local, subscription, cancel_at_period_end=True)
    after = cancel(local, subscription)
    assert (after["cancel_at"], after["cancel_at_period_end"], after["status"]) == (None, False, "canceled")


@pytest.mark.parametrize("ends", [{"cancel_at_period_end": True}, {"cancel_at": "max_period_end"}])
def test_the_period_s_end_bills_what_is_pending(local: Local, ends: Any) -> None:
    """ "Any pending prorations are also left in place and collected at the end of the period"
    (`SubscriptionService.cancel`)."""
    life, subscription = running(local)
    update(local, subscription, items=[{"id": subscription["items"]["data"][0]["id"], "price": price(local, 6000)}])
    update(local, subscription, **ends)
    assert local.post("/v1/invoices/create_preview", subscription=subscription["id"])["total"] == 2000
    life.advance("2026-05-01 01:01")
    last = life.invoices(subscription["id"])[-1]
    assert (life.subscription(subscription["id"])["status"], last["billing_reason"]) == (
        "canceled",
        "subscription_cycle",
    )
    assert (last["total"], last["status"], pending(local)) == (2000, "paid", [])


def test_a_date_that_is_prorated_credits_the_balance_when_it_has_come(local: Local) -> None:
    life, subscription = running(local)
    update(local, subscription, cancel_at=moment("2026-04-16"))
    assert pending(local) == [-1500]
    life.advance("2026-04-16 01:01")
    assert life.totals(subscription["id"]) == [3000, -1500]
    assert local.get(f"/v1/customers/{life.customer}")["balance"] == -1500


def test_pending_prorations_are_invoiced_or_removed(local: Local) -> None:
    """ "Pending prorations are removed if invoice_now and prorate are both set to false" (`SubscriptionService.cancel`);
    what else was pending stays."""
    for form, left, totals in (("", [700], [3000]), ("invoice_now=true", [], [3000, 700 - 2000 + 4000])):
        life, subscription = running(local)
        local.post("/v1/invoiceitems", customer=life.customer, amount=700)
        update(local, subscription, items=[{"id": subscription["items"]["data"][0]["id"], "price": price(local, 6000)}])
        cancel(local, subscription, form)
        invoice_items = local.get("/v1/invoiceitems", pending=True, customer=life.customer)["data"]
        assert [one["amount"] for one in invoice_items] == left
        assert life.totals(subscription["id"]) == totals


def test_an_open_invoice_stays_open_and_is_not_collected_any_more(local: Local) -> None:
    """ "Automatic collection for all unpaid invoices is disabled (auto_advance=false)"."""
    life, subscription = running(local)
    life.pay_by("pm_card_chargeCustomerFail")
    life.advance("2026-05-01 02:00")
    cancel(local, subscription)
    invoice = life.invoices(subscription["id"])[-1]
    assert (invoice["status"], invoice["auto_advance"], invoice["next_payment_attempt"]) == ("open", False, None)
    life.pay_by("pm_card_visa")
    life.advance("2026-05-10")
    assert life.invoices(subscription["id"])[-1]["status"] == "open"


def test_at_the_period_s_end_it_runs_on_until_then(local: Local) -> None:
    life, subscription = running(local)
    after = update(local, subscription, cancel_at_period_end=True)
    assert (after["status"], after["cancel_at"], after["canceled_at"]) == (
        "active",
        moment("2026-05-01"),
        moment("2026-04-11"),
    )
    life.advance("2026-04-30 23:59")
    assert life.subscription(subscription["id"])["status"] == "active"
    life.advance("2026-05-01")
    ended = life.subscription(subscription["id"])
    assert (ended["status"], ended["ended_at"], life.totals(subscription["id"])) == (
        "canceled",
        moment("2026-05-01"),
        [3000],
    )


def test_a_cancellation_is_taken_back_until_it_takes_effect(local: Local) -> None:
    life, subscription = running(local)
    update(local, subscription, cancel_at_period_end=True)
    after = update(local, subscription, cancel_at_period_end=False)
    assert (after["cancel_at"], after["canceled_at"], after["cancellation_details"]["reason"]) == (None, None, None)
    life.advance("2026-05-02")
    assert life.totals(subscription["id"]) == [3000, 3000]


def test_of_several_intervals_the_first_period_to_end_ends_it(local: Local) -> None:
    """ "`cancel_at_period_end` … defaults to `min_period_end`"."""
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local), price(local, 9000, "year"))
    assert update(local, subscription, cancel_at_period_end=True)["cancel_at"] == moment("2026-05-01")
    assert update(local, subscription, cancel_at="max_period_end")["cancel_at"] == moment("2027-04-01")
    assert update(local, subscription, cancel_at="min_period_end")["cancel_at"] == moment("2026-05-01")


def test_a_date_within_the_period_cuts_and_credits_it(local: Local) -> None:
    """ "If set to a date before the current period ends, this will cause a proration"."""
    life, subscription = running(local)
    after = update(local, subscription, cancel_at=moment("2026-04-21"))
    assert after["items"]["data"][0]["current_period_end"] == moment("2026-04-21")
    assert pending(local) == [-1000]
    back = update(local, subscription, cancel_at="")
    assert back["items"]["data"][0]["current_period_end"] == moment("2026-05-01")
    assert pending(local) == [-1000, 1000]
    update(local, subscription, cancel_at=moment("2026-04-21"), proration_behavior="none")
    life.advance("2026-04-21")
    assert life.subscription(subscription["id"])["status"] == "canceled"


def test_a_date_in_a_later_period_bills_that_in_part(local: Local) -> None:
    """ "If set during a future period, this will always cause a proration for that period": 10 of May's 31 days."""
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 3100))
    update(local, subscription, cancel_at=moment("2026-05-11"))
    life.advance("2026-05-12")
    assert (life.subscription(subscription["id"])["status"], life.totals(subscription["id"])) == (
        "canceled",
        [3100, 1000],
    )


def test_a_new_subscription_may_have_an_end(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 3000), cancel_at=moment("2026-04-11"))
    assert (life.totals(subscription["id"]), subscription["items"]["data"][0]["current_period_end"]) == (
        [1000],
        moment("2026-04-11"),
    )


def test_a_canceled_subscription_cannot_come_back(local: Local) -> None:
    life, subscription = running(local)
    cancel(local, subscription)
    path = f"/v1/subscriptions/{subscription['id']}"
    only = Refusal(
        "A canceled subscription can only update its cancellation_details and metadata.",
        "invalid_canceled_subscription_fields",
    )
    for change in (
        {"cancel_at_period_end": False},
        {"description": "x"},
        {"items": [{"price": price_of(subscription)}]},
    ):
        assert local.refused("post", path, **change) == only
    assert local.post(path, metadata={"a": "b"}, cancellation_details={"comment": "Late"})["metadata"] == {"a": "b"}
    again = local.refused("delete", path)
    assert again == Refusal(f"No such subscription: '{subscription['id']}'", "resource_missing", "id", 404)
    assert life.subscription(subscription["id"])["status"] == "canceled"


@pytest.mark.parametrize("moment_", ["2026-04-11", "2026-01-01"])
def test_an_end_is_in_the_future(local: Local, moment_: str) -> None:
    _, subscription = running(local)
    path = f"/v1/subscriptions/{subscription['id']}"
    assert local.refused("post", path, cancel_at=moment(moment_)).param == "cancel_at"


def test_lists_leave_canceled_ones_out_unless_asked(local: Local) -> None:
    life, subscription = running(local)
    cancel(local, subscription)

    def listed(**params: Any) -> list[str]:
        return [one["id"] for one in local.get("/v1/subscriptions", customer=life.customer, **params)["data"]]

    assert (listed(), listed(status="all"), listed(status="canceled"), listed(status="active")) == (
        [],
        [subscription["id"]],
        [subscription["id"]],
        [],
    )


def test_deleting_the_customer_cancels_all(local: Local) -> None:
    life, subscription = running(local)
    local.delete(f"/v1/customers/{life.customer}")
    assert life.subscription(subscription["id"])["status"] == "canceled"
    assert local.get(f"/v1/customers/{life.customer}")["deleted"] is True


@pytest.mark.parametrize("how", [{"cancel_at_period_end": True}, {"cancel_at": "min_period_end"}])
def test_of_several_intervals_the_first_end_credits_the_longer(local: Local, how: Any) -> None:
    """https://docs.stripe.com/billing/subscriptions/mixed-interval: 334 of 365 days of 100.00 are left."""
    life = Life.begin(local, "2026-01-01")
    subscription = life.subscribe(price(local, 10000, "year"), price(local, 4000))
    assert update(local, subscription, **how)["cancel_at"] == moment("2026-02-01")
    life.advance("2026-02-01 01:01")
    assert life.totals(subscription["id"]) == [14000, -9151]
    assert local.get(f"/v1/customers/{life.customer}")["balance"] == -9151


def test_of_several_intervals_the_last_end_credits_nothing(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    subscription = life.subscribe(price(local, 10000, "year"), price(local, 4000))
    assert update(local, subscription, cancel_at="max_period_end")["cancel_at"] == moment("2027-01-01")
    life.advance("2027-01-01 02:00")
    assert (life.totals(subscription["id"]), life.subscription(subscription["id"])["status"]) == (
        [14000, *[4000] * 11],
        "canceled",
    )


def test_an_end_within_a_later_period_bills_that_in_part(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 3000))
    update(local, subscription, cancel_at=moment("2026-06-16"))
    life.advance("2026-07-16")
    assert life.totals(subscription["id"]) == [3000, 3000, 1500]


def test_a_subscription_ends_within_five_years(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(local.price(recurring={"interval": "month"})["id"])
    path = f"/v1/subscriptions/{subscription['id']}"

    assert local.post(path, cancel_at=moment("2030-12-31"))["cancel_at"] == moment("2030-12-31")
    assert local.refused("post", path, cancel_at=moment("2031-01-02")) == Refusal(
        "Invalid timestamp: can be no more than five years in the future.", param="cancel_at"
    )
