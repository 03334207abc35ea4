"""Invoices' lines and items by calls: added, changed, removed, and pending ones taken."""

from __future__ import annotations

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, act, billed, price


def test_lines_are_added_changed_and_removed(local: Local) -> None:
    """Recorded (2026-08-26.dahlia): the line keeps its id, its item and its product, and gets another price."""
    life = Life.begin(local)
    draft = local.post("/v1/invoices", customer=life.customer, currency="usd")
    path = f"/v1/invoices/{draft['id']}"
    added = local.post(f"{path}/add_lines", lines=[{"amount": 999, "description": "Extra line"}])
    [line] = added["lines"]["data"]
    assert (added["total"], line["amount"], line["description"]) == (999, 999, "Extra line")
    after = local.post(f"{path}/lines/{line['id']}", amount=777, description="Extra line (revised)")
    assert (after["object"], after["id"], after["amount"]) == ("line_item", line["id"], 777)
    assert after["parent"] == line["parent"]
    old, new = line["pricing"]["price_details"], after["pricing"]["price_details"]
    assert (old["product"] == new["product"], old["price"] == new["price"]) == (True, False)
    assert local.post(f"{path}/update_lines", lines=[{"id": line["id"], "amount": 888}])["total"] == 888
    emptied = local.post(f"{path}/remove_lines", lines=[{"id": line["id"], "behavior": "delete"}])
    assert (emptied["total"], emptied["lines"]["data"]) == (0, [])


def test_lines_are_newest_first_and_those_added_to_a_draft_come_last(local: Local) -> None:
    life = Life.begin(local)
    for amount in (2000, 1500):
        local.post("/v1/invoiceitems", customer=life.customer, amount=amount, currency="usd")
    draft = local.post("/v1/invoices", customer=life.customer, pending_invoice_items_behavior="include")
    assert [line["amount"] for line in draft["lines"]["data"]] == [1500, 2000]
    local.post("/v1/invoiceitems", customer=life.customer, amount=300, invoice=draft["id"])
    lines = local.get(f"/v1/invoices/{draft['id']}/lines")["data"]
    assert [line["amount"] for line in lines] == [1500, 2000, 300]


def test_an_item_of_an_amount_has_a_price_that_is_made_for_it(local: Local) -> None:
    """Recorded (2026-08-26.dahlia): used again by description, amount and currency, also for other customers."""
    made = [
        local.post("/v1/invoiceitems", customer=Life.begin(local).customer, currency="usd", **item)["pricing"]
        for item in (
            {"amount": 2000, "description": "Setup"},
            {"amount": 2000, "description": "Setup"},
            {"amount": 1000, "description": "Setup"},
            {"amount": 2000, "description": "Other"},
        )
    ]
    prices = [one["price_details"]["price"] for one in made]
    products = [one["price_details"]["product"] for one in made]
    assert made[0]["unit_amount_decimal"] == "2000"
    assert (prices[0] == prices[1], len(set(prices))) == (True, 3)
    assert (products[0] == products[2], len(set(products))) == (True, 2)
    assert local.get("/v1/products", active=True)["data"] == []


def test_an_amount_has_no_quantity(local: Local) -> None:
    life = Life.begin(local)
    refusal = local.refused("post", "/v1/invoiceitems", customer=life.customer, amount=100, currency="usd", quantity=3)
    assert refusal.param == "quantity"


def test_lines_and_payments_have_lists_of_their_own(local: Local) -> None:
    life, draft = billed(local)
    local.post("/v1/invoiceitems", customer=life.customer, amount=100, invoice=draft["id"])
    first = local.get(f"/v1/invoices/{draft['id']}/lines", limit=1)
    assert (first["has_more"], [line["amount"] for line in first["data"]]) == (True, [2500])
    rest = local.get(f"/v1/invoices/{draft['id']}/lines", starting_after=first["data"][0]["id"])
    assert (rest["has_more"], [line["amount"] for line in rest["data"]]) == (False, [100])
    act(local, draft, "pay")
    [payment] = local.get("/v1/invoice_payments", invoice=draft["id"])["data"]
    assert (payment["status"], payment["amount_paid"]) == ("paid", 2600)
    assert local.get(f"/v1/invoice_payments/{payment['id']}") == payment
    assert local.get("/v1/invoice_payments", invoice=draft["id"], status="open")["data"] == []


def test_an_item_may_be_of_a_one_time_price(local: Local) -> None:
    life = Life.begin(local)
    setup = local.price(unit_amount=4900)
    item = local.post("/v1/invoiceitems", customer=life.customer, pricing={"price": setup["id"]}, quantity=2)
    assert (item["amount"], item["quantity"], item["description"]) == (9800, 2, "Pro")
    refusal = local.refused("post", "/v1/invoiceitems", customer=life.customer, pricing={"price": price(local)})
    assert "only accepts prices with `type=one_time`" in refusal.message


def test_items_change_and_go_while_their_invoice_is_a_draft(local: Local) -> None:
    life, draft = billed(local)
    [item] = local.get("/v1/invoiceitems", customer=life.customer)["data"]
    after = local.post(f"/v1/invoiceitems/{item['id']}", amount=3000, description="Setup, twice")
    assert (after["amount"], local.get(f"/v1/invoices/{draft['id']}")["total"]) == (3000, 3000)
    more = local.post("/v1/invoiceitems", customer=life.customer, amount=500, invoice=draft["id"])
    local.delete(f"/v1/invoiceitems/{item['id']}")
    assert local.get(f"/v1/invoices/{draft['id']}")["total"] == 500
    act(local, draft, "finalize")
    assert local.refused("post", f"/v1/invoiceitems/{more['id']}", amount=1).code == "invoice_not_editable"
    assert "no longer editable" in local.refused("delete", f"/v1/invoiceitems/{more['id']}").message
    assert (
        local.refused("post", "/v1/invoiceitems", customer=life.customer, amount=1, invoice=draft["id"]).param
        == "invoice"
    )


def test_what_is_pending_comes_with_the_next_renewal(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    subscription = life.subscribe(price(local))
    local.post("/v1/invoiceitems", customer=life.customer, amount=250)
    assert [one["amount"] for one in local.get("/v1/invoiceitems", pending=True)["data"]] == [250]
    life.advance("2026-02-01 02:00")
    assert life.totals(subscription["id"]) == [1500, 1750]
    assert local.get("/v1/invoiceitems", pending=True)["data"] == []


def test_an_invoice_of_a_subscription_takes_what_is_pending_of_it(local: Local) -> None:
    """Nothing pending is an invoice of nothing (recorded by others, 2025-10-29.clover)."""
    life = Life.begin(local)
    subscription = life.subscribe(price(local))
    empty = local.post("/v1/invoices", customer=life.customer, subscription=subscription["id"])
    assert (empty["status"], empty["total"], empty["billing_reason"]) == ("draft", 0, "manual")
    assert act(local, empty, "pay")["status"] == "paid"
    local.post("/v1/invoiceitems", customer=life.customer, amount=50)
    local.post("/v1/invoiceitems", customer=life.customer, amount=900, subscription=subscription["id"])
    without = {"subscription": subscription["id"], "pending_invoice_items_behavior": "exclude"}
    assert local.post("/v1/invoices", customer=life.customer, **without)["lines"]["data"] == []
    draft = local.post("/v1/invoices", customer=life.customer, subscription=subscription["id"])
    assert (draft["total"], draft["parent"]["subscription_details"]["subscription"]) == (900, subscription["id"])


def test_an_invoice_by_a_call_takes_what_is_pending_of_all_subscriptions(local: Local) -> None:
    life = Life.begin(local)
    subscription = life.subscribe(price(local))
    local.post("/v1/invoiceitems", customer=life.customer, amount=900, subscription=subscription["id"])
    local.post("/v1/invoiceitems", customer=life.customer, amount=50)
    draft = local.post("/v1/invoices", customer=life.customer, pending_invoice_items_behavior="include")
    assert [line["amount"] for line in draft["lines"]["data"]] == [50, 900]
