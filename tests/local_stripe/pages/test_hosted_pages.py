"""The pages of a served local Stripe: an invoice paid, a card saved, 3-D Secure passed, as by a customer's browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from tests.local_stripe.conftest import Local
from tests.local_stripe.making import incomplete, status


def test_the_hosted_invoice_is_at_this_server_and_can_be_paid(server: Local) -> None:
    subscription = incomplete(server)
    url = subscription["latest_invoice"]["hosted_invoice_url"]
    assert url.startswith(f"{server.pages}/i/acct_")
    page = requests.get(url)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "1 × Pro (at $15.00 / month)" in page.text
    assert "Pay $15.00" in page.text
    paid = requests.post(url, data={"card": "pm_card_visa"})
    assert "This invoice is paid" in paid.text
    assert status(server, subscription) == "active"


def test_the_hosted_invoice_shows_what_lies_between_its_lines_and_what_is_due(server: Local) -> None:
    server.post("/v1/coupons", id="FIVE", amount_off=500, currency="usd")
    subscription = incomplete(server, discounts=[{"coupon": "FIVE"}])

    rows = re.findall(r"<td>(?:<b>)?([^<]*).*?<td>(?:<b>)?([^<]*)", requests.get(_page(subscription)).text)

    assert rows == [("1 × Pro (at $15.00 / month)", "$15.00"), ("Discount", "-$5.00"), ("Amount due", "$10.00")]


def test_the_invoice_is_a_pdf_file_at_the_address_that_it_names(server: Local) -> None:
    invoice = server.get(f"/v1/invoices/{incomplete(server)['latest_invoice']['id']}")
    file = requests.get(invoice["invoice_pdf"])
    assert (file.status_code, file.headers["Content-Type"]) == (200, "application/pdf")
    assert file.text.startswith("%PDF-")
    for shown in (f"(Invoice {invoice['number']}) '", "1 \\327 Pro \\050at $15.00 / month\\051", "Amount due"):
        assert shown in file.text
    assert requests.get(f"{server.pages}/i/acct_1/test_in_1/pdf").status_code == 404


def test_a_credit_note_is_a_pdf_file_at_the_address_that_it_names(server: Local) -> None:
    invoice = incomplete(server)["latest_invoice"]["id"]
    note = server.post("/v1/credit_notes", invoice=invoice, amount=500, memo="(Sorry)")
    assert note["pdf"].startswith(f"{server.pages}/credit_notes/acct_")
    file = requests.get(note["pdf"])
    assert (file.status_code, file.headers["Content-Type"]) == (200, "application/pdf")
    for shown in (f"(Credit note {note['number']}) '", "\\050Sorry\\051", "Total credited", "$5.00) '"):
        assert shown in file.text
    assert "Void" not in file.text
    server.post(f"/v1/credit_notes/{note['id']}/void")
    assert "(Void) '" in requests.get(note["pdf"]).text
    assert requests.get(f"{server.pages}/credit_notes/acct_1/test_cn_1/pdf").status_code == 404


def _page(subscription: Any) -> str:
    return str(subscription["latest_invoice"]["hosted_invoice_url"])


def test_a_declined_card_is_told_and_another_may_be_tried(server: Local) -> None:
    subscription = incomplete(server)
    url = subscription["latest_invoice"]["hosted_invoice_url"]
    assert (
        "Your card has insufficient funds."
        in requests.post(url, data={"card": "pm_card_chargeDeclinedInsufficientFunds"}).text
    )
    assert status(server, subscription) == "incomplete"
    requests.post(url, data={"card": "pm_card_mastercard"})
    assert status(server, subscription) == "active"


@pytest.mark.parametrize(("outcome", "reached"), [("complete", "active"), ("fail", "incomplete")])
def test_3d_secure_is_passed_or_failed_at_its_page(server: Local, outcome: str, reached: str) -> None:
    subscription = incomplete(server)
    page = requests.post(
        subscription["latest_invoice"]["hosted_invoice_url"], data={"card": "pm_card_authenticationRequired"}
    )
    assert "/3d_secure/pi_" in page.url
    assert "Your bank asks whether this is you." in page.text
    done = requests.post(page.url, data={"outcome": outcome})
    assert ("Done." in done.text) == (outcome == "complete")
    assert status(server, subscription) == reached


def test_the_customer_is_sent_back_to_where_the_payment_was_confirmed(server: Local) -> None:
    subscription = incomplete(server)
    intent = subscription["latest_invoice"]["payments"]["data"][0]["payment"]["payment_intent"]
    back = f"{server.base}/"
    confirmed = server.post(
        f"/v1/payment_intents/{intent}/confirm", payment_method="pm_card_authenticationRequired", return_url=back
    )
    where = confirmed["next_action"]["redirect_to_url"]
    assert where["return_url"] == back
    done = requests.post(where["url"], data={"outcome": "complete"}, allow_redirects=False)
    assert (done.status_code, done.headers["Location"]) == (303, f"{back}?payment_intent={intent}")
    assert status(server, subscription) == "active"


def test_a_card_is_saved_while_nothing_is_due(server: Local) -> None:
    subscription = incomplete(server, trial_period_days=7)
    setup = server.get(f"/v1/setup_intents/{subscription['pending_setup_intent']}")
    url = f"{server.pages}/setup/{setup['id']}?client_secret={setup['client_secret']}"
    assert "Save a card" in requests.get(url).text
    assert "The card is saved" in requests.post(url, data={"card": "pm_card_visa"}).text
    after = server.get(f"/v1/subscriptions/{subscription['id']}")
    assert (after["pending_setup_intent"], after["default_payment_method"] is None) == (None, False)


def test_without_its_secret_an_intent_shows_nothing(server: Local) -> None:
    subscription = incomplete(server, trial_period_days=7)
    for url in (
        f"/setup/{subscription['pending_setup_intent']}",
        f"/3d_secure/{subscription['pending_setup_intent']}?client_secret=x",
    ):
        assert requests.get(server.base + url).status_code == 404
    assert requests.get(f"{server.pages}/i/acct_1/test_in_1").status_code == 404


def test_a_bank_transfer_arrives_from_its_page(server: Local) -> None:
    customer = server.post("/v1/customers")["id"]
    transfer = {"funding_type": "bank_transfer", "bank_transfer": {"type": "us_bank_transfer"}}
    intent = server.post(
        "/v1/payment_intents",
        amount=2500,
        currency="usd",
        customer=customer,
        allowed_payment_method_types=["customer_balance"],
        payment_method_data={"type": "customer_balance"},
        payment_method_options={"customer_balance": transfer},
        confirm=True,
    )
    instructions = intent["next_action"]["display_bank_transfer_instructions"]
    page = requests.get(instructions["hosted_instructions_url"])
    assert "Transfer $25.00" in page.text
    assert instructions["reference"] in page.text
    assert (
        "The money has arrived"
        in requests.post(instructions["hosted_instructions_url"], data={"transfer": "arrives"}).text
    )
    paid = server.get(f"/v1/payment_intents/{intent['id']}", expand=["latest_charge"])
    assert paid["status"] == "succeeded"
    assert "Bank transfer" in requests.get(paid["latest_charge"]["receipt_url"]).text
    assert requests.get(instructions["hosted_instructions_url"].partition("?")[0]).status_code == 404


def test_what_users_wrote_is_text_on_the_page(server: Local) -> None:
    customer = server.post("/v1/customers")["id"]
    server.post(
        "/v1/invoiceitems",
        customer=customer,
        amount=900,
        currency="usd",
        description="<script>x</script>\x1b[31mred\x07\x9b\N{RIGHT-TO-LEFT OVERRIDE}",
    )
    invoice = server.post("/v1/invoices", customer=customer, pending_invoice_items_behavior="include")
    opened = server.post(f"/v1/invoices/{invoice['id']}/finalize")
    page = requests.get(opened["hosted_invoice_url"])
    assert "&lt;script&gt;" in page.text
    assert not re.search("<script", page.text)
    unknown = "\N{REPLACEMENT CHARACTER}"
    assert f"{unknown}[31mred{unknown * 3}" in page.text  # a terminal that shows the page is not steered


def test_a_receipt_is_at_this_server(server: Local) -> None:
    paid = server.post(
        "/v1/payment_intents",
        amount=2000,
        currency="usd",
        payment_method="pm_card_visa",
        allowed_payment_method_types=["card"],
        confirm=True,
        description="<b>A hat</b>",
    )
    server.post("/v1/refunds", payment_intent=paid["id"], amount=500)
    charge = server.get(f"/v1/charges/{paid['latest_charge']}")
    page = requests.get(charge["receipt_url"])
    assert charge["receipt_url"].startswith(server.pages)
    assert page.status_code == 200
    for shown in ("&lt;b&gt;A hat&lt;/b&gt;", "$20.00", "$5.00", "visa ending in 4242"):
        assert shown in page.text
    assert requests.get(f"{server.pages}/receipts/acct_1/ch_1").status_code == 404


EVIL = "</td><script>alert(1)</script>\x1b]0;title\x07\u202e\r\nSet-Cookie: a=b\r\n\r\n(x) Tj ET \\) endstream"


def test_nothing_that_is_written_leaves_its_place_in_receipts_and_files(server: Local) -> None:
    product = server.post("/v1/products", name=EVIL)["id"]
    customer = server.post("/v1/customers", name=EVIL, payment_method="pm_card_visa")["id"]
    [card] = server.get("/v1/payment_methods", customer=customer)["data"]
    price = server.price(product=product)["id"]
    server.post("/v1/invoiceitems", customer=customer, pricing={"price": price}, description=EVIL)
    written = {"description": EVIL, "footer": EVIL, "default_payment_method": card["id"]}
    draft = server.post("/v1/invoices", customer=customer, pending_invoice_items_behavior="include", **written)
    paid = server.post(f"/v1/invoices/{draft['id']}/pay")
    note = server.post("/v1/credit_notes", invoice=paid["id"], amount=100, credit_amount=100, memo=EVIL)
    intent = server.post(
        "/v1/payment_intents",
        amount=2500,
        currency="usd",
        description=EVIL,
        confirm=True,
        payment_method="pm_card_visa",
        return_url="https://shop.example",
        expand=["latest_charge"],
    )
    for url in (paid["hosted_invoice_url"], intent["latest_charge"]["receipt_url"]):
        page = requests.get(url)
        assert "&lt;script&gt;" in page.text
        assert "<script" not in page.text and not re.search("[\x07\x1b\u202e]", page.text)
        assert "Set-Cookie" not in page.headers
    for url in (paid["invoice_pdf"], note["pdf"]):
        file = requests.get(url)
        assert re.fullmatch(rb"[\n\x20-\x7e]+", file.content)
        assert file.content.count(b"\nendstream\n") == file.content.count(b"/Length ")
        assert "Set-Cookie" not in file.headers
