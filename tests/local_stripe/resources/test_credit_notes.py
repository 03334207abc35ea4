"""Credit notes: what they take off an invoice, and where the rest of it goes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life

NOTES = "/v1/credit_notes"


@pytest.fixture
def life(local: Local) -> Life:
    return Life.begin(local)


def invoice(life: Life, amount: int = 2000, *, status: str = "paid", **params: Any) -> Any:
    life.local.post("/v1/invoiceitems", customer=life.customer, amount=amount, currency="usd", description="Setup")
    draft = life.local.post(
        "/v1/invoices", customer=life.customer, pending_invoice_items_behavior="include", auto_advance=False, **params
    )
    path = f"/v1/invoices/{draft['id']}"
    if status == "draft":
        return draft
    return life.local.post(f"{path}/finalize" if status == "open" else f"{path}/pay")


def now(life: Life, invoice: Any) -> Any:
    return life.local.get(f"/v1/invoices/{invoice['id']}")


def balance(life: Life) -> int:
    return int(life.local.get(f"/v1/customers/{life.customer}")["balance"])


def test_a_note_on_a_paid_invoice_goes_to_the_balance(life: Life) -> None:
    paid_invoice = invoice(life)
    note = life.local.post(
        NOTES, invoice=paid_invoice["id"], amount=500, credit_amount=500, reason="order_change", memo="Late"
    )

    assert (note["total"], note["post_payment_amount"], note["pre_payment_amount"]) == (500, 500, 0)
    assert (note["type"], note["status"], note["number"]) == (
        "post_payment",
        "issued",
        f"{paid_invoice['number']}-CN-01",
    )
    after = now(life, paid_invoice)
    assert (after["status"], after["post_payment_credit_notes_amount"], after["amount_paid"]) == ("paid", 500, 2000)
    assert balance(life) == -500
    [moved] = life.local.get(f"/v1/customers/{life.customer}/balance_transactions")["data"]
    assert moved["id"] == note["customer_balance_transaction"]
    assert (moved["type"], moved["amount"], moved["ending_balance"]) == ("credit_note", -500, -500)
    assert moved["credit_note"] == note["id"]
    assert "credit_note.created" in life.events("credit_note")


def test_a_note_on_a_paid_invoice_goes_to_the_card(life: Life) -> None:
    paid_invoice = invoice(life)
    note = life.local.post(NOTES, invoice=paid_invoice["id"], amount=700, refund_amount=700, expand=["refunds.refund"])

    [linked] = note["refunds"]
    assert (linked["amount_refunded"], linked["type"]) == (700, "refund")
    assert (linked["refund"]["amount"], linked["refund"]["status"]) == (700, "succeeded")
    assert balance(life) == 0
    [charge] = life.local.get("/v1/charges", customer=life.customer)["data"]
    assert charge["amount_refunded"] == 700


def test_an_earlier_refund_is_linked_and_not_made_again(life: Life) -> None:
    paid_invoice = invoice(life)
    [charge] = life.local.get("/v1/charges", customer=life.customer)["data"]
    refund = life.local.post("/v1/refunds", charge=charge["id"], amount=300)
    note = life.local.post(NOTES, invoice=paid_invoice["id"], amount=300, refunds=[{"refund": refund["id"]}])

    assert note["refunds"][0]["refund"] == refund["id"]
    assert len(life.local.get("/v1/refunds")["data"]) == 1


def test_a_note_on_an_open_invoice_leaves_less_to_pay(life: Life) -> None:
    open_invoice = invoice(life, status="open")
    note = life.local.post(NOTES, invoice=open_invoice["id"], amount=500)

    assert (note["type"], note["pre_payment_amount"]) == ("pre_payment", 500)
    after = now(life, open_invoice)
    assert (after["amount_due"], after["amount_remaining"], after["pre_payment_credit_notes_amount"]) == (
        1500,
        1500,
        500,
    )
    paid = life.local.post(f"/v1/invoices/{open_invoice['id']}/pay")
    assert (paid["status"], paid["amount_paid"]) == ("paid", 1500)
    assert life.local.get("/v1/charges", customer=life.customer)["data"][0]["amount"] == 1500


def test_a_note_for_all_that_is_open_closes_the_invoice(life: Life) -> None:
    open_invoice = invoice(life, status="open")
    life.local.post(NOTES, invoice=open_invoice["id"], amount=2000)

    after = now(life, open_invoice)
    assert (after["status"], after["amount_remaining"], after["amount_paid"]) == ("paid", 0, 0)
    assert life.local.get("/v1/charges", customer=life.customer)["data"] == []


def test_a_void_note_puts_its_amount_back(life: Life) -> None:
    open_invoice = invoice(life, status="open")
    note = life.local.post(NOTES, invoice=open_invoice["id"], amount=500)
    gone = life.local.post(f"{NOTES}/{note['id']}/void")

    assert gone["status"] == "void" and gone["voided_at"]
    assert now(life, open_invoice)["amount_remaining"] == 2000
    assert life.local.refused("post", f"{NOTES}/{note['id']}/void").status == 400


def test_a_note_on_a_paid_invoice_cannot_be_voided(life: Life) -> None:
    note = life.local.post(NOTES, invoice=invoice(life)["id"], amount=500, credit_amount=500)

    assert life.local.refused("post", f"{NOTES}/{note['id']}/void").status == 400


@pytest.mark.parametrize(
    "params",
    [
        {"amount": 500},
        {"amount": 500, "credit_amount": 400},
        {"amount": 2500, "credit_amount": 2500},
        {"amount": 0},
        {},
    ],
)
def test_what_does_not_add_up_is_refused(life: Life, params: dict[str, int]) -> None:
    paid_invoice = invoice(life)

    assert life.local.refused("post", NOTES, invoice=paid_invoice["id"], **params).status == 400
    assert now(life, paid_invoice)["post_payment_credit_notes_amount"] == 0


def test_notes_and_refunds_together_are_at_most_the_invoice(life: Life) -> None:
    paid_invoice = invoice(life)
    [charge] = life.local.get("/v1/charges", customer=life.customer)["data"]
    life.local.post("/v1/refunds", charge=charge["id"], amount=1500)

    assert (
        life.local.refused("post", NOTES, invoice=paid_invoice["id"], amount=501, credit_amount=501).param == "amount"
    )
    assert life.local.post(NOTES, invoice=paid_invoice["id"], amount=500, credit_amount=500)["total"] == 500


@pytest.mark.parametrize("status", ["draft", "void", "uncollectible"])
def test_only_an_open_or_paid_invoice_is_credited(life: Life, status: str) -> None:
    made = invoice(life, status="draft" if status == "draft" else "open")
    if status != "draft":
        action = "void" if status == "void" else "mark_uncollectible"
        life.local.post(f"/v1/invoices/{made['id']}/{action}")

    assert status in life.local.refused("post", NOTES, invoice=made["id"], amount=100).message


def test_a_note_of_lines_has_their_parts(life: Life) -> None:
    paid_invoice = invoice(life)
    [line] = life.local.get(f"/v1/invoices/{paid_invoice['id']}/lines")["data"]
    lines = [
        {"type": "invoice_line_item", "invoice_line_item": line["id"], "amount": 800},
        {"type": "custom_line_item", "unit_amount": 100, "quantity": 2, "description": "Goodwill"},
    ]
    note = life.local.post(NOTES, invoice=paid_invoice["id"], lines=lines, credit_amount=1000)

    assert [(one["type"], one["amount"], one["description"]) for one in note["lines"]["data"]] == [
        ("invoice_line_item", 800, "Setup"),
        ("custom_line_item", 200, "Goodwill"),
    ]
    page = life.local.get(f"{NOTES}/{note['id']}/lines", limit=1)
    assert (page["data"][0]["id"], page["has_more"]) == (note["lines"]["data"][0]["id"], True)


def test_a_preview_makes_nothing(life: Life) -> None:
    paid_invoice = invoice(life)
    seen = life.local.get(f"{NOTES}/preview", invoice=paid_invoice["id"], amount=500, credit_amount=500)

    assert (seen["total"], seen["post_payment_amount"]) == (500, 500)
    assert life.local.get(NOTES, invoice=paid_invoice["id"])["data"] == []
    assert balance(life) == 0


def test_memo_and_metadata_can_be_changed(life: Life) -> None:
    note = life.local.post(NOTES, invoice=invoice(life)["id"], amount=500, credit_amount=500, metadata={"a": "1"})
    after = life.local.post(f"{NOTES}/{note['id']}", memo="Sorry", metadata={"b": "2"})

    assert (after["memo"], after["metadata"]) == ("Sorry", {"a": "1", "b": "2"})
    assert life.local.get(f"{NOTES}/{note['id']}", expand=["invoice", "customer"])["invoice"]["object"] == "invoice"


def test_the_list_is_of_a_customer_or_an_invoice(life: Life) -> None:
    first, second = invoice(life), invoice(life)
    notes = [life.local.post(NOTES, invoice=one["id"], amount=100, credit_amount=100)["id"] for one in (first, second)]

    assert [one["id"] for one in life.local.get(NOTES, customer=life.customer)["data"]] == notes[::-1]
    assert [one["id"] for one in life.local.get(NOTES, invoice=first["id"])["data"]] == notes[:1]
    assert life.local.refused("get", f"{NOTES}/cn_none").status == 404


def test_a_note_gives_the_tax_of_its_lines_back(life: Life) -> None:
    vat = life.local.post("/v1/tax_rates", display_name="VAT", percentage=20, inclusive=False)["id"]
    contained = life.local.post("/v1/tax_rates", display_name="GST", percentage=10, inclusive=True)["id"]
    paid_invoice = invoice(life, 2000, default_tax_rates=[vat])
    assert paid_invoice["total"] == 2400
    [line] = paid_invoice["lines"]["data"]
    note = life.local.post(
        NOTES,
        invoice=paid_invoice["id"],
        lines=[
            {"type": "invoice_line_item", "invoice_line_item": line["id"], "amount": 1000},
            {
                "type": "custom_line_item",
                "description": "Sorry",
                "quantity": 1,
                "unit_amount": 110,
                "tax_rates": [contained],
            },
        ],
        credit_amount=1310,
    )
    assert (note["subtotal"], note["subtotal_excluding_tax"]) == (1110, 1100)
    assert (note["total_excluding_tax"], note["total"]) == (1100, 1310)
    assert [(tax["amount"], tax["tax_behavior"]) for tax in note["total_taxes"]] == [
        (200, "exclusive"),
        (10, "inclusive"),
    ]
    assert [rate["id"] for rate in note["lines"]["data"][0]["tax_rates"]] == [vat]
    assert balance(life) == -1310


def test_a_note_gives_shipping_costs_back(life: Life) -> None:
    data = {"display_name": "Post", "fixed_amount": {"amount": 700, "currency": "usd"}, "type": "fixed_amount"}
    paid_invoice = invoice(life, 2000, shipping_cost={"shipping_rate_data": data})
    rate = paid_invoice["shipping_cost"]["shipping_rate"]
    note = life.local.post(NOTES, invoice=paid_invoice["id"], shipping_cost={"shipping_rate": rate}, credit_amount=700)
    assert (note["amount_shipping"], note["total"], note["shipping_cost"]["shipping_rate"]) == (700, 700, rate)
    refusal = life.local.refused("post", NOTES, invoice=paid_invoice["id"], shipping_cost={"shipping_rate": "shr_nope"})
    assert refusal.param == "shipping_cost[shipping_rate]"


def test_a_line_of_a_note_may_cost_a_fraction(life: Life) -> None:
    """ "accepts a decimal value in cents" (`stripe/params/_credit_note_create_params.py`), rounded as a price's is."""
    paid_invoice = invoice(life, 2000)
    line = {"type": "custom_line_item", "description": "Calls", "quantity": 3, "unit_amount_decimal": "0.5"}
    note = life.local.post(NOTES, invoice=paid_invoice["id"], lines=[line], credit_amount=2)
    [credited] = note["lines"]["data"]
    assert (credited["amount"], credited["unit_amount"], credited["unit_amount_decimal"]) == (2, None, "0.5")
    refusal = life.local.refused("post", NOTES, invoice=paid_invoice["id"], lines=[{**line, "unit_amount": 1}])
    assert refusal.param == "lines[0][unit_amount_decimal]"
