"""What ends with a customer that is deleted (https://docs.stripe.com/api/customers/delete)."""

from __future__ import annotations

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, price


@pytest.fixture
def life(local: Local) -> Life:
    return Life.begin(local)


def delete(life: Life) -> None:
    life.local.delete(f"/v1/customers/{life.customer}")


def test_its_subscriptions_end_at_once(life: Life) -> None:
    subscription = life.subscribe(price(life.local))
    delete(life)

    assert life.subscription(subscription["id"])["status"] == "canceled"
    assert "customer.subscription.deleted" in life.events("customer")


def test_its_cards_can_not_be_charged_any_more(life: Life) -> None:
    card = life.pay_by("pm_card_mastercard")
    delete(life)

    assert life.local.get(f"/v1/payment_methods/{card}")["customer"] is None
    other = life.local.post("/v1/customers")["id"]
    assert life.local.refused("post", f"/v1/payment_methods/{card}/attach", customer=other).status == 400


@pytest.mark.parametrize("finalized", [True, False])
def test_what_was_to_be_paid_stays_and_is_not_collected(life: Life, *, finalized: bool) -> None:
    life.local.post("/v1/invoiceitems", customer=life.customer, amount=2000, currency="usd")
    invoice_id = life.local.post(
        "/v1/invoices", customer=life.customer, pending_invoice_items_behavior="include", auto_advance=True
    )["id"]
    if finalized:
        life.local.post(f"/v1/invoices/{invoice_id}/finalize")
    delete(life)
    life.advance("2026-03-01")

    after = life.local.get(f"/v1/invoices/{invoice_id}")
    assert (after["status"], after["amount_paid"]) == ("open" if finalized else "draft", 0)
    assert life.local.get("/v1/charges")["data"] == []


def test_a_deleted_customer_takes_nothing_more(life: Life) -> None:
    delete(life)

    path = f"/v1/customers/{life.customer}"
    assert life.local.refused("post", path, name="x").status == 404
    assert life.local.refused("post", f"{path}/balance_transactions", amount=-1, currency="usd").status == 404
    new = {"customer": life.customer, "items": [{"price": price(life.local)}]}
    assert life.local.refused("post", "/v1/subscriptions", **new).code == "resource_missing"


def test_what_was_paid_can_be_refunded_still(life: Life) -> None:
    life.subscribe(price(life.local))
    [charge] = life.local.get("/v1/charges", customer=life.customer)["data"]
    delete(life)

    assert life.local.post("/v1/refunds", charge=charge["id"])["status"] == "succeeded"
