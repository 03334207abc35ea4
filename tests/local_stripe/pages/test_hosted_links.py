"""Links of a served local Stripe: a card collected by Checkout, the customer portal, as by a customer's browser."""

from __future__ import annotations

import re
from typing import Any

import requests

from tests.local_stripe.checkout import PATH, selling
from tests.local_stripe.conftest import Local

SETUP: dict[str, Any] = {"mode": "setup", "currency": "usd"}


def subscribed(local: Local, **params: Any) -> Any:
    pays = {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
    customer = local.post("/v1/customers", email="jenny@example.com", **pays)["id"]
    items = [{"price": local.price(recurring={"interval": "month"})["id"]}]
    return local.post("/v1/subscriptions", customer=customer, items=items, **params)


def test_a_checkout_link_collects_a_card_and_leads_on(server: Local) -> None:
    customer = server.post("/v1/customers")["id"]
    done = "https://example.com/thanks?session={CHECKOUT_SESSION_ID}"
    session = server.post("/v1/checkout/sessions", **SETUP, customer=customer, success_url=done)
    assert session["url"].startswith(f"{server.pages}/c/pay/cs_test_")
    assert "Save card" in requests.get(session["url"]).text
    declined = requests.post(session["url"], data={"card": "pm_card_chargeDeclined"})
    assert "Your card was declined." in declined.text
    saved = requests.post(session["url"], data={"card": "pm_card_visa"}, allow_redirects=False)
    assert (saved.status_code, saved.headers["Location"]) == (
        303,
        f"https://example.com/thanks?session={session['id']}",
    )
    assert server.get(f"/v1/checkout/sessions/{session['id']}")["status"] == "complete"
    [card] = server.get(f"/v1/customers/{customer}/payment_methods")["data"]
    assert card["card"]["last4"] == "4242"
    assert server.get("/v1/events", type="checkout.session.completed")["data"]


def test_a_checkout_link_that_expired_says_so(server: Local) -> None:
    session = server.post("/v1/checkout/sessions", **SETUP, success_url="https://example.com")
    server.post(f"/v1/checkout/sessions/{session['id']}/expire")
    assert "expired" in requests.get(session["url"]).text
    assert requests.get(session["url"] + "x").status_code == 404


def test_a_checkout_link_that_expired_begins_anew_at_this_server(server: Local) -> None:
    recovery = {"recovery": {"enabled": True}}
    session = selling(server, server.price()["id"], after_expiration=recovery)
    server.post(f"{PATH}/{session['id']}/expire")
    [path] = re.findall(r'href="([^"]+)">Begin anew', requests.get(session["url"]).text)
    anew = requests.get(server.base + path, allow_redirects=False).headers["Location"]
    assert (server.base + anew).startswith(f"{server.pages}/c/pay/cs_test_") and not anew.endswith(session["id"])
    assert "Pay $15.00" in requests.get(server.base + anew).text


def test_an_account_that_is_not_there_has_no_pages(server: Local) -> None:
    session = selling(server, server.price()["id"])
    link = server.post("/v1/payment_links", line_items=[{"price": server.price()["id"], "quantity": 1}])
    for url in (session["url"], link["url"]):
        path = url.removeprefix(server.pages)
        assert requests.get(f"{server.pages}{path}").status_code == 200
        assert requests.get(f"{server.base}/connected/acct_1{path}").status_code == 404


def test_the_portal_changes_the_card_that_is_charged(server: Local) -> None:
    subscription = subscribed(server)
    flow = {"type": "payment_method_update"}
    session = server.post("/v1/billing_portal/sessions", customer=subscription["customer"], flow_data=flow)
    assert session["url"].startswith(f"{server.pages}/p/session/test_")
    assert "Cancel" not in requests.get(session["url"]).text
    assert "charged from now on" in requests.post(session["url"], data={"card": "pm_card_mastercard"}).text
    default = server.get(f"/v1/customers/{subscription['customer']}")["invoice_settings"]["default_payment_method"]
    assert server.get(f"/v1/payment_methods/{default}")["card"]["brand"] == "mastercard"


def test_the_portal_cancels_and_leads_back(server: Local) -> None:
    subscription = subscribed(server)
    redirect = {"type": "redirect", "redirect": {"return_url": "https://example.com/bye"}}
    cancel = {"subscription": subscription["id"]}
    flow = {"type": "subscription_cancel", "subscription_cancel": cancel, "after_completion": redirect}
    session = server.post("/v1/billing_portal/sessions", customer=subscription["customer"], flow_data=flow)
    page = requests.post(session["url"], data={"cancel": "sub_of_somebody_else"})
    assert "cannot be canceled here" in page.text
    done = requests.post(session["url"], data={"cancel": subscription["id"]}, allow_redirects=False)
    assert done.headers["Location"] == "https://example.com/bye"
    assert server.get(f"/v1/subscriptions/{subscription['id']}")["cancel_at_period_end"] is True


def test_the_portal_without_a_flow_offers_both(server: Local) -> None:
    subscription = subscribed(server)
    session = server.post(
        "/v1/billing_portal/sessions", customer=subscription["customer"], return_url="https://example.com/account"
    )
    text = requests.get(session["url"]).text
    assert "Use this card" in text and f"Cancel the subscription {subscription['id']}" in text
    assert 'href="https://example.com/account"' in text
    assert requests.get(session["url"][:-1]).status_code == 404
