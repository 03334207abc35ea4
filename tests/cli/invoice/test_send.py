"""`billing invoice send`: an open invoice is mailed to its customer, once a day."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.sub.conftest import EMAIL, Life
from tests.troubled import RememberedFailure


def new_draft(life: Life, customer: str = "", **params: Any) -> str:
    customer = customer or life.customer
    terms = {"collection_method": "send_invoice", "days_until_due": 9, "auto_advance": False, **params}
    draft = life.shop.post("/v1/invoices", customer=customer, **terms)["id"]
    life.shop.post("/v1/invoiceitems", customer=customer, amount=900, currency="usd", invoice=draft)
    return str(draft)


def new_invoice(life: Life, customer: str = "") -> str:
    return str(life.shop.post(f"/v1/invoices/{new_draft(life, customer)}/finalize")["id"])


def count_mails(life: Life) -> int:
    """Return how many mails Stripe says it has sent; in test mode it only says so."""
    return len(life.shop.api.page("/v1/events", {"type": "invoice.sent"})[0])


def test_it_says_to_whom_and_asks(life: Life) -> None:
    id = new_invoice(life)

    ran = life("invoice", "send", id)

    assert (ran.code, count_mails(life)) == (2, 0)
    assert f" is mailed to {EMAIL}: $9.00 to pay, due 20 Mar 2026 UTC.\n" in ran.err
    assert "Sent invoice" in life.ok("invoice", "send", id, "--yes").out
    assert count_mails(life) == 1


def test_its_record_is_the_invoice(life: Life) -> None:
    id = new_invoice(life)
    record = life.json("invoice", "send", id, "--yes")

    assert (record["id"], record["result"], record["status"]) == (id, "sent", "open")


def test_a_second_run_within_a_day_sends_nothing_unless_again(life: Life) -> None:
    id = new_invoice(life)
    life.ok("invoice", "send", id, "--yes")

    assert life.json("invoice", "send", id, "--yes")["result"] == "unchanged"
    assert "--again sends it once more" in life.ok("invoice", "send", id, "--yes").out
    assert count_mails(life) == 1
    assert life.json("invoice", "send", id, "--yes", "--again")["result"] == "sent"
    assert count_mails(life) == 2


def test_a_second_run_says_what_is_left_to_pay_now(life: Life) -> None:
    id = new_invoice(life)
    life.ok("invoice", "send", id, "--yes")
    by_card = {"payment_method": "pm_card_visa", "off_session": True, "confirm": True}
    part = life.shop.post("/v1/payment_intents", amount=400, currency="usd", customer=life.customer, **by_card)
    life.shop.post(f"/v1/invoices/{id}/attach_payment", payment_intent=part["id"])

    record = life.json("invoice", "send", id, "--yes")

    assert (record["result"], record["amount_remaining"]) == ("unchanged", 500)


def test_a_failure_that_stripe_remembers_keeps_no_mail_back(life: Life) -> None:
    id = new_invoice(life)
    life.billing.wrap[:] = [lambda inner: RememberedFailure(inner, "/send")]

    assert life.json("invoice", "send", id, "--yes")["result"] == "sent"
    assert count_mails(life) == 1


def test_one_that_is_paid_is_a_success_without_a_mail(life: Life) -> None:
    ran = life.ok("invoice", "send", life.subscription["latest_invoice"])

    assert "is paid already. Nothing to do." in ran.out
    assert count_mails(life) == 0


def refused(life: Life, id: str) -> str:
    ran = life("invoice", "send", id, "--yes")
    assert (ran.code, count_mails(life)) == (1, 0), ran.err
    return ran.err


def test_a_draft_is_refused(life: Life) -> None:
    assert "is a draft, and only a finalized invoice is mailed" in refused(life, new_draft(life))


@pytest.mark.parametrize(("call", "status"), [("void", "void"), ("mark_uncollectible", "uncollectible")])
def test_one_that_nobody_is_to_pay_is_refused(life: Life, call: str, status: str) -> None:
    id = new_invoice(life)
    life.shop.post(f"/v1/invoices/{id}/{call}")

    assert f"is {status}, and only an open one is mailed" in refused(life, id)


def test_one_that_is_charged_is_refused_with_its_page(life: Life) -> None:
    draft = life.shop.post("/v1/invoices", customer=life.customer, auto_advance=False)["id"]
    life.shop.post("/v1/invoiceitems", customer=life.customer, amount=900, currency="usd", invoice=draft)
    made = life.shop.post(f"/v1/invoices/{draft}/finalize")

    error = refused(life, made["id"])

    assert "is charged automatically" in error
    assert made["hosted_invoice_url"].rpartition("/")[2] in error


def test_one_without_an_address_is_refused(life: Life) -> None:
    customer = life.shop.customer(email="gone@example.com")["id"]
    draft = new_draft(life, customer)
    life.shop.post(f"/v1/customers/{customer}", email="")
    life.shop.post(f"/v1/invoices/{draft}/finalize")

    assert "has no email address to be sent to" in refused(life, draft)
