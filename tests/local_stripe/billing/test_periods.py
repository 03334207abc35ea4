"""Billing periods, reckoned from the anchor (https://docs.stripe.com/billing/subscriptions/billing-cycle)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal
from tests.local_stripe.life import Life, moment, price


def days(local: Local, life: Life, subscription: str) -> list[str]:
    """Return the days on which it was billed."""
    return [day(invoice["created"]) for invoice in life.invoices(subscription)]


def day(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"


@pytest.mark.parametrize(
    ("begins", "recurring", "until", "billed"),
    [
        # "January 31 bills the last day of the month closest to the anchor date, so February 28 …, then March 31"
        ("2026-01-31", {"interval": "month"}, "2026-05-01", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        # "(or February 29 in a leap year)"
        ("2028-01-31", {"interval": "month"}, "2028-04-01", ["2028-01-31", "2028-02-29", "2028-03-31"]),
        ("2026-01-30", {"interval": "month"}, "2026-04-01", ["2026-01-30", "2026-02-28", "2026-03-30"]),
        ("2028-02-29", {"interval": "year"}, "2030-03-01", ["2028-02-29", "2029-02-28", "2030-02-28"]),
        # "anchor date of Friday, June 3 bills every Friday thereafter"
        ("2022-06-03", {"interval": "week"}, "2022-06-18", ["2022-06-03", "2022-06-10", "2022-06-17"]),
        (
            "2026-01-01",
            {"interval": "week", "interval_count": 2},
            "2026-01-30",
            ["2026-01-01", "2026-01-15", "2026-01-29"],
        ),
        (
            "2025-11-30",
            {"interval": "month", "interval_count": 3},
            "2026-06-01",
            ["2025-11-30", "2026-02-28", "2026-05-30"],
        ),
        ("2026-02-27", {"interval": "day"}, "2026-03-02", ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]),
    ],
)
def test_a_subscription_is_billed_on_the_day_of_its_anchor_or_the_last_of_a_shorter_month(
    local: Local, begins: str, recurring: dict[str, Any], until: str, billed: list[str]
) -> None:
    life = Life.begin(local, begins)
    subscription = life.subscribe(price(local, recurring=recurring, interval=recurring["interval"]))

    step = 1 if recurring["interval"] == "day" else 7 if recurring["interval"] == "week" else 28
    life.advance(until, days=step)

    assert days(local, life, subscription["id"]) == billed


def test_a_time_until_the_anchor_costs_its_share_of_a_whole_period(local: Local) -> None:
    """A subscription created on May 15 "with an anchor at June 1 is billed on May 15, then always on the 1st"."""
    life = Life.begin(local, "2026-05-15")
    subscription = life.subscribe(price(local, 3100), billing_cycle_anchor=moment("2026-06-01"))
    life.advance("2026-07-02")

    first, *_ = life.invoices(subscription["id"])
    assert [line["period"] for line in first["lines"]["data"]] == [
        {"start": moment("2026-05-15"), "end": moment("2026-06-01")}
    ]
    assert life.totals(subscription["id"]) == [1700, 3100, 3100]
    assert days(local, life, subscription["id"]) == ["2026-05-15", "2026-06-01", "2026-07-01"]


def test_without_prorations_the_time_until_the_anchor_is_free_and_makes_no_invoice(local: Local) -> None:
    """ "This action doesn't generate an invoice at all until the first billing period." """
    life = Life.begin(local, "2026-05-15")
    subscription = life.subscribe(price(local), billing_cycle_anchor=moment("2026-06-01"), proration_behavior="none")

    assert (subscription["status"], subscription["latest_invoice"]) == ("active", None)
    life.advance("2026-06-02")
    assert life.totals(subscription["id"]) == [1500]


def test_an_anchor_is_not_later_than_the_next_natural_billing_date(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    items = [{"price": price(local)}]
    refusal = local.refused(
        "post", "/v1/subscriptions", customer=life.customer, items=items, billing_cycle_anchor=moment("2026-03-01")
    )
    natural = moment("2026-02-01")
    assert refusal == Refusal(
        f"billing_cycle_anchor cannot be later than next natural billing date ({natural}) for plan",
        param="billing_cycle_anchor",
    )


def test_an_anchor_after_a_trial_is_within_a_period_and_its_invoice_prorated(local: Local) -> None:
    """https://docs.stripe.com/billing/subscriptions/trials/free-trials#combine-trial-anchor; the second in the words of
    https://github.com/Automattic/woocommerce-payments/issues/4908."""
    life = Life.begin(local, "2026-01-01")
    sent = {"customer": life.customer, "items": [{"price": price(local)}], "trial_end": moment("2026-01-15")}
    late = local.refused("post", "/v1/subscriptions", **sent, billing_cycle_anchor=moment("2026-02-16"))
    assert late.message.endswith(f"natural billing date ({moment('2026-02-15')}) for plan")
    anchored = {**sent, "billing_cycle_anchor": moment("2026-02-01")}
    free = local.refused("post", "/v1/subscriptions", **anchored, proration_behavior="none")
    assert free.message == (
        "When billing_cycle_anchor follows a trial, the anchored invoice must be prorated. For a longer free period, "
        "use a longer trial."
    )
    assert local.post("/v1/subscriptions", **anchored)["billing_cycle_anchor"] == moment("2026-02-01")


def test_items_of_several_intervals_renew_each_in_its_own_time(local: Local) -> None:
    """The example of https://docs.stripe.com/billing/subscriptions/mixed-interval: 15 each month, 100 each quarter."""
    life = Life.begin(local, "2024-01-01")
    monthly, quarterly = price(local, 1500), price(local, 10000, recurring={"interval_count": 3})
    subscription = life.subscribe(monthly, quarterly)
    ends = [item["current_period_end"] for item in subscription["items"]["data"]]
    assert ends == [moment("2024-02-01"), moment("2024-04-01")]
    life.advance("2024-04-02")
    assert life.totals(subscription["id"]) == [11500, 1500, 1500, 11500]


@pytest.mark.parametrize(
    ("first", "second", "fits"),
    [
        (("month", 1), ("year", 1), True),
        (("day", 1), ("week", 1), True),
        (("day", 1), ("month", 3), True),
        (("week", 2), ("week", 4), True),
        (("week", 1), ("month", 1), False),
        (("month", 2), ("month", 3), False),
        (("day", 2), ("week", 1), False),
        (("month", 5), ("year", 1), False),
    ],
)
def test_intervals_go_together_where_each_is_a_multiple_of_the_shortest(
    local: Local, first: tuple[str, int], second: tuple[str, int], fits: bool
) -> None:
    """https://docs.stripe.com/billing/subscriptions/mixed-interval#interval-alignment"""
    life = Life.begin(local)
    items = [
        {"price": price(local, interval=interval, recurring={"interval_count": count})}
        for interval, count in (first, second)
    ]
    form = {"customer": life.customer, "items": items}
    if fits:
        assert local.post("/v1/subscriptions", **form)["status"] == "active"
    else:
        assert "multiples of its shortest interval" in local.refused("post", "/v1/subscriptions", **form).message


def test_classic_billing_mode_has_one_interval(local: Local) -> None:
    life = Life.begin(local)
    items = [{"price": price(local)}, {"price": price(local, interval="year")}]
    form = {"customer": life.customer, "items": items, "billing_mode": {"type": "classic"}}
    assert "Found mismatch in interval field" in local.refused("post", "/v1/subscriptions", **form).message


@pytest.mark.parametrize("mode", ["classic", "flexible"])
def test_another_interval_resets_the_anchor_in_classic_billing_mode_only(local: Local, mode: str) -> None:
    """https://docs.stripe.com/billing/subscriptions/billing-mode/compare#reset-the-billing-cycle-anchor"""
    life = Life.begin(local, "2026-01-15")
    subscription = life.subscribe(price(local, 3100), billing_mode={"type": mode})
    life.advance("2026-01-25")
    items = [{"id": subscription["items"]["data"][0]["id"], "price": price(local, 36500, "year")}]

    after = local.post(f"/v1/subscriptions/{subscription['id']}", items=items)

    [item] = after["items"]["data"]
    if mode == "classic":
        assert after["billing_cycle_anchor"] == moment("2026-01-25")
        assert item["current_period_end"] == moment("2027-01-25")
        assert life.totals(subscription["id"]) == [3100, 36500 - 2100]
    else:
        assert after["billing_cycle_anchor"] == moment("2026-01-15")
        assert item["current_period_end"] == moment("2027-01-15")
        pending = local.get("/v1/invoiceitems", pending=True)["data"]
        assert sorted(one["amount"] for one in pending) == [-2100, 35500]


def test_the_anchor_is_reset_where_an_update_says_so(local: Local) -> None:
    life = Life.begin(local, "2026-01-15")
    subscription = life.subscribe(price(local, 3100))
    life.advance("2026-01-25")
    items = [{"id": subscription["items"]["data"][0]["id"], "price": price(local, 36500, "year")}]

    after = local.post(f"/v1/subscriptions/{subscription['id']}", items=items, billing_cycle_anchor={"type": "now"})

    assert after["billing_cycle_anchor"] == moment("2026-01-25")
    assert after["items"]["data"][0]["current_period_end"] == moment("2027-01-25")
    assert life.totals(subscription["id"]) == [3100, 36500 - 2100]
    assert after["status"] == "active"
