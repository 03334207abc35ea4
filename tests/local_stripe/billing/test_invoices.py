"""Invoices by calls (https://docs.stripe.com/api/invoices), and what they do to the customer's balance."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.billing.life import DAY, Life, moment, price
from tests.local_stripe.conftest import Local, Refusal


def billed(local: Local, amount: int = 2500, card: str | None = "pm_card_visa", **params: Any) -> tuple[Life, Any]:
    """A draft of one item for a new customer."""
    life = Life.begin(local, "2026-01-01", card)
    local.post("/v1/invoiceitems", customer=life.customer, amount=amount, currency="usd", description="Setup")
    form = {"customer": life.customer, "pending_invoice_items_behavior": "include", **params}
    return life, local.post("/v1/invoices", **form)


def act(local: Local, invoice: Any, what: str, **params: Any) -> Any:
    return local.post(f"/v1/invoices/{invoice['id']}/{what}", **params)


def test_a_draft_is_finalised_and_paid(local: Local) -> None:
    _, draft = billed(local)
    assert (draft["status"], draft["total"], draft["billing_reason"], draft["number"]) == (
        "draft",
        2500,
        "manual",
        None,
    )
    opened = act(local, draft, "finalize")
    assert (opened["status"], opened["attempted"], opened["number"][-5:]) == ("open", False, "-0001")
    paid = act(local, draft, "pay")
    assert (paid["status"], paid["amount_paid"], paid["attempt_count"]) == ("paid", 2500, 1)
    assert paid["status_transitions"]["paid_at"] == moment("2026-01-01")


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
    paid = act(local, draft, "pay", paid_out_of_band=True, expand=["payments"])
    assert (paid["status"], paid["amount_paid"], paid["amount_paid_off_stripe"]) == ("paid", 2500, 2500)
    [intent] = local.get("/v1/payment_intents", customer=life.customer)["data"]
    assert (intent["status"], paid["payments"]["data"][0]["status"]) == ("canceled", "canceled")
    assert "invoice.payment_succeeded" not in life.events("invoice.")
    assert life.events("invoice.")[-1] == "invoice.paid"


def test_a_declined_payment_is_402_and_has_been_attempted(local: Local) -> None:
    _, draft = billed(local, card="pm_card_chargeCustomerFail")
    refused = local.refused("post", f"/v1/invoices/{draft['id']}/pay")
    assert refused == Refusal("Your card was declined.", "card_declined", None, 402, "card_error")
    after = local.get(f"/v1/invoices/{draft['id']}")
    assert (after["status"], after["attempted"], after["attempt_count"]) == ("open", True, 1)


def test_a_payment_that_wants_3d_secure_says_what_is_to_do(local: Local) -> None:
    _, draft = billed(local, card="pm_card_authenticationRequired")
    refused = local.refused("post", f"/v1/invoices/{draft['id']}/pay")
    assert (refused.status, refused.code) == (402, "invoice_payment_intent_requires_action")


def test_void_cancels_the_payment_and_cannot_be_undone(local: Local) -> None:
    life, draft = billed(local)
    act(local, draft, "finalize")
    void = act(local, draft, "void")
    assert (void["status"], void["amount_paid"]) == ("void", 0)
    [intent] = local.get("/v1/payment_intents", customer=life.customer)["data"]
    assert (intent["status"], intent["cancellation_reason"]) == ("canceled", "void_invoice")
    assert local.refused("post", f"/v1/invoices/{draft['id']}/pay").code == "invoice_not_payable"
    assert local.refused("post", f"/v1/invoices/{draft['id']}/void").code == "invoice_not_editable"


def test_uncollectible_can_still_be_paid_or_voided(local: Local) -> None:
    _, draft = billed(local)
    act(local, draft, "finalize")
    lost = act(local, draft, "mark_uncollectible")
    assert lost["status_details"] == {"uncollectible": {"reason": "user_forgiven"}}
    paid = act(local, draft, "pay")
    assert (paid["status"], "status_details" in paid) == ("paid", False)


@pytest.mark.parametrize(
    ("steps", "last", "code"),
    [
        ((), "void", "invoice_not_editable"),
        ((), "mark_uncollectible", "invoice_not_editable"),
        (("finalize",), "finalize", "invoice_not_editable"),
        (("pay",), "pay", "invoice_already_paid"),
        (("pay",), "void", "invoice_not_editable"),
        (("finalize", "void"), "mark_uncollectible", "invoice_not_editable"),
    ],
)
def test_what_an_invoice_s_status_forbids(local: Local, steps: tuple[str, ...], last: str, code: str) -> None:
    _, draft = billed(local)
    for step in steps:
        act(local, draft, step)
    assert local.refused("post", f"/v1/invoices/{draft['id']}/{last}").code == code


def test_a_draft_is_deleted_and_its_items_wait_again(local: Local) -> None:
    life, draft = billed(local)
    local.delete(f"/v1/invoices/{draft['id']}")
    assert local.refused("get", f"/v1/invoices/{draft['id']}").status == 404
    assert [one["invoice"] for one in local.get("/v1/invoiceitems", customer=life.customer)["data"]] == [None]


def test_only_a_draft_of_no_subscription_is_deleted(local: Local) -> None:
    life, draft = billed(local)
    act(local, draft, "finalize")
    assert local.refused("delete", f"/v1/invoices/{draft['id']}").code == "invoice_not_editable"
    held = life.subscribe(price(local))
    life.advance("2026-02-01")
    renewal = life.invoices(held["id"])[-1]
    assert renewal["status"] == "draft"
    assert local.refused("delete", f"/v1/invoices/{renewal['id']}").code == "invoice_not_editable"


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
    assert local.refused("post", path, description="x").code == "invoice_not_editable"
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
    opened = act(local, draft, "finalize")
    assert (opened["amount_due"], opened["starting_balance"], opened["ending_balance"]) == (1500, -1000, 0)
    assert local.get(customer)["balance"] == 0
    act(local, draft, "void")
    assert local.get(customer)["balance"] == -1000


def test_more_credit_than_is_due_pays_all_and_the_rest_stays(local: Local) -> None:
    life, draft = billed(local)
    local.post(f"/v1/customers/{life.customer}", balance=-4000)
    opened = act(local, draft, "finalize", expand=["payments"])
    assert (opened["status"], opened["amount_due"], opened["amount_paid"]) == ("paid", 0, 0)
    assert (opened["ending_balance"], opened["payments"]["data"]) == (-1500, [])
    assert local.get(f"/v1/customers/{life.customer}")["balance"] == -1500


def test_a_debt_is_added_to_what_is_due(local: Local) -> None:
    life, draft = billed(local)
    local.post(f"/v1/customers/{life.customer}", balance=300)
    paid = act(local, draft, "pay")
    assert (paid["total"], paid["amount_paid"], paid["ending_balance"]) == (2500, 2800, 0)


def test_lists_filter_by_what_an_invoice_is_of(local: Local) -> None:
    life, draft = billed(local)
    held = life.subscribe(price(local))
    life.advance("2026-01-05")
    act(local, draft, "pay")

    def listed(**params: Any) -> list[str]:
        return [one["id"] for one in local.get("/v1/invoices", **params)["data"]]

    first = held["latest_invoice"]
    assert listed(customer=life.customer) == [first, draft["id"]]
    assert listed(subscription=held["id"]) == [first]
    assert listed(status="paid", customer=life.customer) == [first, draft["id"]]
    assert listed(status="open") == []
    assert listed(created={"lt": moment("2026-01-01")}) == []
    assert listed(created={"gte": moment("2026-01-01")}, limit=1) == [first]


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
    refused = local.refused("post", "/v1/invoiceitems", customer=life.customer, pricing={"price": price(local)})
    assert "only accepts prices with `type=one_time`" in refused.message


def test_items_change_and_go_while_their_invoice_is_a_draft(local: Local) -> None:
    life, draft = billed(local)
    [item] = local.get("/v1/invoiceitems", customer=life.customer)["data"]
    changed = local.post(f"/v1/invoiceitems/{item['id']}", amount=3000, description="Setup, twice")
    assert (changed["amount"], local.get(f"/v1/invoices/{draft['id']}")["total"]) == (3000, 3000)
    more = local.post("/v1/invoiceitems", customer=life.customer, amount=500, invoice=draft["id"])
    local.delete(f"/v1/invoiceitems/{item['id']}")
    assert local.get(f"/v1/invoices/{draft['id']}")["total"] == 500
    act(local, draft, "finalize")
    assert local.refused("post", f"/v1/invoiceitems/{more['id']}", amount=1).code == "invoice_not_editable"
    assert local.refused("delete", f"/v1/invoiceitems/{more['id']}").code == "invoice_not_editable"
    assert (
        local.refused("post", "/v1/invoiceitems", customer=life.customer, amount=1, invoice=draft["id"]).param
        == "invoice"
    )


def test_what_is_pending_comes_with_the_next_renewal(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    held = life.subscribe(price(local))
    local.post("/v1/invoiceitems", customer=life.customer, amount=250)
    assert [one["amount"] for one in local.get("/v1/invoiceitems", pending=True)["data"]] == [250]
    life.advance("2026-02-01 02:00")
    assert life.totals(held["id"]) == [1500, 1750]
    assert local.get("/v1/invoiceitems", pending=True)["data"] == []


def test_a_subscription_with_nothing_pending_has_nothing_to_invoice(local: Local) -> None:
    life = Life.begin(local)
    held = life.subscribe(price(local))
    refused = local.refused("post", "/v1/invoices", customer=life.customer, subscription=held["id"])
    assert refused.code == "invoice_no_subscription_line_items"
    local.post("/v1/invoiceitems", customer=life.customer, amount=900, subscription=held["id"])
    draft = local.post("/v1/invoices", customer=life.customer, subscription=held["id"])
    assert (draft["total"], draft["parent"]["subscription_details"]["subscription"]) == (900, held["id"])


def test_a_due_date_is_in_the_future_and_of_what_is_sent(local: Local) -> None:
    life = Life.begin(local, "2026-01-01")
    past = {"customer": life.customer, "collection_method": "send_invoice", "due_date": moment("2026-01-01") - DAY}
    assert local.refused("post", "/v1/invoices", **past).param == "due_date"
    assert local.refused("post", "/v1/invoices", customer=life.customer, days_until_due=3).param == "days_until_due"
