"""Invoices by calls (https://docs.stripe.com/api/invoices), and what they do to the customer's balance."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal
from tests.local_stripe.life import DAY, Life, act, billed, moment, price

NOT_OPEN = "You can only pass in open invoices. This invoice isn't open."


def test_a_draft_is_finalised_and_paid(local: Local) -> None:
    _, draft = billed(local)
    assert (draft["status"], draft["total"], draft["billing_reason"], draft["number"]) == (
        "draft",
        2500,
        "manual",
        None,
    )
    open_invoice = act(local, draft, "finalize")
    assert (open_invoice["status"], open_invoice["attempted"], open_invoice["number"][-5:]) == ("open", False, "-0001")
    paid_invoice = act(local, draft, "pay")
    assert (paid_invoice["status"], paid_invoice["amount_paid"], paid_invoice["attempt_count"]) == ("paid", 2500, 1)
    assert paid_invoice["status_transitions"]["paid_at"] == moment("2026-01-01")


def test_a_draft_may_be_paid_at_once_by_any_card(local: Local) -> None:
    _, draft = billed(local, card=None)
    assert act(local, draft, "pay", payment_method="pm_card_mastercard")["status"] == "paid"


def test_a_draft_that_advances_is_finalised_and_charged_after_an_hour(local: Local) -> None:
    life, draft = billed(local, auto_advance=True)
    life.advance("2026-01-01 01:01")
    assert local.get(f"/v1/invoices/{draft['id']}")["status"] == "paid"


def test_a_draft_that_does_not_advance_stays_one(local: Local) -> None:
    life, draft = billed(local)
    life.advance("2026-01-10")
    assert local.get(f"/v1/invoices/{draft['id']}")["status"] == "draft"
    local.post(f"/v1/invoices/{draft['id']}", auto_advance=True)
    life.advance("2026-01-10 01:01")
    assert local.get(f"/v1/invoices/{draft['id']}")["status"] == "paid"


def test_paid_outside_of_stripe_nothing_is_charged(local: Local) -> None:
    life, draft = billed(local)
    act(local, draft, "finalize")
    paid_invoice = act(local, draft, "pay", paid_out_of_band=True, expand=["payments"])
    assert (paid_invoice["status"], paid_invoice["amount_paid"], "amount_paid_off_stripe" in paid_invoice) == (
        "paid",
        2500,
        False,
    )
    [intent] = local.get("/v1/payment_intents", customer=life.customer)["data"]
    assert (intent["status"], paid_invoice["payments"]["data"][0]["status"]) == ("canceled", "canceled")
    assert "invoice.payment_succeeded" not in life.events("invoice.")
    assert life.events("invoice.")[-1] == "invoice.paid"


def test_a_declined_payment_is_402_and_has_been_attempted(local: Local) -> None:
    _, draft = billed(local, card="pm_card_chargeCustomerFail")
    refusal = local.refused("post", f"/v1/invoices/{draft['id']}/pay")
    assert refusal == Refusal("Your card was declined.", "card_declined", None, 402, "card_error")
    after = local.get(f"/v1/invoices/{draft['id']}")
    assert (after["status"], after["attempted"], after["attempt_count"]) == ("open", True, 1)


def test_a_payment_that_wants_3d_secure_says_what_is_to_do(local: Local) -> None:
    _, draft = billed(local, card="pm_card_authenticationRequired")
    refusal = local.refused("post", f"/v1/invoices/{draft['id']}/pay")
    assert (refusal.status, refusal.code) == (402, "invoice_payment_intent_requires_action")


def test_an_invoice_that_wants_3d_secure_at_its_first_automatic_attempt_is_not_tried_again(local: Local) -> None:
    life, draft = billed(local, card="pm_card_authenticationRequired", auto_advance=True)
    open_invoice = act(local, draft, "finalize")
    assert open_invoice["next_payment_attempt"] == moment("2026-01-01 01:00")
    life.advance("2026-01-02")
    after = local.get(f"/v1/invoices/{draft['id']}")
    assert (after["status"], after["attempted"], after["next_payment_attempt"]) == ("open", True, None)
    assert "invoice.payment_action_required" in life.events("invoice.")


def test_void_cancels_the_payment_and_cannot_be_undone(local: Local) -> None:
    life, draft = billed(local)
    act(local, draft, "finalize")
    void = act(local, draft, "void")
    assert (void["status"], void["amount_paid"]) == ("void", 0)
    [intent] = local.get("/v1/payment_intents", customer=life.customer)["data"]
    assert (intent["status"], intent["cancellation_reason"]) == ("canceled", "void_invoice")
    assert local.refused("post", f"/v1/invoices/{draft['id']}/pay").code == "invoice_not_payable"
    assert local.refused("post", f"/v1/invoices/{draft['id']}/void").message == NOT_OPEN


def test_uncollectible_can_still_be_paid_or_voided(local: Local) -> None:
    _, draft = billed(local)
    act(local, draft, "finalize")
    lost = act(local, draft, "mark_uncollectible")
    assert lost["status_details"] == {"uncollectible": {"reason": "user_forgiven"}}
    paid_invoice = act(local, draft, "pay")
    assert (paid_invoice["status"], "status_details" in paid_invoice) == ("paid", False)


@pytest.mark.parametrize(
    ("steps", "last", "message"),
    [
        ((), "void", NOT_OPEN),
        ((), "mark_uncollectible", NOT_OPEN),
        (("finalize",), "finalize", "This invoice is already finalized, you can't re-finalize a non-draft invoice."),
        (("pay",), "pay", "Invoice is already paid"),
        (("pay",), "void", "Invoices with `paid` payments cannot be voided."),
        (("pay",), "mark_uncollectible", NOT_OPEN),
        (("finalize", "void"), "mark_uncollectible", NOT_OPEN),
        (
            ("finalize", "mark_uncollectible"),
            "mark_uncollectible",
            "This invoice has already been marked uncollectible.",
        ),
    ],
)
def test_what_an_invoice_s_status_forbids(local: Local, steps: tuple[str, ...], last: str, message: str) -> None:
    """Recorded (2026-08-26.dahlia), all without code and param."""
    _, draft = billed(local)
    for step in steps:
        act(local, draft, step)
    refusal = local.refused("post", f"/v1/invoices/{draft['id']}/{last}")
    assert (refusal.message, refusal.code, refusal.param, refusal.status) == (message, None, None, 400)


def test_a_draft_is_deleted_and_its_items_with_it(local: Local) -> None:
    """Recorded (2026-08-26.dahlia)."""
    life, draft = billed(local)
    [item] = local.get("/v1/invoiceitems", customer=life.customer)["data"]
    local.delete(f"/v1/invoices/{draft['id']}")
    assert local.refused("get", f"/v1/invoices/{draft['id']}").status == 404
    assert local.get("/v1/invoiceitems", customer=life.customer)["data"] == []
    path = f"/v1/invoiceitems/{item['id']}"
    assert local.refused("post", path, description="x").message == "This invoice item has been deleted."
    assert local.refused("delete", path).message.startswith("Can't delete an invoice item that is attached to an")


@pytest.mark.parametrize(
    ("method", "call", "param"),
    [
        ("get", "", "invoice"),
        ("delete", "", "invoice"),
        ("post", "/send", "invoice"),
        ("post", "/add_lines", "invoice"),
        ("post", "", "id"),
        ("post", "/pay", "id"),
        ("post", "/finalize", "id"),
        ("post", "/void", "id"),
        ("post", "/mark_uncollectible", "id"),
    ],
)
def test_an_invoice_that_is_not_there_is_named_by_the_call(local: Local, method: str, call: str, param: str) -> None:
    params: Any = {"lines": [{"amount": 1, "description": "x"}]} if call == "/add_lines" else {}
    refusal = local.refused(method, f"/v1/invoices/in_nope{call}", **params)
    assert (refusal.status, refusal.code, refusal.param) == (404, "resource_missing", param)


def test_there_is_no_upcoming_invoice_to_get(local: Local) -> None:
    refusal = local.refused("get", "/v1/invoices/upcoming")
    assert refusal.message.startswith("Unrecognized request URL (GET: /v1/invoices/upcoming).")


def test_a_customer_is_bound_to_a_currency_while_something_is_active(local: Local) -> None:
    life = Life.begin(local)
    dollars, canadian = price(local), price(local, currency="cad")
    subscription = life.subscribe(dollars)
    items = [{"price": canadian}]
    refusal = local.refused("post", "/v1/subscriptions", customer=life.customer, items=items)
    assert "You cannot combine currencies" in refusal.message
    local.delete(f"/v1/subscriptions/{subscription['id']}")
    assert life.subscribe(canadian)["currency"] == "cad"
    assert local.get(f"/v1/customers/{life.customer}")["currency"] == "cad"


def test_paid_out_of_band_it_was_never_attempted(local: Local) -> None:
    """Recorded (2026-08-26.dahlia)."""
    _, draft = billed(local, card=None, collection_method="send_invoice", days_until_due=7)
    act(local, draft, "finalize")
    paid_invoice = act(local, draft, "pay", paid_out_of_band=True)
    assert (
        paid_invoice["status"],
        paid_invoice["attempted"],
        paid_invoice["attempt_count"],
        paid_invoice["auto_advance"],
    ) == (
        "paid",
        False,
        0,
        False,
    )


def test_only_a_draft_of_no_subscription_is_deleted(local: Local) -> None:
    life, draft = billed(local)
    act(local, draft, "finalize")
    assert local.refused("delete", f"/v1/invoices/{draft['id']}").message == "You can only delete draft invoices."
    subscription = life.subscribe(price(local))
    life.advance("2026-02-01")
    renewal = life.invoices(subscription["id"])[-1]
    assert renewal["status"] == "draft"
    assert "created by subscriptions" in local.refused("delete", f"/v1/invoices/{renewal['id']}").message


def test_a_draft_may_be_edited_and_an_open_invoice_hardly(local: Local) -> None:
    _life, draft = billed(local)
    path = f"/v1/invoices/{draft['id']}"
    edited = local.post(
        path, description="January", metadata={"a": "b"}, collection_method="send_invoice", days_until_due=5
    )
    assert (edited["description"], edited["metadata"], edited["due_date"]) == (
        "January",
        {"a": "b"},
        moment("2026-01-06"),
    )
    act(local, draft, "finalize")
    refusal = local.refused("post", path, description="x")
    assert (refusal.message, refusal.param) == ("Finalized invoices can't be updated in this way", "description")
    assert local.post(path, metadata={"a": ""})["metadata"] == {}


def test_an_invoice_is_sent_with_a_due_date_and_may_be_overdue(local: Local) -> None:
    life, draft = billed(local, card=None, collection_method="send_invoice", days_until_due=10)
    sent = act(local, draft, "send")
    assert (sent["status"], sent["due_date"]) == ("open", moment("2026-01-11"))
    assert life.events("invoice.")[-1] == "invoice.sent"
    life.advance("2026-01-12")
    assert life.events("invoice.")[-1] == "invoice.overdue"
    assert local.get(f"/v1/customers/{life.customer}")["delinquent"] is True


def test_only_what_is_to_be_sent_is_sent(local: Local) -> None:
    _, draft = billed(local)
    assert "collection method" in local.refused("post", f"/v1/invoices/{draft['id']}/send").message


def test_a_credit_balance_pays_and_comes_back_when_the_invoice_is_voided(local: Local) -> None:
    """https://docs.stripe.com/billing/customer/balance: applied when the invoice is finalised."""
    life, draft = billed(local)
    customer = f"/v1/customers/{life.customer}"
    local.post(customer, balance=-1000)
    open_invoice = act(local, draft, "finalize")
    assert (open_invoice["amount_due"], open_invoice["starting_balance"], open_invoice["ending_balance"]) == (
        1500,
        -1000,
        0,
    )
    assert local.get(customer)["balance"] == 0
    act(local, draft, "void")
    assert local.get(customer)["balance"] == -1000


def test_more_credit_than_is_due_pays_all_and_the_rest_stays(local: Local) -> None:
    life, draft = billed(local)
    local.post(f"/v1/customers/{life.customer}", balance=-4000)
    open_invoice = act(local, draft, "finalize", expand=["payments"])
    assert (open_invoice["status"], open_invoice["amount_due"], open_invoice["amount_paid"]) == ("paid", 0, 0)
    assert (open_invoice["ending_balance"], open_invoice["payments"]["data"]) == (-1500, [])
    assert local.get(f"/v1/customers/{life.customer}")["balance"] == -1500


def test_a_debt_is_added_to_what_is_due(local: Local) -> None:
    life, draft = billed(local)
    local.post(f"/v1/customers/{life.customer}", balance=300)
    paid_invoice = act(local, draft, "pay")
    assert (paid_invoice["total"], paid_invoice["amount_paid"], paid_invoice["ending_balance"]) == (2500, 2800, 0)


def test_lists_filter_by_what_an_invoice_is_of(local: Local) -> None:
    life, draft = billed(local)
    subscription = life.subscribe(price(local))
    life.advance("2026-01-05")
    act(local, draft, "pay")

    def listed(**params: Any) -> list[str]:
        return [one["id"] for one in local.get("/v1/invoices", **params)["data"]]

    first = subscription["latest_invoice"]
    assert listed(customer=life.customer) == [first, draft["id"]]
    assert listed(subscription=subscription["id"]) == [first]
    assert listed(status="paid", customer=life.customer) == [first, draft["id"]]
    assert listed(status="open") == []
    assert listed(created={"lt": moment("2026-01-01")}) == []
    assert listed(created={"gte": moment("2026-01-01")}, limit=1) == [first]


def test_a_due_date_is_in_the_future_and_of_what_is_sent(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    past = {"customer": life.customer, "collection_method": "send_invoice", "due_date": moment("2026-01-01") - DAY}
    assert local.refused("post", "/v1/invoices", **past).param == "due_date"
    refusal = local.refused("post", "/v1/invoices", customer=life.customer, days_until_due=3)
    assert refusal.message.startswith("You can only specify 'due_date' or 'days_until_due'")
    refusal = local.refused("post", "/v1/invoices", customer=life.customer, collection_method="send_invoice")
    assert "you must specify 'due_date' or 'days_until_due'" in refusal.message


def test_payments_of_invoices_are_listed_by_their_time(local: Local) -> None:
    life = Life.begin(local)
    life.subscribe(price(local))
    life.advance("2026-02-01 02:00")
    [newest, oldest] = local.get("/v1/invoice_payments")["data"]
    invoice_payments = local.get("/v1/invoice_payments", created={"gt": oldest["created"]})["data"]
    assert invoice_payments == [newest]
