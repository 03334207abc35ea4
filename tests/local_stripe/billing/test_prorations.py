"""Prorations (https://docs.stripe.com/billing/subscriptions/prorations), in update and preview alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import CLOCKS, DAY, Life, moment, price


def item(subscription: Any, at: int = 0) -> str:
    return str(subscription["items"]["data"][at]["id"])


def change(local: Local, subscription: Any, to: str, **params: Any) -> Any:
    items = [{"id": item(subscription), "price": to}]
    return local.post(f"/v1/subscriptions/{subscription['id']}", **{"items": items, **params})


def pending(local: Local) -> list[tuple[int, str]]:
    """Newest first, and of one change what is credited before what is charged (recorded, 2026-08-26.dahlia)."""
    invoice_items = local.get("/v1/invoiceitems", pending=True, limit=100)["data"]
    return [(one["amount"], one["description"]) for one in invoice_items]


def test_halfway_from_10_to_20_costs_5_more(local: Local) -> None:
    """ "-5 USD for unused time on the initial price, and 10 USD for the remaining time on the new price"."""
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 1000))
    life.advance("2026-04-16")

    after = change(local, subscription, price(local, 2000))

    assert pending(local) == [
        (-500, "Unused time on Pro after 16 Apr 2026"),
        (1000, "Remaining time on Pro after 16 Apr 2026"),
    ]
    assert after["latest_invoice"] == subscription["latest_invoice"]
    life.advance("2026-05-01 02:00")
    assert life.totals(subscription["id"]) == [1000, 2500]


def test_on_june_1_a_switch_in_the_middle_of_may_is_billed_with_the_renewal(local: Local) -> None:
    """The example of `SubscriptionService.update`: 100 on May 1, to 200 in the middle, 250 on June 1."""
    life = Life.begin(local, "2026-05-01")
    subscription = life.subscribe(price(local, 10000))
    life.advance("2026-05-16 12:00")
    change(local, subscription, price(local, 20000))
    life.advance("2026-06-01 02:00")
    assert life.totals(subscription["id"]) == [10000, 25000]


def test_without_prorations_may_costs_100_and_june_200(local: Local) -> None:
    life = Life.begin(local, "2026-05-01")
    subscription = life.subscribe(price(local, 10000))
    life.advance("2026-05-15")
    change(local, subscription, price(local, 20000), proration_behavior="none")
    assert pending(local) == []
    life.advance("2026-06-01 02:00")
    assert life.totals(subscription["id"]) == [10000, 20000]


@pytest.mark.parametrize(("mode", "total"), [("classic", -334), ("flexible", 0)])
def test_flexible_billing_mode_credits_what_was_debited(local: Local, mode: str, total: int) -> None:
    """https://docs.stripe.com/billing/subscriptions/prorations#calculation-logic-with-no-prorations: 10 a month from
    April 1, 20 from April 11 without prorations, 10 again on April 21; -3.34 in classic mode, 0 in flexible."""
    life = Life.begin(local, "2026-04-01")
    ten, twenty = price(local, 1000), price(local, 2000)
    subscription = life.subscribe(ten, billing_mode={"type": mode})
    life.advance("2026-04-11")
    change(local, subscription, twenty, proration_behavior="none")
    life.advance("2026-04-21")
    change(local, subscription, ten, proration_behavior="always_invoice")
    assert life.totals(subscription["id"]) == [1000, total]


def test_a_period_billed_by_two_debits_is_credited_for_both(local: Local) -> None:
    """ "If the time period being credited was originally billed across multiple debits, Stripe generates multiple
    credit prorations": here one follows the other, and only the later is left."""
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 3000))
    life.advance("2026-04-11")
    change(local, subscription, price(local, 6000))
    life.advance("2026-04-21")
    change(local, subscription, price(local, 9000))
    assert [amount for amount, _ in pending(local)] == [-2000, 3000, -2000, 4000]


def test_credits_and_charges_are_rounded_each_by_itself(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 1000))
    life.advance("2026-04-21")
    change(local, subscription, price(local, 2000))
    assert [amount for amount, _ in pending(local)] == [-333, 667]


def test_a_part_of_a_decimal_price_is_rounded_once(local: Local) -> None:
    """Half of 4 × 191.943 is 383.886, and half of what a whole period comes to, 767.77, is a cent less."""
    life = Life.begin(local, "2026-04-01")
    own = str(local.price(unit_amount_decimal="19194.3", recurring={"interval": "month"})["id"])
    subscription = life.subscribe(own)
    life.advance("2026-04-16")
    items = [{"id": subscription["items"]["data"][0]["id"], "quantity": 4}]
    local.post(f"/v1/subscriptions/{subscription['id']}", items=items, proration_behavior="always_invoice")
    assert life.totals(subscription["id"])[-1] == 38389 - 9597
    part = life.subscribe(own, billing_cycle_anchor=moment("2026-05-01"))
    assert life.totals(part["id"]) == [9597]


def test_a_quantity_alone_is_prorated_and_a_new_price_reverts_it_to_one(local: Local) -> None:
    """ "Updating a subscription price automatically reverts the quantity to the default value of 1"
    (https://docs.stripe.com/billing/subscriptions/change-price#update)."""
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 1000))
    life.advance("2026-04-16")
    more = local.post(f"/v1/subscriptions/{subscription['id']}", items=[{"id": item(subscription), "quantity": 3}])
    assert more["items"]["data"][0]["quantity"] == 3
    assert pending(local) == [
        (-500, "Unused time on Pro after 16 Apr 2026"),
        (1500, "Remaining time on 3 × Pro after 16 Apr 2026"),
    ]
    assert change(local, subscription, price(local, 2000))["items"]["data"][0]["quantity"] == 1


def test_items_are_added_and_deleted_in_one_update(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    old, new = price(local, 1000), price(local, 3000)
    subscription = life.subscribe(old)
    life.advance("2026-04-16")
    items = [{"id": item(subscription), "deleted": True}, {"price": new, "quantity": 2}]
    after = local.post(f"/v1/subscriptions/{subscription['id']}", items=items)
    [left] = after["items"]["data"]
    assert (left["price"]["id"], left["quantity"], left["current_period_end"]) == (new, 2, moment("2026-05-01"))
    assert [amount for amount, _ in pending(local)] == [-500, 3000]


def test_only_the_item_that_changes_is_prorated(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 1000), price(local, 5000))
    life.advance("2026-04-16")
    change(local, subscription, price(local, 2000))
    assert [amount for amount, _ in pending(local)] == [-500, 1000]


def test_a_change_before_the_anchor_is_a_share_of_a_whole_period(local: Local) -> None:
    """From May 22 on, 10 of 31 days are left of the whole period, whatever was left of it at the start."""
    life = Life.begin(local, "2026-05-12")
    subscription = life.subscribe(price(local, 3100), billing_cycle_anchor=moment("2026-06-01"))
    life.advance("2026-05-22")
    change(local, subscription, price(local, 6200))
    assert [amount for amount, _ in pending(local)] == [-1000, 2000]


def test_prorations_always_invoiced_are_paid_at_once(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 1000))
    life.advance("2026-04-16")
    after = change(local, subscription, price(local, 2000), proration_behavior="always_invoice")
    invoice = local.get(f"/v1/invoices/{after['latest_invoice']}")
    assert (invoice["status"], invoice["billing_reason"], invoice["amount_paid"]) == (
        "paid",
        "subscription_update",
        500,
    )
    assert [line["parent"]["subscription_item_details"]["proration"] for line in invoice["lines"]["data"]] == [
        True,
        True,
    ]
    assert pending(local) == []


def test_a_downgrade_always_invoiced_credits_the_balance_which_the_renewal_uses(local: Local) -> None:
    """ "Negative prorations aren't automatically refunded"."""
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 2000))
    life.advance("2026-04-16")
    after = change(local, subscription, price(local, 1000), proration_behavior="always_invoice")
    credited = local.get(f"/v1/invoices/{after['latest_invoice']}")
    assert (credited["total"], credited["amount_due"], credited["status"]) == (-500, 0, "paid")
    assert local.get(f"/v1/customers/{life.customer}")["balance"] == -500
    life.advance("2026-05-01 02:00")
    renewal = life.invoices(subscription["id"])[-1]
    assert (renewal["total"], renewal["starting_balance"], renewal["amount_paid"]) == (1000, -500, 500)
    assert local.get(f"/v1/customers/{life.customer}")["balance"] == 0


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    old=st.integers(100, 99_999),
    new=st.integers(100, 99_999),
    quantity=st.integers(1, 7),
    seconds=st.integers(1, 30 * DAY - 60),
    behavior=st.sampled_from(["always_invoice", "create_prorations", "none"]),
)
def test_a_preview_and_the_update_with_its_proration_date_bill_the_same(
    local: Local, old: int, new: int, quantity: int, seconds: int, behavior: str
) -> None:
    """ "Pass the same proration date … or the amounts differ": the clock has moved on between the two."""
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, old))
    at = moment("2026-04-01") + seconds
    local.post(f"{CLOCKS}/{life.clock}/advance", frozen_time=at)
    how: Any = {
        "items": [{"id": item(subscription), "price": price(local, new), "quantity": quantity}],
        "proration_behavior": behavior,
        "proration_date": at,
    }
    preview = local.post("/v1/invoices/create_preview", subscription=subscription["id"], subscription_details=how)
    local.post(f"{CLOCKS}/{life.clock}/advance", frozen_time=min(at + 30, moment("2026-05-01") - 1))
    local.post(f"/v1/subscriptions/{subscription['id']}", **how)
    life.advance("2026-05-01 02:00")
    made = life.invoices(subscription["id"])[1]

    def billed(invoice: Any) -> list[tuple[int, str, Any]]:
        return [(line["amount"], line["description"], line["period"]) for line in invoice["lines"]["data"]]

    assert billed(made) == billed(preview)
    assert (made["total"], made["amount_due"]) == (preview["total"], preview["amount_due"])
    local.delete(f"{CLOCKS}/{life.clock}")


def test_a_discount_that_was_given_is_not_credited(local: Local) -> None:
    """https://docs.stripe.com/billing/subscriptions/prorations#calculation-logic-for-coupons-applied-to-multiple-subscription-items:
    5 off 10 and 20 in February; deleting the one of 10 halfway credits 0.5 × (10 - 1.66 or 1.67)."""
    life = Life.begin(local, "2026-02-01")
    coupon = local.post("/v1/coupons", amount_off=500, currency="usd", duration="forever")["id"]
    subscription = life.subscribe(price(local, 1000), price(local, 2000), discounts=[{"coupon": coupon}])
    assert life.totals(subscription["id"]) == [2500]
    life.advance("2026-02-15")
    local.delete(f"/v1/subscription_items/{item(subscription)}")
    [(credit, _)] = pending(local)
    assert credit == -417


def test_a_discount_is_given_on_what_is_prorated(local: Local) -> None:
    """ "Any discounts … affecting the amount of the proration are reflected in the proration invoice item's amount"."""
    life = Life.begin(local, "2026-04-01")
    coupon = local.post("/v1/coupons", percent_off=20, duration="forever")["id"]
    subscription = life.subscribe(price(local, 1000), discounts=[{"coupon": coupon}])
    life.advance("2026-04-16")
    change(local, subscription, price(local, 2000), proration_behavior="always_invoice")
    assert life.totals(subscription["id"]) == [800, 800 - 400]
    life.advance("2026-05-01 02:00")
    assert life.totals(subscription["id"])[-1] == 1600


def test_a_new_period_credits_what_the_discount_left(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    coupon = local.post("/v1/coupons", percent_off=20, duration="forever")["id"]
    subscription = life.subscribe(price(local, 1000), discounts=[{"coupon": coupon}])
    life.advance("2026-04-16")
    anew: Any = {"billing_cycle_anchor": {"type": "now"}, "proration_behavior": "always_invoice"}
    local.post(f"/v1/subscriptions/{subscription['id']}", **anew)
    assert life.totals(subscription["id"]) == [800, 800 - 400]
    cancelled = local.send("delete", f"/v1/subscriptions/{subscription['id']}", "prorate=true&invoice_now=true")
    assert (cancelled.status, life.totals(subscription["id"])[-1]) == (200, -800)


@pytest.mark.parametrize(
    ("old", "new", "quantity", "left", "billed"),
    [
        (1000, 1800, 1, 6480, [-3, 4]),
        (1000, 1000, 3, 6480, [-3, 7]),
        (2000, 1000, 1, 864_000, [-667, 333]),
        (2000, 60_000, 1, 864_000, [-667, 20_000]),
    ],
)
def test_an_exact_half_is_rounded_downwards_on_each_line(
    local: Local, old: int, new: int, quantity: int, left: int, billed: list[int]
) -> None:
    """Recorded (2026-08-26.dahlia): -2.5 is -3, 4.5 is 4, 7.5 is 7 and -666.67 is -667."""
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, old))
    items = [{"id": item(subscription), "quantity": quantity}]
    if new != old:
        items[0]["price"] = price(local, new)
    at = moment("2026-05-01") - left
    after = local.post(
        f"/v1/subscriptions/{subscription['id']}", items=items, proration_behavior="always_invoice", proration_date=at
    )
    invoice = local.get(f"/v1/invoices/{after['latest_invoice']}")
    assert [line["amount"] for line in invoice["lines"]["data"]] == billed
    total = sum(billed)
    assert (invoice["total"], invoice["amount_due"]) == (total, total if total >= 50 else 0)
    assert (invoice["attempt_count"], invoice["status"]) == (1 if total >= 50 else 0, "paid")
    assert local.get(f"/v1/customers/{life.customer}")["balance"] == (0 if total >= 50 else total)


def test_a_credit_names_the_line_that_was_debited(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 1000))
    [first] = life.invoices(subscription["id"])
    change(local, subscription, price(local, 2000))
    credit, debit = local.get("/v1/invoiceitems", pending=True)["data"]
    assert credit["proration_details"]["credited_items"]["invoice_line_item_details"] == {
        "invoice": first["id"],
        "invoice_line_items": [first["lines"]["data"][0]["id"]],
    }
    assert debit["proration_details"]["credited_items"] is None
    assert {one["pricing"]["unit_amount_decimal"] for one in (credit, debit)} == {None}
    change(local, subscription, price(local, 3000))
    credit = local.get("/v1/invoiceitems", pending=True)["data"][0]
    credited = credit["proration_details"]["credited_items"]
    assert (credited["type"], credited["invoice_item"]) == ("invoice_item", debit["id"])


def test_a_new_anchor_alone_charges_what_the_new_period_has_beyond_the_old(local: Local) -> None:
    """Recorded (2026-08-26.dahlia): no invoice, and one pending item from the old period's end to the new one's."""
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 3000))
    life.advance("2026-04-16")
    now = moment("2026-04-16")
    after = local.post(f"/v1/subscriptions/{subscription['id']}", billing_cycle_anchor={"type": "now"})
    assert (after["billing_cycle_anchor"], after["latest_invoice"]) == (now, subscription["latest_invoice"])
    period = {name: after["items"]["data"][0][f"current_period_{name}"] for name in ("start", "end")}
    assert period == {"start": now, "end": moment("2026-05-16")}
    [pended] = local.get("/v1/invoiceitems", pending=True)["data"]
    assert (pended["amount"], pended["description"]) == (1500, "Remaining time on Pro after 01 May 2026")
    assert pended["period"] == {"start": moment("2026-05-01"), "end": moment("2026-05-16")}
    same = local.post(f"/v1/subscriptions/{subscription['id']}", billing_cycle_anchor={"type": "unchanged"})
    assert same["billing_cycle_anchor"] == now
    life.advance("2026-05-06")
    local.send("delete", f"/v1/subscriptions/{subscription['id']}", "prorate=true&invoice_now=true")
    assert life.totals(subscription["id"]) == [3000, 1500 - 1000]


def test_a_new_anchor_with_another_price_is_invoiced_at_once(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 3000))
    life.advance("2026-04-16")
    change(local, subscription, price(local, 6000), billing_cycle_anchor={"type": "now"})
    assert life.totals(subscription["id"]) == [3000, 6000 - 1500]
    update = life.invoices(subscription["id"])[-1]
    assert (update["period_start"], update["period_end"]) == (moment("2026-04-01"), moment("2026-04-16"))


def test_a_debit_in_a_file_of_an_earlier_version_is_credited_as_it_was_billed(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    coupon = local.post("/v1/coupons", percent_off=20, duration="forever")["id"]
    subscription = life.subscribe(price(local, 1000), discounts=[{"coupon": coupon}])
    store = local.transport.store  # type: ignore[attr-defined]
    with store.writing():
        stored = store.get("subscription", subscription["id"])
        for debit in stored["items"]["data"][0]["_debits"]:
            del debit["keys"]
        store.replace("subscription", stored)
    life.advance("2026-04-16")
    change(local, subscription, price(local, 2000))
    assert [amount for amount, _ in pending(local)] == [-400, 800]
