"""Revisions of invoices (https://docs.stripe.com/invoicing/invoice-edits)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life
from tests.local_stripe.life import price as monthly
from tests.local_stripe.making import coupon

INVOICES, ITEMS = "/v1/invoices", "/v1/invoiceitems"


@pytest.fixture
def life(local: Local) -> Life:
    return Life.begin(local)


def opened(life: Life, *amounts: int, **params: Any) -> Any:
    sent = {"collection_method": "send_invoice", "days_until_due": 30, **params}
    draft = life.local.post(INVOICES, customer=life.customer, **sent)["id"]
    for amount in amounts:
        described = {"description": f"Work for {amount}", "metadata": {"for": str(amount)}}
        life.local.post(ITEMS, customer=life.customer, invoice=draft, amount=amount, currency="usd", **described)
    return life.local.post(f"{INVOICES}/{draft}/finalize")


def revised(local: Local, invoice: str, **params: Any) -> Any:
    return local.post(INVOICES, from_invoice={"action": "revision", "invoice": invoice}, **params)


def event_types(local: Local, since: str) -> list[str]:
    events = local.get("/v1/events", ending_before=since, limit=100)["data"]
    return [event["type"] for event in reversed(events) if event["type"].startswith("invoice.")]


def test_a_revision_is_a_draft_of_the_same_until_it_is_finalized(life: Life) -> None:
    local = life.local
    off = coupon(local, percent_off=10, duration="forever")
    original = opened(life, 1000, 500, discounts=[{"coupon": off}], footer="Thanks", metadata={"order": "7"})
    before = local.get("/v1/events", limit=1)["data"][0]["id"]

    draft = revised(local, original["id"], metadata={"by": "ada"}, expand=["from_invoice.invoice"])
    assert (draft["status"], draft["number"], draft["total"]) == ("draft", None, 1350)
    assert (draft["from_invoice"]["action"], draft["from_invoice"]["invoice"]["id"]) == ("revision", original["id"])
    assert draft["due_date"] == original["due_date"]
    assert (draft["footer"], draft["metadata"]) == ("Thanks", {"order": "7", "by": "ada"})
    shown = [[(line["amount"], line["description"]) for line in one["lines"]["data"]] for one in (original, draft)]
    assert shown[0] == shown[1]
    items = {
        one["data"][0]["parent"]["invoice_item_details"]["invoice_item"] for one in (original["lines"], draft["lines"])
    }
    assert len(items) == 2
    assert local.get(f"/v1/coupons/{off}")["times_redeemed"] == 1
    assert local.get(f"{INVOICES}/{original['id']}")["latest_revision"] is None

    line = draft["lines"]["data"][0]["id"]
    local.post(f"{INVOICES}/{draft['id']}/lines/{line}", amount=2000)
    final = local.post(f"{INVOICES}/{draft['id']}/finalize")
    replaced = local.get(f"{INVOICES}/{original['id']}")
    assert (final["status"], replaced["status"]) == ("open", "void")
    assert replaced["latest_revision"] == final["id"]
    assert replaced["total"] == 1350
    assert event_types(local, before) == [
        "invoice.created",
        "invoice.updated",
        "invoice.updated",
        "invoice.voided",
        "invoice.finalized",
    ]


def test_a_revision_can_be_revised(life: Life) -> None:
    local = life.local
    first = opened(life, 1000)["id"]
    second = revised(local, first)["id"]
    local.post(f"{INVOICES}/{second}/finalize")
    third = revised(local, second, auto_advance=True)["id"]
    life.advance("2026-01-01 02:00")
    statuses = [
        (one["status"], one["latest_revision"])
        for one in (local.get(f"{INVOICES}/{id}") for id in (first, second, third))
    ]
    assert statuses == [("void", third), ("void", third), ("open", None)]


def test_what_the_original_took_of_the_balance_is_taken_by_the_revision(life: Life) -> None:
    local = life.local
    local.post(f"/v1/customers/{life.customer}/balance_transactions", amount=-300, currency="usd")
    original = opened(life, 1000)
    assert (original["starting_balance"], original["ending_balance"], original["amount_due"]) == (-300, 0, 700)
    draft = revised(local, original["id"])
    assert (draft["starting_balance"], draft["amount_due"]) == (-300, 700)
    final = local.post(f"{INVOICES}/{draft['id']}/finalize")
    assert (final["starting_balance"], final["ending_balance"], final["amount_due"]) == (-300, 0, 700)
    assert local.get(f"/v1/customers/{life.customer}")["balance"] == 0


def test_only_what_is_unpaid_and_of_no_subscription_is_revised(life: Life) -> None:
    local = life.local
    draft = local.post(INVOICES, customer=life.customer)["id"]
    paid = opened(life, 1000)["id"]
    replacing = revised(local, paid)["id"]
    local.post(f"{INVOICES}/{paid}/pay", paid_out_of_band=True)
    of_subscription = local.post("/v1/subscriptions", customer=life.customer, items=[{"price": monthly(local)}])
    for invoice in (draft, paid, of_subscription["latest_invoice"], "in_none"):
        params = {"action": "revision", "invoice": invoice}
        assert local.refused("post", INVOICES, from_invoice=params).param == "from_invoice[invoice]"
    assert "This invoice is paid" in local.refused("post", f"{INVOICES}/{replacing}/finalize").message
    again = opened(life, 1000)["id"]
    params = {"action": "revision", "invoice": again}
    refusal = local.refused("post", INVOICES, from_invoice=params, subscription=of_subscription["id"])
    assert refusal.message == "You may only specify one of these parameters: from_invoice, subscription."
