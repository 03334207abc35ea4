"""Invoices that several payments pay (https://docs.stripe.com/invoicing/partial-payments)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local
from tests.local_stripe.life import Life, price

INVOICES, INTENTS = "/v1/invoices", "/v1/payment_intents"


@pytest.fixture
def life(local: Local) -> Life:
    return Life.begin(local)


def opened(life: Life, amount: int) -> Any:
    draft = life.local.post(INVOICES, customer=life.customer)["id"]
    life.local.post("/v1/invoiceitems", customer=life.customer, invoice=draft, amount=amount, currency="usd")
    return life.local.post(f"{INVOICES}/{draft}/finalize", expand=["payments"])


def intent(life: Life, amount: int, **params: Any) -> str:
    sent = {"customer": life.customer, "currency": "usd", **params}
    return str(life.local.post(INTENTS, amount=amount, **sent)["id"])


def attach(life: Life, invoice: str, payment: str) -> Any:
    return life.local.post(f"{INVOICES}/{invoice}/attach_payment", payment_intent=payment, expand=["payments"])


def confirm(life: Life, payment: str) -> None:
    life.local.post(f"{INTENTS}/{payment}/confirm", payment_method="pm_card_visa", return_url="https://example.com")


def amounts(invoice: Any) -> tuple[str, int, int, int]:
    return invoice["status"], invoice["amount_due"], invoice["amount_paid"], invoice["amount_remaining"]


def payments(invoice: Any) -> set[tuple[bool, str, int | None, int]]:
    listed = invoice["payments"]["data"]
    return {(one["is_default"], one["status"], one["amount_paid"], one["amount_requested"]) for one in listed}


def test_a_part_is_paid_and_the_rest_by_the_invoice_itself(life: Life) -> None:
    local = life.local
    invoice = opened(life, 1000)["id"]
    part = intent(life, 400)
    waiting = attach(life, invoice, part)
    assert (amounts(waiting), payments(waiting)) == (
        ("open", 1000, 0, 1000),
        {(True, "open", None, 1000), (False, "open", None, 400)},
    )
    confirm(life, part)
    partly = local.get(f"{INVOICES}/{invoice}", expand=["payments"])
    assert (amounts(partly), payments(partly)) == (
        ("open", 1000, 400, 600),
        {(True, "open", None, 600), (False, "paid", 400, 400)},
    )
    assert local.refused("post", f"{INVOICES}/{invoice}/void").message == (
        "Invoices with `paid` payments cannot be voided."
    )
    whole = local.post(f"{INVOICES}/{invoice}/pay", payment_method="pm_card_visa", expand=["payments"])
    assert (amounts(whole), payments(whole)) == (
        ("paid", 1000, 1000, 0),
        {(True, "paid", 600, 600), (False, "paid", 400, 400)},
    )
    [charged, *_] = local.get("/v1/charges", customer=life.customer)["data"]
    assert charged["amount"] == 600
    parts = [event["data"]["object"]["amount_paid"] for event in local.events(type="invoice_payment.paid")]
    assert parts == [600, 400]
    for one in whole["payments"]["data"]:
        assert local.get(f"/v1/invoice_payments/{one['id']}") == one


def test_what_is_paid_already_counts_at_once_and_may_pay_the_whole(life: Life) -> None:
    local = life.local
    invoice = opened(life, 1500)["id"]
    first, second = intent(life, 1000), intent(life, 500)
    for one in (first, second):
        confirm(life, one)
    assert amounts(attach(life, invoice, first)) == ("open", 1500, 1000, 500)
    whole = attach(life, invoice, second)
    assert (amounts(whole), payments(whole)) == (
        ("paid", 1500, 1500, 0),
        {(True, "canceled", None, 500), (False, "paid", 1000, 1000), (False, "paid", 500, 500)},
    )
    [default] = [one for one in whole["payments"]["data"] if one["is_default"]]
    assert local.get(f"{INTENTS}/{default['payment']['payment_intent']}")["status"] == "canceled"


def test_a_subscription_that_is_charged_is_paid_by_one_payment_and_never_in_part(life: Life) -> None:
    subscription = life.subscribe(price(life.local), payment_behavior="default_incomplete")
    path = f"{INVOICES}/{subscription['latest_invoice']}/attach_payment"
    assert life.local.refused("post", path, payment_intent=intent(life, 600)).message.startswith("Partial payments")
    whole = intent(life, 1500)
    confirm(life, whole)
    assert amounts(attach(life, subscription["latest_invoice"], whole)) == ("paid", 1500, 1500, 0)
    assert life.subscription(subscription["id"])["status"] == "active"


def test_an_invoice_with_payments_is_neither_given_up_nor_revised(life: Life) -> None:
    local, invoice, part = life.local, opened(life, 1000)["id"], intent(life, 400)
    revising = {"from_invoice": {"action": "revision", "invoice": invoice}}
    revision = local.post(INVOICES, **revising, auto_advance=True)["id"]
    attach(life, invoice, part)
    refusals = [
        local.refused("post", f"{INVOICES}/{invoice}/void").message,
        local.refused("post", f"{INVOICES}/{invoice}/mark_uncollectible").message,
        local.refused("post", INVOICES, **revising).message,
    ]
    assert refusals == [
        "Invoices with `open` payments cannot be voided.",
        "Invoices with `open` payments cannot be marked uncollectible.",
        "Invoices with `open` or `paid` payments cannot be revised.",
    ]
    confirm(life, part)
    life.advance("2026-01-02")
    assert local.get(f"{INVOICES}/{revision}")["status"] == "draft"


def test_a_payment_is_canceled_with_its_intent(life: Life) -> None:
    local, invoice, part = life.local, opened(life, 1000)["id"], intent(life, 400)
    attach(life, invoice, part)
    local.post(f"{INTENTS}/{part}/cancel")
    after = local.get(f"{INVOICES}/{invoice}", expand=["payments"])
    assert payments(after) == {(True, "open", None, 1000), (False, "canceled", None, 400)}
    assert local.post(f"{INVOICES}/{invoice}/void")["status"] == "void"


def test_a_credit_note_takes_off_what_is_left(life: Life) -> None:
    invoice = opened(life, 1000)["id"]
    part = intent(life, 400)
    confirm(life, part)
    attach(life, invoice, part)
    life.local.post("/v1/credit_notes", invoice=invoice, amount=200)
    after = life.local.get(f"{INVOICES}/{invoice}", expand=["payments"])
    assert (amounts(after), payments(after)) == (
        ("open", 800, 400, 400),
        {(True, "open", None, 400), (False, "paid", 400, 400)},
    )


def test_a_credit_note_gives_back_what_an_attached_payment_has_paid(life: Life) -> None:
    invoice = opened(life, 1500)["id"]
    whole = intent(life, 1500)
    confirm(life, whole)
    assert amounts(attach(life, invoice, whole))[0] == "paid"
    note = life.local.post(
        "/v1/credit_notes", invoice=invoice, amount=600, refund_amount=600, expand=["refunds.refund"]
    )
    [link] = note["refunds"]
    assert (link["amount_refunded"], link["refund"]["amount"], link["refund"]["payment_intent"]) == (600, 600, whole)
    more = life.local.refused("post", "/v1/credit_notes", invoice=invoice, amount=901, refund_amount=901)
    assert more.param == "amount"
    life.local.post("/v1/refunds", payment_intent=whole, amount=800)
    left = life.local.refused("post", "/v1/credit_notes", invoice=invoice, amount=200, refund_amount=200)
    assert "$1.00" in left.message


def test_a_credit_note_gives_back_of_several_payments_the_newest_first(life: Life) -> None:
    invoice = opened(life, 1500)["id"]
    first = intent(life, 1000)
    confirm(life, first)
    attach(life, invoice, first)
    life.advance("2026-01-02")
    second = intent(life, 500)
    confirm(life, second)
    assert amounts(attach(life, invoice, second))[0] == "paid"
    note = life.local.post(
        "/v1/credit_notes", invoice=invoice, amount=700, refund_amount=700, expand=["refunds.refund"]
    )
    made = [(one["amount_refunded"], one["refund"]["payment_intent"]) for one in note["refunds"]]
    assert made == [(500, second), (200, first)]


def test_what_cannot_pay_a_part_is_refused(life: Life) -> None:
    local = life.local
    invoice = opened(life, 1000)
    path = f"{INVOICES}/{invoice['id']}/attach_payment"
    own = invoice["payments"]["data"][0]["payment"]["payment_intent"]
    stranger = local.post("/v1/customers")["id"]
    attached, canceled = intent(life, 100), intent(life, 100)
    attach(life, invoice["id"], attached)
    local.post(f"{INTENTS}/{canceled}/cancel")
    wrong = [own, attached, canceled, intent(life, 100, customer=stranger), intent(life, 100, currency="eur"), "pi_no"]
    for payment in [*wrong, intent(life, 1001), intent(life, 100, capture_method="manual")]:
        assert local.refused("post", path, payment_intent=payment).param == "payment_intent"
    assert local.refused("post", path).code == "parameter_missing"
    draft = local.post(INVOICES, customer=life.customer)["id"]
    refusal = local.refused("post", f"{INVOICES}/{draft}/attach_payment", payment_intent=intent(life, 100))
    assert refusal.message == "You can only pass in open invoices. This invoice isn't open."


def test_what_was_captured_is_credited_and_no_more(life: Life) -> None:
    local = life.local
    invoice = opened(life, 1000)["id"]
    part = intent(life, 400, capture_method="manual")
    confirm(life, part)
    local.post(f"{INTENTS}/{part}/capture", amount_to_capture=100)
    partly = attach(life, invoice, part)
    assert (amounts(partly), payments(partly)) == (
        ("open", 1000, 100, 900),
        {(True, "open", None, 900), (False, "paid", 100, 400)},
    )


def test_what_is_refunded_is_no_payment(life: Life) -> None:
    invoice, part = opened(life, 1000)["id"], intent(life, 400)
    confirm(life, part)
    life.local.post("/v1/refunds", payment_intent=part)
    refusal = life.local.refused("post", f"{INVOICES}/{invoice}/attach_payment", payment_intent=part)
    assert (refusal.param, "refunded" in refusal.message) == ("payment_intent", True)


@pytest.mark.parametrize("change", [{"amount": 5000}, {"currency": "eur"}, {"capture_method": "manual"}])
def test_an_attached_payment_stays_what_was_checked(life: Life, change: dict[str, Any]) -> None:
    invoice, part = opened(life, 1000)["id"], intent(life, 400)
    attach(life, invoice, part)
    message = life.local.refused("post", f"{INTENTS}/{part}", **change).message
    assert message.startswith("You cannot change the amount")


def test_what_is_paid_beyond_what_is_due_is_credited_to_the_customer(life: Life) -> None:
    """ "Credits to the credit balance when an invoice receives payments exceeding the amount due"
    (`invoice_overpaid`, https://docs.stripe.com/api/customer_balance_transactions)."""
    local, invoice = life.local, opened(life, 1000)["id"]
    first, second = intent(life, 600), intent(life, 600)
    for part in (first, second):
        attach(life, invoice, part)
    confirm(life, first)
    before = len(life.events())
    confirm(life, second)
    done = local.get(f"{INVOICES}/{invoice}", expand=["payments"])
    assert (amounts(done), done["amount_overpaid"]) == (("paid", 1000, 1000, 0), 200)
    assert {(one["status"], one["amount_paid"]) for one in done["payments"]["data"]} == {
        ("canceled", None),
        ("paid", 600),
    }
    [excess] = local.get(f"/v1/customers/{life.customer}/balance_transactions")["data"]
    assert (excess["type"], excess["amount"], excess["invoice"]) == ("invoice_overpaid", -200, invoice)
    types = [type for type in life.events()[before:] if type.startswith(("customer.", "invoice"))]
    assert types == [
        "invoice.updated",
        "invoice_payment.paid",
        "customer.updated",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice.overpaid",
    ]
    assert opened(life, 1000)["amount_due"] == 800


def test_a_payment_that_has_brought_more_counts_when_it_is_attached(life: Life) -> None:
    """One that is still to be made "can be up to the amount remaining"
    (https://docs.stripe.com/invoicing/partial-payments; the words of the refusal are not documented)."""
    local, invoice, more = life.local, opened(life, 1000)["id"], intent(life, 1200)
    refusal = local.refused("post", f"{INVOICES}/{invoice}/attach_payment", payment_intent=more)
    assert "up to the amount remaining of the invoice, which is 1000" in refusal.message
    confirm(life, more)
    done = attach(life, invoice, more)
    assert (amounts(done), done["amount_overpaid"]) == (("paid", 1000, 1000, 0), 200)
    assert local.get(f"/v1/customers/{life.customer}")["balance"] == -200


def test_what_no_invoice_would_count_is_not_charged(life: Life) -> None:
    local, invoice = life.local, opened(life, 1000)["id"]
    part = intent(life, 600)
    attach(life, invoice, part)
    local.post(f"{INVOICES}/{invoice}/pay", payment_method="pm_card_visa")
    refusal = local.refused("post", f"{INTENTS}/{part}/confirm", payment_method="pm_card_visa")
    assert "an invoice that has been paid otherwise" in refusal.message
    assert [charge["amount"] for charge in local.get("/v1/charges", customer=life.customer)["data"]] == [1000]
