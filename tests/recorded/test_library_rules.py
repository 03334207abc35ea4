"""The local Stripe keeps the rules that a payment library's recordings of Stripe's test mode showed
(github.com/pay-rails/pay, test/vcr_cassettes/pay/stripe: 2026-08-26.dahlia, 2026-09-30.endive)."""

from __future__ import annotations

import pytest

from tests.recorded.calls import customer_with_card, monthly_price, ok, subscription
from tests.recorded.playing import Account


def test_an_item_of_an_invoice_has_the_currency_of_it_and_no_description_of_its_own(stripe_account: Account) -> None:
    customer = customer_with_card(stripe_account)
    coupon = ok(stripe_account, "POST /v1/coupons", {"percent_off": 50})
    invoice = ok(stripe_account, "POST /v1/invoices", {"customer": customer["id"], "currency": "usd"})
    wanted = {"customer": customer["id"], "invoice": invoice["id"], "discounts": [{"coupon": coupon["id"]}]}
    item = ok(stripe_account, "POST /v1/invoiceitems", {**wanted, "amount": 1900})
    assert (item["currency"], item["description"]) == ("usd", None)
    paid = ok(stripe_account, f"POST /v1/invoices/{invoice['id']}/pay")
    assert (paid["subtotal"], paid["total"], paid["lines"]["data"][0]["description"]) == (950, 950, None)
    [discount] = item["discounts"]
    assert paid["total_pretax_credit_amounts"] == [{"amount": 950, "discount": discount, "type": "discount"}]
    [payment] = ok(stripe_account, "GET /v1/invoice_payments", {"invoice": invoice["id"]})["data"]
    intent = ok(stripe_account, f"GET /v1/payment_intents/{payment['payment']['payment_intent']}")
    assert intent["description"] == "Payment for Invoice"


def test_what_pays_a_subscription_names_its_invoice_and_keeps_its_card(stripe_account: Account) -> None:
    customer, yearly = customer_with_card(stripe_account), monthly_price(stripe_account, 25_000)
    paid = {"expand": ["latest_invoice.payments"]}
    made = subscription(stripe_account, customer, monthly_price(stripe_account, 2500), **paid)
    [item] = made["items"]["data"]
    change = {"items": [{"id": item["id"], "price": yearly["id"]}], "proration_behavior": "always_invoice", **paid}
    changed = ok(stripe_account, f"POST /v1/subscriptions/{made['id']}", change)
    for reason, after in ("Subscription creation", made), ("Subscription update", changed):
        payments = after["latest_invoice"]["payments"]
        assert (list(payments), payments["url"]) == (["object", "data", "has_more", "url"], "/v1/invoices/payments")
        intent = ok(stripe_account, f"GET /v1/payment_intents/{payments['data'][0]['payment']['payment_intent']}")
        order = {"customer_reference": None, "order_reference": after["latest_invoice"]["id"]}
        assert (intent["description"], intent["payment_details"]) == (reason, order)
        assert intent["setup_future_usage"] == "off_session"
    wanted = {"customer": customer["id"], "subscription": made["id"]}
    by_hand = ok(stripe_account, "POST /v1/invoices", wanted)
    assert (by_hand["billing_reason"], by_hand["rendering"]["pdf"]) == ("manual", {"page_size": "auto"})


def test_a_credit_note_does_not_count_its_lines(stripe_account: Account) -> None:
    made = subscription(stripe_account, customer_with_card(stripe_account), monthly_price(stripe_account, 2500))
    line = {"type": "custom_line_item", "description": "Refund", "quantity": 1, "unit_amount": 500}
    wanted = {"invoice": made["latest_invoice"], "refund_amount": 500, "lines": [line]}
    lines = ok(stripe_account, "POST /v1/credit_notes", wanted)["lines"]
    assert list(lines) == ["object", "data", "has_more", "url"]
    assert lines["data"][0]["metadata"] is None


def test_an_ideal_bank_has_its_bic(stripe_account: Account) -> None:
    """pay-rails/pay, stripe_saves_ideal.yml; the banks and codes are those of the SDK's `PaymentMethod.Ideal`."""
    for bank, bic in ("abn_amro", "ABNANL2A"), ("rabobank", "RABONL2U"):
        made = ok(stripe_account, "POST /v1/payment_methods", {"type": "ideal", "ideal": {"bank": bank}})
        assert made["ideal"] == {"bank": bank, "bic": bic}
    made = ok(stripe_account, "POST /v1/payment_methods", {"type": "ideal"})
    assert made["ideal"] == {"bank": None, "bic": None}


NOTHING_COLLECTED = {"business_name": None, "individual_name": None, "shipping_details": None}


@pytest.mark.parametrize("mode", ["payment", "setup", "subscription"])
def test_a_new_checkout_session_says_what_its_customer_has_yet_to_enter(stripe_account: Account, mode: str) -> None:
    customer = ok(stripe_account, "POST /v1/customers", {"email": "jenny@example.test", "name": "Jenny Rosen"})
    price = {"currency": "usd", "unit_amount": 1500, "product_data": {"name": "Pro"}}
    recurring = {"recurring": {"interval": "month"}} if mode == "subscription" else {}
    sold = (
        {"currency": "usd"} if mode == "setup" else {"line_items": [{"price_data": price | recurring, "quantity": 1}]}
    )
    wanted = {"customer": customer["id"], "mode": mode, "success_url": "https://shop.example", **sold}
    session = ok(stripe_account, "POST /v1/checkout/sessions", wanted)
    assert session["customer_details"] == {
        **dict.fromkeys(("address", "business_name", "individual_name", "name", "phone", "tax_ids")),
        "email": "jenny@example.test",
        "tax_exempt": None if mode == "setup" else "none",
    }
    assert session["collected_information"] == NOTHING_COLLECTED
    assert session["adaptive_pricing"] == {"enabled": mode != "setup"}
    assert session["managed_payments"] == (None if mode == "setup" else {"enabled": False})
    assert session["payment_method_configuration_details"]["parent"] is None
    assert session["allowed_payment_method_types"] is None
    assert "optional_items" not in session
    branding = {"background_color": "#ffffff", "border_style": "rounded", "button_color": "#0074d4"}
    shown = {"font_family": "default", "icon": None, "logo": None}
    name = ok(stripe_account, "GET /v1/account")["settings"]["dashboard"]["display_name"]
    assert session["branding_settings"] == branding | shown | {"display_name": name}
