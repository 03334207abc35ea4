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


def test_a_checkout_link_collects_a_card_and_leads_on(served: Local) -> None:
    customer = served.post("/v1/customers")["id"]
    done = "https://example.com/thanks?session={CHECKOUT_SESSION_ID}"
    session = served.post("/v1/checkout/sessions", **SETUP, customer=customer, success_url=done)
    assert session["url"].startswith(f"{served.pages}/c/pay/cs_test_")
    assert "Save card" in requests.get(session["url"]).text
    declined = requests.post(session["url"], data={"card": "pm_card_chargeDeclined"})
    assert "Your card was declined." in declined.text
    saved = requests.post(session["url"], data={"card": "pm_card_visa"}, allow_redirects=False)
    assert (saved.status_code, saved.headers["Location"]) == (
        303,
        f"https://example.com/thanks?session={session['id']}",
    )
    assert served.get(f"/v1/checkout/sessions/{session['id']}")["status"] == "complete"
    [card] = served.get(f"/v1/customers/{customer}/payment_methods")["data"]
    assert card["card"]["last4"] == "4242"
    assert served.get("/v1/events", type="checkout.session.completed")["data"]


def test_a_checkout_link_that_expired_says_so(served: Local) -> None:
    session = served.post("/v1/checkout/sessions", **SETUP, success_url="https://example.com")
    served.post(f"/v1/checkout/sessions/{session['id']}/expire")
    assert "expired" in requests.get(session["url"]).text
    assert requests.get(session["url"] + "x").status_code == 404


def test_a_checkout_link_that_expired_begins_anew_at_this_server(served: Local) -> None:
    recovery = {"recovery": {"enabled": True}}
    session = selling(served, served.price()["id"], after_expiration=recovery)
    served.post(f"{PATH}/{session['id']}/expire")
    [path] = re.findall(r'href="([^"]+)">Begin anew', requests.get(session["url"]).text)
    anew = requests.get(served.base + path, allow_redirects=False).headers["Location"]
    assert (served.base + anew).startswith(f"{served.pages}/c/pay/cs_test_") and not anew.endswith(session["id"])
    assert "Pay $15.00" in requests.get(served.base + anew).text


def test_an_account_that_is_not_there_has_no_pages(served: Local) -> None:
    session = selling(served, served.price()["id"])
    link = served.post("/v1/payment_links", line_items=[{"price": served.price()["id"], "quantity": 1}])
    for url in (session["url"], link["url"]):
        path = url.removeprefix(served.pages)
        assert requests.get(f"{served.pages}{path}").status_code == 200
        assert requests.get(f"{served.base}/connected/acct_1{path}").status_code == 404


def test_the_portal_changes_the_card_that_is_charged(served: Local) -> None:
    subscription = subscribed(served)
    flow = {"type": "payment_method_update"}
    session = served.post("/v1/billing_portal/sessions", customer=subscription["customer"], flow_data=flow)
    assert session["url"].startswith(f"{served.pages}/p/session/test_")
    assert "Cancel" not in requests.get(session["url"]).text
    assert "charged from now on" in requests.post(session["url"], data={"card": "pm_card_mastercard"}).text
    default = served.get(f"/v1/customers/{subscription['customer']}")["invoice_settings"]["default_payment_method"]
    assert served.get(f"/v1/payment_methods/{default}")["card"]["brand"] == "mastercard"


def test_the_portal_cancels_and_leads_back(served: Local) -> None:
    subscription = subscribed(served)
    redirect = {"type": "redirect", "redirect": {"return_url": "https://example.com/bye"}}
    cancel = {"subscription": subscription["id"]}
    flow = {"type": "subscription_cancel", "subscription_cancel": cancel, "after_completion": redirect}
    session = served.post("/v1/billing_portal/sessions", customer=subscription["customer"], flow_data=flow)
    page = requests.post(session["url"], data={"cancel": "sub_of_somebody_else"})
    assert "cannot be canceled here" in page.text
    done = requests.post(session["url"], data={"cancel": subscription["id"]}, allow_redirects=False)
    assert done.headers["Location"] == "https://example.com/bye"
    assert served.get(f"/v1/subscriptions/{subscription['id']}")["cancel_at_period_end"] is True


def test_the_portal_without_a_flow_offers_both(served: Local) -> None:
    subscription = subscribed(served)
    session = served.post(
        "/v1/billing_portal/sessions", customer=subscription["customer"], return_url="https://example.com/account"
    )
    text = requests.get(session["url"]).text
    assert "Use this card" in text and f"Cancel the subscription {subscription['id']}" in text
    assert 'href="https://example.com/account"' in text
    assert requests.get(session["url"][:-1]).status_code == 404
