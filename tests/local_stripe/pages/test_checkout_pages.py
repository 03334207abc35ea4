"""The pages of Checkout sessions and of payment links, as a customer's browser sends their forms."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from tests.local_stripe.checkout import DONE, PATH, selling
from tests.local_stripe.conftest import Local

EVIL = "</td><script>alert(1)</script><b title='\"&"
BUYER = {"email": "jenny@example.com", "name": "Jenny", "country": "US", "card": "pm_card_visa", "action": "pay"}


def send(url: str, **entered: str) -> requests.Response:
    return requests.post(url, data={**BUYER, **entered}, allow_redirects=False)


def test_a_session_is_paid_at_its_page_and_leads_to_success(server: Local) -> None:
    session = selling(server, server.price()["id"], cancel_url="https://example.com/cart")
    shown = requests.get(session["url"]).text
    assert "Pay $15.00" in shown and 'href="https://example.com/cart"' in shown
    assert "Your card was declined." in send(session["url"], card="pm_card_chargeDeclined").text
    done = send(session["url"])
    assert (done.status_code, done.headers["Location"]) == (
        303,
        f"https://example.com/thanks?session={session['id']}",
    )
    assert "Thanks for your payment." in requests.get(session["url"]).text


def test_3d_secure_leads_back_to_the_page_and_on(server: Local) -> None:
    monthly = server.price(recurring={"interval": "month"})["id"]
    session = selling(server, monthly, mode="subscription")
    asked = send(session["url"], card="pm_card_authenticationRequired")
    assert "/3d_secure/pi_" in asked.headers["Location"]
    page = server.base + asked.headers["Location"]
    back = requests.post(page, data={"outcome": "fail"}, allow_redirects=False).headers["Location"]
    assert (server.base + back).startswith(f"{session['url']}?")
    assert "unable to authenticate your payment method" in requests.get(server.base + back).text
    page = server.base + send(session["url"], card="pm_card_authenticationRequired").headers["Location"]
    back = requests.post(page, data={"outcome": "complete"}, allow_redirects=False).headers["Location"]
    done = requests.get(server.base + back, allow_redirects=False)
    assert done.headers["Location"] == f"https://example.com/thanks?session={session['id']}"
    assert server.get(f"{PATH}/{session['id']}")["payment_status"] == "paid"


def test_what_a_customer_chooses_is_priced_before_it_is_paid(server: Local) -> None:
    coupon = server.post("/v1/coupons", percent_off=50, duration="once")["id"]
    server.post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": coupon}, code="HALF")
    item = {"price": server.price()["id"], "quantity": 1, "adjustable_quantity": {"enabled": True}}
    session = selling(server, line_items=[item], allow_promotion_codes=True, expand=["line_items"])
    quantity = f"quantity_{session['line_items']['data'][0]['id']}"
    page = send(session["url"], **{"action": "price", "promotion_code": "half", quantity: "3"})
    assert "-$22.50" in page.text and "Pay $22.50" in page.text
    assert send(session["url"]).status_code == 303
    assert server.get(f"{PATH}/{session['id']}")["amount_total"] == 2250


def test_nothing_that_is_written_becomes_a_part_of_the_page(server: Local) -> None:
    texts: dict[str, Any] = {name: {"message": EVIL} for name in ("submit", "shipping_address", "after_submit")}
    session = selling(
        server,
        line_items=[
            {
                "price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": EVIL}},
                "quantity": 1,
            }
        ],
        cancel_url="https://example.com/'><script>",
        custom_fields=[
            {
                "key": "size",
                "label": {"type": "custom", "custom": EVIL},
                "type": "dropdown",
                "dropdown": {"options": [{"label": EVIL, "value": "s"}]},
            },
            {
                "key": "text",
                "label": {"type": "custom", "custom": EVIL},
                "type": "text",
                "text": {"default_value": EVIL},
                "optional": True,
            },
        ],
        custom_text={**texts, "terms_of_service_acceptance": {"message": EVIL}},
        consent_collection={"terms_of_service": "required"},
        shipping_address_collection={"allowed_countries": ["US"]},
        phone_number_collection={"enabled": True},
        tax_id_collection={"enabled": True},
    )
    entered = dict.fromkeys(("email", "name", "phone", "postal_code", "field_text", "tax_id", "card"), EVIL)
    for page in (requests.get(session["url"]).text, send(session["url"], **entered).text):
        assert "<script" not in page and "title='" not in page
        assert "&lt;script&gt;" in page
    complete = {"field_size": "s", "shipping_name": "A", "shipping_line1": "B", "shipping_country": "US"}
    sent = send(session["url"], phone="+1", terms_of_service="1", **complete)
    assert sent.status_code == 303, sent.text


def test_the_address_of_success_adds_no_header(server: Local) -> None:
    session = selling(server, server.price()["id"], success_url="https://example.com/ü?a={CHECKOUT_SESSION_ID}")
    done = send(session["url"])
    assert done.headers["Location"] == f"https://example.com/%C3%BC?a={session['id']}"
    refusal = server.refused(
        "post",
        PATH,
        mode="payment",
        success_url="https://example.com/\r\nX-Evil: 1",
        line_items=[{"price": server.price()["id"], "quantity": 1}],
    )
    assert refusal.param == "success_url"


def test_a_payment_link_begins_a_session_each_time(server: Local) -> None:
    price = server.price(recurring={"interval": "month"})["id"]
    link = server.post(
        "/v1/payment_links",
        line_items=[{"price": price, "quantity": 2, "adjustable_quantity": {"enabled": True, "maximum": 5}}],
        metadata={"campaign": "spring"},
        restrictions={"completed_sessions": {"limit": 1}},
        subscription_data={"trial_period_days": 7},
        after_completion={"type": "redirect", "redirect": {"url": DONE}},
    )
    assert link["url"].startswith(f"{server.pages}/b/test_")
    address = f"{link['url']}?client_reference_id=cart-7&prefilled_email=ada@example.com&locale=de"
    pages = [requests.get(address, allow_redirects=False).headers["Location"] for _ in range(2)]
    first, second = (server.get(f"{PATH}/{page.rpartition('/')[2]}", expand=["line_items"]) for page in pages)
    assert first["id"] != second["id"]
    assert (first["payment_link"], first["mode"], first["metadata"]) == (
        link["id"],
        "subscription",
        {"campaign": "spring"},
    )
    assert (first["client_reference_id"], first["locale"]) == ("cart-7", "de")
    assert first["line_items"]["data"][0]["adjustable_quantity"]["maximum"] == 5
    done = requests.post(first["url"], data={"card": "pm_card_visa", "action": "pay"}, allow_redirects=False)
    assert done.headers["Location"] == f"https://example.com/thanks?session={first['id']}"
    after = server.get(f"{PATH}/{first['id']}", expand=["subscription"])
    assert (after["customer_details"]["email"], after["subscription"]["status"]) == ("ada@example.com", "trialing")
    [listed] = server.get(PATH, payment_link=link["id"], status="complete")["data"]
    assert listed["id"] == first["id"]
    closed = server.get(f"/v1/payment_links/{link['id']}")
    assert (closed["active"], closed["restrictions"]["completed_sessions"]) == (False, {"count": 1, "limit": 1})
    assert "no longer active" in requests.get(link["url"]).text


def test_an_inactive_link_says_what_its_seller_wants_it_to(server: Local) -> None:
    once = [{"price": server.price()["id"], "quantity": 1}]
    link = server.post("/v1/payment_links", line_items=once, inactive_message=EVIL)
    server.post(f"/v1/payment_links/{link['id']}", active=False)
    page = requests.get(link["url"])
    assert "<script" not in page.text and "&lt;script&gt;" in page.text
    assert requests.get(re.sub("test_.*", "test_00", link["url"])).status_code == 404


def test_a_link_confirms_at_its_own_page(server: Local) -> None:
    once = [{"price": server.price()["id"], "quantity": 1}]
    message = {"type": "hosted_confirmation", "hosted_confirmation": {"custom_message": "See you on Friday"}}
    link = server.post("/v1/payment_links", line_items=once, after_completion=message)
    page = requests.get(link["url"])
    assert "See you on Friday" in requests.post(page.url, data=BUYER).text


def test_a_session_without_cards_debits_a_bank_account(server: Local) -> None:
    session = selling(server, server.price(currency="eur")["id"], allowed_payment_method_types=["sepa_debit"])
    assert "DE89370400440532013000" in requests.get(session["url"]).text
    done = send(session["url"], card="", iban="DE89370400440532013000")
    assert done.headers["Location"].startswith("https://example.com/thanks")
    receipt = server.get(f"{PATH}/{session['id']}", expand=["payment_intent.latest_charge"])
    assert receipt["payment_intent"]["latest_charge"]["payment_method_details"]["type"] == "sepa_debit"


def test_a_session_that_nothing_here_can_pay_says_so(server: Local) -> None:
    """It is made all the same, as payment intents of these types are: for suites that only make it."""
    session = selling(server, server.price()["id"], allowed_payment_method_types=["klarna", "paypal"])
    assert session["payment_method_types"] == ["klarna", "paypal"]
    assert "The local Stripe has no payments by klarna, paypal." in requests.get(session["url"]).text
    assert "This payment method cannot pay here." in send(session["url"]).text
    assert server.get(f"{PATH}/{session['id']}")["status"] == "open"


@pytest.mark.parametrize("types", [["customer_balance"], ["card", "customer_balance"]])
def test_a_transfer_is_chosen_at_the_page_which_leads_to_where_it_goes(server: Local, types: list[str]) -> None:
    transfer = {"funding_type": "bank_transfer", "bank_transfer": {"type": "us_bank_transfer"}}
    options = {"customer_balance": transfer}
    session = selling(server, server.price()["id"], allowed_payment_method_types=types, payment_method_options=options)
    shown = requests.get(session["url"]).text
    assert "Pay by bank transfer" in shown and ('name="card"' in shown) is ("card" in types)
    where = send(session["url"], by_transfer="1").headers["Location"]
    assert (server.base + where).startswith(f"{server.pages}/bank_transfers/pi_")
    assert "Transfer $15.00 to this account" in requests.get(server.base + where).text
    assert "The money has arrived." in requests.post(server.base + where, data={"transfer": "arrives"}).text
    assert server.get(f"{PATH}/{session['id']}")["payment_status"] == "paid"
