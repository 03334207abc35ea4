"""Events of billing: one event for each change, in the order of the steps, with what was before."""

from __future__ import annotations

from typing import Any

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, price


def newest(local: Local, type: str) -> Any:
    return local.events(type=type)[0]["data"]


def test_a_paid_subscription_is_told_step_by_step(local: Local) -> None:
    life = Life.begin(local)
    new_price = price(local)
    before = len(life.events())
    life.subscribe(new_price)
    assert life.events()[before:] == [
        "customer.subscription.created",
        "customer.updated",
        "invoice.created",
        "payment_intent.created",
        "invoice.finalized",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
    ]
    assert newest(local, "customer.subscription.created")["object"]["status"] == "incomplete"
    assert newest(local, "customer.subscription.updated")["previous_attributes"] == {"status": "incomplete"}


def test_a_trial_is_told_without_a_payment(local: Local) -> None:
    life = Life.begin(local, card=None)
    new_price = price(local)
    before = len(life.events())
    life.subscribe(new_price, trial_period_days=14)
    assert life.events()[before:] == [
        "customer.subscription.created",
        "customer.updated",
        "invoice.created",
        "invoice.finalized",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "setup_intent.created",
        "customer.subscription.updated",
    ]


def test_an_upgrade_tells_the_items_and_prices_of_before(local: Local) -> None:
    life = Life.begin(local)
    cheap, dear = price(local, 1000), price(local, 2000)
    subscription = life.subscribe(cheap)
    local.post(
        f"/v1/subscriptions/{subscription['id']}", items=[{"id": subscription["items"]["data"][0]["id"], "price": dear}]
    )
    data = newest(local, "customer.subscription.updated")
    assert set(data["previous_attributes"]) == {"items", "plan"}
    [old] = data["previous_attributes"]["items"]["data"]
    assert (old["price"]["id"], old["plan"]["id"]) == (cheap, cheap)
    assert "debits" not in old
    assert data["object"]["items"]["data"][0]["price"]["id"] == dear
    assert life.events("invoiceitem") == ["invoiceitem.created", "invoiceitem.created"]


def test_a_payment_tells_what_it_changed_on_the_invoice(local: Local) -> None:
    life = Life.begin(local)
    life.subscribe(price(local))
    changed = newest(local, "invoice.updated")["previous_attributes"]
    assert {name: changed[name] for name in ("status", "amount_paid", "amount_remaining", "attempted")} == {
        "status": "open",
        "amount_paid": 0,
        "amount_remaining": 1500,
        "attempted": False,
    }


def test_what_changes_nothing_is_not_told(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(price(local), metadata={"a": "b"})
    before = life.events()
    local.post(f"/v1/subscriptions/{subscription['id']}", metadata={"a": "b"}, cancel_at_period_end=False)
    local.post(f"/v1/customers/{life.customer}", email="jenny@example.com")
    assert life.events() == before


def test_time_has_no_request_and_a_call_has(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    life.subscribe(price(local))
    life.advance("2026-02-02")
    assert local.events(type="invoice.paid")[0]["request"] == {"id": None, "idempotency_key": None}
    assert local.events(type="invoice.paid")[1]["request"]["id"].startswith("req_")
