"""Taxes that a call computed itself (https://docs.stripe.com/invoicing/taxes/manual-tax-amounts)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, price

INVOICES, ITEMS = "/v1/invoices", "/v1/invoiceitems"
STATE = {"display_name": "Sales tax", "inclusive": False, "percentage": 6.25, "country": "US", "state": "TX"}
CITY = {**STATE, "percentage": 2, "jurisdiction": "Austin", "jurisdiction_level": "city", "tax_type": "sales_tax"}


@pytest.fixture
def life(local: Local) -> Life:
    return Life.begin(local)


def tax(amount: int, taxable: int, data: Any = STATE, **rest: Any) -> Any:
    return {"amount": amount, "taxable_amount": taxable, "tax_rate_data": data, **rest}


def draft(life: Life, amount: int, **params: Any) -> Any:
    id = life.local.post(INVOICES, customer=life.customer, **params)["id"]
    life.local.post(ITEMS, customer=life.customer, invoice=id, amount=amount, currency="usd")
    return life.local.get(f"{INVOICES}/{id}")


def line_path(invoice: Any) -> str:
    return f"{INVOICES}/{invoice['id']}/lines/{invoice['lines']['data'][0]['id']}"


def test_the_taxes_of_a_line_are_what_a_call_says(life: Life) -> None:
    local = life.local
    invoice = draft(life, 1000)
    line = local.post(
        line_path(invoice), tax_amounts=[tax(63, 1000, taxability_reason="standard_rated"), tax(20, 1000, CITY)]
    )
    assert [(one["amount"], one["tax_behavior"], one["taxability_reason"]) for one in line["taxes"]] == [
        (63, "exclusive", "standard_rated"),
        (20, "exclusive", "not_available"),
    ]
    [first, second] = [one["tax_rate_details"]["tax_rate"] for one in line["taxes"]]
    made = local.get(f"/v1/tax_rates/{second}")
    assert {name: made[name] for name in CITY} == CITY
    assert made["active"] is False

    inclusive = {**STATE, "inclusive": True}
    lines = [{"amount": 110, "description": "More", "tax_amounts": [tax(10, 100, inclusive)]}]
    invoice = local.post(f"{INVOICES}/{invoice['id']}/add_lines", lines=lines)
    assert (invoice["subtotal"], invoice["subtotal_excluding_tax"]) == (1110, 1100)
    assert (invoice["total"], invoice["total_excluding_tax"]) == (1193, 1100)
    assert [one["amount"] for one in invoice["total_taxes"]] == [63, 20, 10]

    changed = local.post(line_path(invoice), amount=2000)
    assert (changed["amount"], [one["amount"] for one in changed["taxes"]]) == (2000, [63, 20])
    again = local.post(line_path(invoice), tax_amounts=[tax(125, 2000)])
    assert again["taxes"][0]["tax_rate_details"]["tax_rate"] == first
    assert local.post(line_path(invoice), tax_amounts="")["taxes"] == []
    refusal = local.refused("post", ITEMS, customer=life.customer, amount=1, currency="usd", tax_rates=[first])
    assert refusal.param == "tax_rates[0]"


def test_the_draft_of_a_renewal_is_taxed(life: Life) -> None:
    local = life.local
    subscription = life.subscribe(price(local))
    life.advance("2026-02-01 00:30")
    [renewal] = [one for one in life.invoices(subscription["id"]) if one["status"] == "draft"]
    local.post(line_path(renewal), tax_amounts=[tax(94, 1500)])
    life.advance("2026-02-01 02:00")
    paid = local.get(f"{INVOICES}/{renewal['id']}")
    assert (paid["status"], paid["amount_paid"]) == ("paid", 1594)


def test_tax_amounts_and_tax_rates_are_not_on_one_invoice(life: Life) -> None:
    local = life.local
    vat = local.post("/v1/tax_rates", display_name="VAT", percentage=20, inclusive=False)["id"]
    by_rates = draft(life, 1000, default_tax_rates=[vat])
    refusal = local.refused("post", line_path(by_rates), tax_amounts=[tax(63, 1000)])
    assert refusal.message.startswith("You cannot set tax amounts if any line item has tax_rates")
    by_amounts = draft(life, 1000)
    local.post(line_path(by_amounts), tax_amounts=[tax(63, 1000)])
    for path, sent in ((line_path(by_amounts), "tax_rates"), (f"{INVOICES}/{by_amounts['id']}", "default_tax_rates")):
        assert local.refused("post", path, **{sent: [vat]}).message == refusal.message


def test_a_revision_has_the_tax_amounts_and_a_credit_note_its_part_of_them(life: Life) -> None:
    local = life.local
    invoice = draft(life, 1000)
    local.post(line_path(invoice), tax_amounts=[tax(63, 1000)])
    final = local.post(f"{INVOICES}/{invoice['id']}/finalize")
    revision = local.post(INVOICES, from_invoice={"action": "revision", "invoice": final["id"]})
    assert revision["total"] == final["total"] == 1063
    line = {"type": "invoice_line_item", "invoice_line_item": final["lines"]["data"][0]["id"]}
    half = local.get("/v1/credit_notes/preview", invoice=final["id"], lines=[{**line, "amount": 500}])
    assert (half["subtotal"], half["total"]) == (500, 532)
    rate = final["lines"]["data"][0]["taxes"][0]["tax_rate_details"]["tax_rate"]
    own = {"amount": 10, "taxable_amount": 400, "tax_rate": rate}
    note = local.post("/v1/credit_notes", invoice=final["id"], lines=[{**line, "amount": 500, "tax_amounts": [own]}])
    assert note["total"] == 510
    assert [one["taxable_amount"] for one in note["total_taxes"]] == [400]
