"""Pending invoice items that are billed more often than their subscription renews."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, moment, price

PATH = "/v1/subscriptions"


@pytest.fixture
def life(local: Local) -> Life:
    return Life.begin(local)


def yearly(life: Life) -> str:
    made = life.local.price(unit_amount=12_000, recurring={"interval": "year"})
    return str(made["id"])


def shown(subscription: Any) -> tuple[Any, Any]:
    return subscription["pending_invoice_item_interval"], subscription["next_pending_invoice_item_invoice"]


def test_pending_items_are_billed_at_the_interval(life: Life) -> None:
    local = life.local
    subscription = life.subscribe(yearly(life), pending_invoice_item_interval={"interval": "month"})
    assert shown(subscription) == ({"interval": "month", "interval_count": 1}, moment("2026-02-01"))
    item = subscription["items"]["data"][0]["id"]
    life.advance("2026-01-15")
    local.post(f"{PATH}/{subscription['id']}", items=[{"id": item, "quantity": 2}])
    local.post("/v1/invoiceitems", customer=life.customer, amount=700, currency="usd")
    life.advance("2026-02-01 00:30")
    [draft] = [one for one in life.invoices(subscription["id"]) if one["status"] == "draft"]
    assert draft["billing_reason"] == "automatic_pending_invoice_item_invoice"
    assert [line["parent"]["subscription_item_details"]["proration"] for line in draft["lines"]["data"]] == [True, True]
    assert draft["total"] == round(24_000 * 351 / 365) - round(12_000 * 351 / 365)
    after = local.get(f"{PATH}/{subscription['id']}")
    assert (after["latest_invoice"], shown(after)[1]) == (draft["id"], moment("2026-03-01"))
    life.advance("2026-03-01 02:00")
    assert local.get(f"/v1/invoices/{draft['id']}")["status"] == "paid"
    assert len(life.invoices(subscription["id"])) == 2
    assert shown(local.get(f"{PATH}/{subscription['id']}"))[1] == moment("2026-04-01")
    assert len(local.get("/v1/invoiceitems", customer=life.customer, pending=True)["data"]) == 1


def test_the_interval_is_changed_and_unset(life: Life) -> None:
    local = life.local
    subscription = life.subscribe(price(local))
    assert shown(subscription) == (None, None)
    path = f"{PATH}/{subscription['id']}"
    after = local.post(path, pending_invoice_item_interval={"interval": "week", "interval_count": 2})
    assert shown(after) == ({"interval": "week", "interval_count": 2}, moment("2026-01-15"))
    long = {"interval": "week", "interval_count": 53}
    refusal = local.refused("post", path, pending_invoice_item_interval=long)
    assert refusal.param == "pending_invoice_item_interval[interval_count]"
    assert shown(local.post(path, pending_invoice_item_interval="")) == (None, None)
    life.advance("2026-01-16")
    assert len(life.invoices(subscription["id"])) == 1
