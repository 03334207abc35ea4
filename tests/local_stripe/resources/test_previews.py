"""Previews of invoices (https://docs.stripe.com/api/invoices/create_preview). Of prorations: `test_prorations`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal
from tests.local_stripe.life import Life, moment, price, running

PATH = "/v1/invoices/create_preview"


def preview(local: Local, subscription: Any, **details: Any) -> Any:
    return local.post(PATH, subscription=subscription["id"], subscription_details=details)


def amounts(invoice: Any) -> list[int]:
    return [line["amount"] for line in invoice["lines"]["data"]]


def test_the_next_renewal_is_seen_and_nothing_is_stored(local: Local) -> None:
    life, subscription = running(local)
    seen = local.post(PATH, subscription=subscription["id"])
    assert (seen["id"][:12], seen["status"], seen["total"], seen["created"]) == (
        "upcoming_in_",
        "draft",
        3000,
        moment("2026-05-01"),
    )
    assert seen["lines"]["data"][0]["period"] == {"start": moment("2026-05-01"), "end": moment("2026-06-01")}
    assert life.totals(subscription["id"]) == [3000]


def test_the_customer_s_next_renewal_is_seen_without_naming_it(local: Local) -> None:
    life, _ = running(local)
    life.subscribe(price(local, 900))
    assert local.post(PATH, customer=life.customer)["total"] == 3000


def test_what_is_pending_and_the_balance_count(local: Local) -> None:
    life, subscription = running(local)
    local.post("/v1/invoiceitems", customer=life.customer, amount=250)
    local.post(f"/v1/customers/{life.customer}", balance=-1000)
    seen = local.post(PATH, subscription=subscription["id"])
    assert (amounts(seen), seen["amount_due"]) == ([250, 3000], 2250)


def test_a_cancellation_now_credits_the_unused_time(local: Local) -> None:
    _, subscription = running(local)
    assert amounts(preview(local, subscription, cancel_now=True)) == [-2000]


def test_a_cancellation_at_the_period_s_end_leaves_nothing_to_invoice(local: Local) -> None:
    life, subscription = running(local)
    none = Refusal(f"No upcoming invoices for subscription: {subscription['id']}", "invoice_upcoming_none", None, 404)
    details = {"cancel_at_period_end": True}
    assert local.refused("post", PATH, subscription=subscription["id"], subscription_details=details) == none
    local.post("/v1/invoiceitems", customer=life.customer, amount=250)
    assert amounts(preview(local, subscription, cancel_at_period_end=True)) == [250]
    assert life.subscription(subscription["id"])["cancel_at"] is None


def test_of_a_canceled_subscription_there_is_nothing_to_see(local: Local) -> None:
    _, subscription = running(local)
    local.delete(f"/v1/subscriptions/{subscription['id']}")
    assert local.refused("post", PATH, subscription=subscription["id"]).code == "invoice_upcoming_none"


def test_a_new_period_is_billed_at_once(local: Local) -> None:
    life, subscription = running(local)
    details: Any = {
        "items": [{"id": subscription["items"]["data"][0]["id"], "price": price(local, 36500, "year")}],
        "billing_cycle_anchor": {"type": "now"},
        "proration_date": moment("2026-04-11"),
    }
    seen = preview(local, subscription, **details)
    assert (amounts(seen), seen["created"]) == ([-2000, 36500], moment("2026-04-11"))
    local.post(f"/v1/subscriptions/{subscription['id']}", **details)
    assert life.totals(subscription["id"]) == [3000, seen["total"]]


def test_a_trial_s_end_is_seen(local: Local) -> None:
    life = Life.begin(local, "2026-04-01")
    subscription = life.subscribe(price(local, 3000), trial_period_days=14)
    assert amounts(preview(local, subscription, trial_end="now")) == [3000]
    assert local.post(PATH, subscription=subscription["id"])["created"] == moment("2026-04-15")
    assert life.subscription(subscription["id"])["status"] == "trialing"


@pytest.mark.parametrize(
    ("details", "billed"),
    [
        ({}, [1200, 1000]),
        ({"trial_end": moment("2026-04-15")}, [0, 0]),
        ({"billing_cycle_anchor": {"type": "timestamp", "timestamp": moment("2026-04-16")}}, [581, 484]),
        ({"cancel_at": moment("2026-04-16")}, [600, 500]),
    ],
)
def test_a_subscription_that_is_not_created_yet(local: Local, details: Any, billed: list[int]) -> None:
    life = Life.begin(local, "2026-04-01")
    items = [{"price": price(local, 1000)}, {"price": price(local, 400), "quantity": 3}]
    seen = local.post(PATH, customer=life.customer, subscription_details={"items": items, **details})
    assert (amounts(seen), seen["parent"]) == (billed, None)
    assert local.get("/v1/subscriptions", customer=life.customer, status="all")["data"] == []


def test_a_pause_is_seen_where_it_makes_an_invoice(local: Local) -> None:
    """https://docs.stripe.com/billing/subscriptions/pause: otherwise "the endpoint returns a 404"."""
    _life, subscription = running(local)
    details = {"pause": {"invoicing_behavior": "invoice"}}
    seen = local.post(
        PATH,
        subscription=subscription["id"],
        subscription_details=details,
        expand=["parent.subscription_details.subscription"],
    )
    assert amounts(seen) == [-2000]
    form = {"subscription": subscription["id"], "subscription_details": {"pause": {"type": "subscription"}}}
    assert local.refused("post", PATH, **form).status == 404
    local.post(f"/v1/subscriptions/{subscription['id']}/pause", bill_for={"unused_time_from": {"type": "none"}})
    assert amounts(preview(local, subscription, resume_at="now")) == [3000]
    assert local.refused("post", PATH, subscription=subscription["id"]).status == 404


def test_a_customer_with_nothing_to_come(local: Local) -> None:
    life = Life.begin(local)
    assert local.refused("post", PATH, customer=life.customer).code == "invoice_upcoming_none"
    local.post("/v1/invoiceitems", customer=life.customer, amount=700, currency="usd")
    assert amounts(local.post(PATH, customer=life.customer)) == [700]


def test_invoice_items_are_seen_beside_what_waits(local: Local) -> None:
    life, subscription = running(local)
    local.post("/v1/invoiceitems", customer=life.customer, amount=100, currency="usd")
    product = local.post("/v1/products", name="Setup")["id"]
    once = local.post("/v1/prices", product=product, currency="usd", unit_amount=2500)["id"]
    added = [{"price": once, "quantity": 2}, {"amount": -50, "currency": "usd", "description": "Sorry"}]
    seen = local.post(PATH, subscription=subscription["id"], invoice_items=added)
    assert amounts(seen) == [5000, -50, 100, 3000]
    new = [{"price": price(local, 1000)}]
    seen = local.post(PATH, customer=life.customer, subscription_details={"items": new}, invoice_items=added)
    assert sorted(amounts(seen)) == [-50, 100, 1000, 5000]
    assert local.get("/v1/invoiceitems", customer=life.customer)["data"][0]["amount"] == 100, "nothing is stored"


def test_invoice_items_of_another_currency_are_refused(local: Local) -> None:
    _, subscription = running(local)
    refusal = local.refused(
        "POST", PATH, subscription=subscription["id"], invoice_items=[{"amount": 5, "currency": "eur"}]
    )
    assert refusal.param == "invoice_items[0][currency]"


def test_automatic_tax_needs_to_know_where_the_customer_is(local: Local) -> None:
    life, subscription = running(local)
    refusal = local.refused("POST", PATH, subscription=subscription["id"], automatic_tax={"enabled": True})
    assert refusal.code == "customer_tax_location_invalid"
    local.post(f"/v1/customers/{life.customer}", address={"country": "DE"})
    seen = local.post(PATH, subscription=subscription["id"], automatic_tax={"enabled": True})
    assert seen["automatic_tax"]["status"] == "complete"


def test_what_a_preview_says_of_its_customer_stands_in_place_of_what_is_stored(local: Local) -> None:
    """ "Details about the customer you want to invoice or overrides for an existing customer"
    (`customer_details` in `stripe/params/_invoice_create_preview_params.py`)."""
    rate = local.post("/v1/tax_rates", display_name="VAT", percentage=20, inclusive=False)["id"]
    life, subscription = running(local, default_tax_rates=[rate])
    details = {
        "address": {"country": "DE"},
        "tax_exempt": "reverse",
        "tax_ids": [{"type": "eu_vat", "value": "DE123456789"}],
    }
    form: Any = {"automatic_tax": {"enabled": True}, "customer_details": details}
    seen = local.post(PATH, subscription=subscription["id"], customer_details={"tax_exempt": "none"})
    assert seen["total"] == 3600
    for whose in ({"subscription": subscription["id"]}, {"subscription_details": {"items": [{"price": price(local)}]}}):
        seen = local.post(PATH, **form, **whose)
        assert (seen["customer_address"]["country"], seen["customer_tax_exempt"]) == ("DE", "reverse")
        assert seen["customer_tax_ids"] == [{"type": "eu_vat", "value": "DE123456789"}]
        assert seen["total"] == seen["total_excluding_tax"]
    by_ip = {"tax": {"ip_address": "203.0.113.9"}}
    assert local.post(PATH, customer=life.customer, customer_details=by_ip, automatic_tax={"enabled": True})["total"]
    assert local.get(f"/v1/customers/{life.customer}")["address"] is None
    wrong = {"tax_ids": [{"type": "eu_vat", "value": "DE1"}]}
    refusal = local.refused("post", PATH, customer=life.customer, customer_details=wrong)
    assert (refusal.code, refusal.param) == ("tax_id_invalid", "customer_details[tax_ids][0][value]")


def test_a_subscription_is_seen_to_begin_sooner_or_later(local: Local) -> None:
    """ "Date a subscription is intended to start (can be future or past)"."""
    life = Life.begin(local, "2026-04-16")
    new: Any = {"items": [{"price": price(local, 3000)}]}

    def seen(start: str) -> Any:
        details = {**new, "start_date": moment(start)}
        return local.post(PATH, customer=life.customer, subscription_details=details)

    later = seen("2026-05-01")
    assert (later["total"], later["lines"]["data"][0]["period"]["start"]) == (3000, moment("2026-05-01"))
    subscription = local.post(
        "/v1/subscriptions", customer=life.customer, **new, backdate_start_date=moment("2026-04-01")
    )
    assert seen("2026-04-01")["total"] == life.totals(subscription["id"])[0]
    refusal = local.refused(
        "post", PATH, subscription=subscription["id"], subscription_details={"start_date": moment("2026-05-01")}
    )
    assert refusal.param == "subscription_details[start_date]"


def test_metadata_of_the_subscription_and_unit_amounts_are_seen(local: Local) -> None:
    _, subscription = running(local, metadata={"team": "red"})
    items = [{"unit_amount": -50, "quantity": 3, "currency": "usd"}, {"unit_amount": 20, "currency": "usd"}]
    details = {"metadata": {"plan": "gold"}}
    seen = local.post(PATH, subscription=subscription["id"], invoice_items=items, subscription_details=details)
    assert amounts(seen) == [-150, 20, 3000]
    assert seen["parent"]["subscription_details"]["metadata"] == {"team": "red", "plan": "gold"}


def test_a_pending_item_is_seen_changed(local: Local) -> None:
    """`invoiceitem` is "The ID of the invoice item to update in preview"."""
    life, subscription = running(local)
    item = local.post("/v1/invoiceitems", customer=life.customer, amount=100, currency="usd")
    items = [{"invoiceitem": item["id"], "amount": 250, "description": "More"}, {"amount": 7, "currency": "usd"}]
    seen = local.post(PATH, subscription=subscription["id"], invoice_items=items)
    assert [(line["amount"], line["description"]) for line in seen["lines"]["data"]][:2] == [(7, None), (250, "More")]
    assert local.get(f"/v1/invoiceitems/{item['id']}") == item
    unknown = [{"invoiceitem": "ii_none", "amount": 250}]
    assert (
        local.refused("post", PATH, subscription=subscription["id"], invoice_items=unknown).code == "resource_missing"
    )


MONTH = {"interval": "month"}


def test_a_new_schedule_is_seen_by_its_first_invoice_and_not_made(local: Local) -> None:
    """ "The schedule creation or modification params to apply as a preview"."""
    life = Life.begin(local, "2026-04-11")
    half = local.post("/v1/coupons", percent_off=50, duration="once")["id"]
    setup = str(local.price(unit_amount=500)["id"])
    phase = {
        "items": [{"price": price(local, 3000), "quantity": 2}],
        "add_invoice_items": [{"price": setup}],
        "discounts": [{"coupon": half}],
        "duration": MONTH,
        "start_date": "now",
    }
    form: Any = {"customer": life.customer, "schedule_details": {"phases": [phase]}}
    before = len(life.events())
    seen = local.post(PATH, **form, invoice_items=[{"unit_amount": 20, "currency": "usd"}])
    assert (sorted(amounts(seen)), seen["total"], seen["parent"]) == ([20, 500, 6000], 3260, None)
    assert (seen["id"][:12], seen["status"], seen["billing_reason"]) == ("upcoming_in_", "draft", "upcoming")
    assert local.get("/v1/subscription_schedules")["data"] == [] == local.get("/v1/invoiceitems")["data"]
    assert len(life.events()) == before
    later = {**phase, "start_date": moment("2026-05-01")}
    seen = local.post(PATH, customer=life.customer, schedule_details={"phases": [later]})
    assert {line["period"]["start"] for line in seen["lines"]["data"]} == {moment("2026-05-01")}


def test_a_schedule_that_has_not_started_is_seen_by_its_first_invoice(local: Local) -> None:
    life = Life.begin(local, "2026-04-11")
    phases = [{"items": [{"price": price(local, 3000)}], "duration": MONTH}]
    start = moment("2026-05-01")
    subscription_schedule = local.post(
        "/v1/subscription_schedules", customer=life.customer, start_date=start, phases=phases
    )
    seen = local.post(PATH, schedule=subscription_schedule["id"])
    assert (seen["total"], seen["created"], seen["customer"]) == (3000, start, life.customer)
    assert local.get(f"/v1/subscription_schedules/{subscription_schedule['id']}") == subscription_schedule
    life.advance("2026-05-01 02:00")
    [paid] = local.get("/v1/invoices")["data"]
    assert paid["total"] == seen["total"]


@pytest.mark.parametrize(("behavior", "total"), [("create_prorations", 2000 + 6000), ("always_invoice", 2000)])
def test_a_change_of_a_schedule_is_seen_and_not_made(local: Local, behavior: str, total: int) -> None:
    """Two thirds of a month at 30 more are prorated, on the renewal of 60 or at once."""
    life, subscription = running(local)
    subscription_schedule = local.post("/v1/subscription_schedules", from_subscription=subscription["id"])
    [phase] = subscription_schedule["phases"]
    items = [{"price": phase["items"][0]["price"], "quantity": 2}]
    changed = {"start_date": phase["start_date"], "end_date": phase["end_date"], "items": items}
    details = {"phases": [changed], "proration_behavior": behavior}
    seen = local.post(PATH, schedule=subscription_schedule["id"], schedule_details=details)
    assert seen["total"] == total
    assert seen["parent"]["subscription_details"]["subscription"] == subscription["id"]
    assert local.get(f"/v1/subscription_schedules/{subscription_schedule['id']}") == subscription_schedule
    assert life.subscription(subscription["id"])["items"]["data"][0]["quantity"] == 1
    assert life.totals(subscription["id"]) == [3000]


@pytest.mark.parametrize(
    ("wanted", "of_new", "of_change"),
    [(None, 1500, 6000), ("", 3000, 6000), ("tenth", 2700, 5400)],
)
def test_named_discounts_stand_in_for_those_of_a_schedule(
    local: Local, wanted: str | None, of_new: int, of_change: int
) -> None:
    """ "If not specified, inherits the discount from the subscription or customer. [...] Pass an empty string to avoid
    inheriting any discounts." """
    life, subscription = running(local)
    half = local.post("/v1/coupons", percent_off=50, duration="once")["id"]
    named: dict[str, Any] = {}
    if wanted is not None:
        tenth = local.post("/v1/coupons", percent_off=10, duration="once")["id"]
        named = {"discounts": [{"coupon": tenth}] if wanted else ""}
    phase = {"items": [{"price": price(local, 3000)}], "discounts": [{"coupon": half}], "duration": MONTH}
    form: Any = {"customer": life.customer, "schedule_details": {"phases": [{**phase, "start_date": "now"}]}}
    assert local.post(PATH, **form, **named)["total"] == of_new
    subscription_schedule = local.post("/v1/subscription_schedules", from_subscription=subscription["id"])
    [current] = subscription_schedule["phases"]
    items = [{"price": current["items"][0]["price"], "quantity": 2}]
    changed = {"start_date": current["start_date"], "end_date": current["end_date"], "items": items}
    details = {"phases": [changed], "proration_behavior": "none"}
    assert (
        local.post(PATH, schedule=subscription_schedule["id"], schedule_details=details, **named)["total"] == of_change
    )
    if wanted:
        assert local.get(f"/v1/coupons/{tenth}")["times_redeemed"] == 0


def test_previews_of_schedules_that_are_refused(local: Local) -> None:
    life, subscription = running(local)
    phase = {"items": [{"price": "price_none"}], "start_date": "now", "duration": MONTH}
    form: Any = {"customer": life.customer, "schedule_details": {"phases": [phase]}}
    assert local.refused("post", PATH, **form).param == "schedule_details[phases][0][items][0][price]"
    beside = local.refused("post", PATH, **form, subscription=subscription["id"])
    assert beside.message == "You may only specify one of these parameters: schedule_details, subscription."
    assert local.refused("post", PATH, schedule_details={"phases": [phase]}).param == "customer"
    ending: Any = {"end_behavior": "cancel"}
    assert local.refused("post", PATH, customer=life.customer, schedule_details=ending).code == "parameter_missing"
