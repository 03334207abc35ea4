"""Checkout sessions in the modes `payment` and `subscription`, as their customers complete them
(https://docs.stripe.com/payments/checkout/how-checkout-works)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.checkout import PATH, paid, pay, selling, types, waiting_intent
from tests.local_stripe.conftest import NOW, Clock, Local, encoded

DAY = 24 * 60 * 60
AUTHENTICATED = "pm_card_authenticationRequired"


def test_a_payment_has_its_events_in_order_and_leaves_a_guest(local: Local) -> None:
    price = local.price()["id"]
    session = selling(
        local,
        price,
        client_reference_id="cart-7",
        metadata={"a": "1"},
        payment_intent_data={
            "description": "Two mugs",
            "metadata": {"order": "9"},
            "statement_descriptor_suffix": "MUGS",
        },
    )
    assert (session["amount_total"], session["payment_status"], session["payment_intent"]) == (1500, "unpaid", None)
    before = len(local.events())
    after = paid(local, session, expand=("payment_intent", "line_items"), name="Jenny", address={"country": "US"})
    assert types(local, before) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    intent = after["payment_intent"]
    assert (intent["amount"], intent["description"], intent["metadata"]) == (1500, "Two mugs", {"order": "9"})
    assert (after["payment_status"], after["url"], after["customer"]) == ("paid", None, None)
    assert (after["client_reference_id"], after["metadata"]) == ("cart-7", {"a": "1"})
    details = after["customer_details"]
    assert (details["email"], details["name"], details["address"]["country"]) == ("jenny@example.com", "Jenny", "US")
    [item] = local.get(f"{PATH}/{session['id']}/line_items")["data"]
    assert item == after["line_items"]["data"][0]
    assert (item["object"], item["amount_total"], item["price"]["id"]) == ("item", 1500, price)


def test_a_subscription_has_its_events_in_order_and_keeps_the_card(local: Local) -> None:
    once = local.price(unit_amount=500)["id"]
    monthly = local.price(recurring={"interval": "month"})["id"]
    session = selling(
        local,
        monthly,
        once,
        mode="subscription",
        subscription_data={
            "description": "Plan",
            "metadata": {"plan": "pro"},
        },
    )
    assert (session["amount_total"], session["customer_creation"]) == (2000, "always")
    before = len(local.events())
    after = paid(local, session, expand=("subscription", "invoice"))
    assert types(local, before) == [
        "customer.created",
        "invoiceitem.created",
        "customer.subscription.created",
        "customer.updated",
        "invoice.created",
        "payment_intent.created",
        "invoice.finalized",
        "payment_method.attached",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
        "checkout.session.completed",
    ]
    subscription = after["subscription"]
    assert (subscription["status"], subscription["metadata"]) == ("active", {"plan": "pro"})
    assert subscription["payment_settings"]["save_default_payment_method"] == "off"
    method = local.get(f"/v1/payment_methods/{subscription['default_payment_method']}")
    assert (method["customer"], method["allow_redisplay"]) == (after["customer"], "limited")
    assert (after["invoice"]["total"], after["payment_status"]) == (2000, "paid")
    assert local.get(PATH, subscription=subscription["id"])["data"][0]["id"] == session["id"]


def test_a_declined_card_leaves_the_session_open_for_another(local: Local) -> None:
    for mode, recurring in (("payment", {}), ("subscription", {"recurring": {"interval": "month"}})):
        session = selling(local, local.price(**recurring)["id"], mode=mode)
        refused = pay(local, session, payment_method="pm_card_chargeDeclinedInsufficientFunds")
        assert (refused.status, refused.refusal.message) == (402, "Your card has insufficient funds.")
        assert local.get(f"{PATH}/{session['id']}")["status"] == "open"
        paid(local, session)
    made = types(local)
    assert made.count("payment_intent.created") == made.count("payment_intent.payment_failed") == 2
    assert made.count("customer.subscription.created") == 1


@pytest.mark.parametrize(
    ("restrictions", "blocked", "taken"),
    [
        ({"brands_blocked": ["american_express"]}, "pm_card_amex", "pm_card_visa"),
        ({"brands_blocked": ["discover_global_network", "visa"]}, "pm_card_jcb", "pm_card_mastercard"),
        ({"funding_types_blocked": ["prepaid", "debit"]}, "pm_card_visa_debit", "pm_card_visa"),
    ],
)
def test_a_blocked_card_pays_neither_a_session_nor_a_link(
    local: Local, restrictions: dict[str, Any], blocked: str, taken: str
) -> None:
    """ "If a customer enters or selects a card belonging to a blocked brand, they can't complete the payment"
    (`stripe/params/checkout/_session_create_params.py`)."""
    options = {"card": {"restrictions": restrictions}}
    price = local.price()["id"]
    sessions = [selling(local, price, payment_method_options=options)]
    if "brands_blocked" in restrictions:
        items = [{"price": price, "quantity": 1}]
        link = local.post("/v1/payment_links", line_items=items, payment_method_options=options)
        sessions.append(local.send("post", f"/local/payment_links/{link['url'].rsplit('/', 1)[1]}/sessions").json)
    for session in sessions:
        assert session["payment_method_options"]["card"]["restrictions"] == restrictions
        refused = pay(local, session, payment_method=blocked)
        assert (refused.status, refused.refusal.param) == (400, "payment_method")
        done = paid(local, session, payment_method=taken, expand=("payment_intent",))
        assert "restrictions" not in done["payment_intent"]["payment_method_options"]["card"]


def test_a_card_that_asks_for_3d_secure_completes_the_session_afterwards(local: Local) -> None:
    monthly = local.price(recurring={"interval": "month"})["id"]
    for session in (
        selling(local, local.price()["id"]),
        selling(local, monthly, mode="subscription"),
        selling(local, monthly, mode="subscription", subscription_data={"trial_period_days": 7}),
    ):
        assert pay(local, session, payment_method=AUTHENTICATED).json["status"] == "open"
        waiting = waiting_intent(local, session)
        kind = "payment_intents" if waiting.startswith("pi_") else "setup_intents"
        local.send("post", f"/local/{kind}/{waiting}/authenticate", "succeeds=true")
        assert local.get(f"{PATH}/{session['id']}")["status"] == "complete"
    assert types(local)[-1] == "checkout.session.completed"


def test_a_trial_costs_nothing_today_and_its_card_is_charged_at_its_end(local: Local, clock: Clock) -> None:
    monthly = local.price(recurring={"interval": "month"})["id"]
    session = selling(local, monthly, mode="subscription", subscription_data={"trial_period_days": 7})
    assert (session["amount_subtotal"], session["amount_total"]) == (0, 0)
    after = paid(local, session, expand=("subscription",))
    assert (after["payment_status"], after["subscription"]["status"]) == ("no_payment_required", "trialing")
    assert after["subscription"]["trial_end"] == NOW + 7 * DAY
    clock.now = NOW + 7 * DAY + 2 * 60 * 60
    assert local.get(f"/v1/subscriptions/{after['subscription']['id']}")["status"] == "active"


def test_a_trial_needs_no_card_where_one_is_collected_only_if_required(local: Local) -> None:
    monthly = local.price(recurring={"interval": "month"})["id"]
    session = selling(
        local,
        monthly,
        mode="subscription",
        payment_method_collection="if_required",
        subscription_data={
            "trial_period_days": 7,
            "trial_settings": {"end_behavior": {"missing_payment_method": "cancel"}},
        },
    )
    after = paid(local, session, payment_method=None, expand=("subscription",))
    assert (after["subscription"]["status"], after["subscription"]["default_payment_method"]) == ("trialing", None)


def test_a_customer_is_kept_told_of_and_charged_by_their_clock(local: Local) -> None:
    clock = local.post("/v1/test_helpers/test_clocks", frozen_time=NOW - 90 * DAY)["id"]
    customer = local.post("/v1/customers", test_clock=clock)["id"]
    monthly = local.price(recurring={"interval": "month"})["id"]
    session = selling(local, monthly, mode="subscription", customer=customer, customer_update={"name": "auto"})
    assert (session["customer"], session["customer_creation"]) == (customer, None)
    after = paid(local, session, name="Jenny Rosen", expand=("subscription",))
    assert after["subscription"]["start_date"] == NOW - 90 * DAY
    known = local.get(f"/v1/customers/{customer}")
    assert (known["email"], known["name"]) == ("jenny@example.com", "Jenny Rosen")


def test_a_payment_makes_a_customer_where_it_is_asked_to(local: Local) -> None:
    price = local.price()["id"]
    session = selling(
        local,
        price,
        customer_creation="always",
        payment_intent_data={"setup_future_usage": "off_session", "receipt_email": "bills@example.com"},
        phone_number_collection={"enabled": True},
        tax_id_collection={"enabled": True},
    )
    after = paid(local, session, phone="+15550100", tax_id={"type": "eu_vat", "value": "DE123456789"})
    [card] = local.get(f"/v1/customers/{after['customer']}/payment_methods")["data"]
    assert card["billing_details"]["phone"] == "+15550100"
    assert local.get(f"/v1/payment_intents/{after['payment_intent']}")["receipt_email"] == "bills@example.com"
    [tax_id] = local.get(f"/v1/customers/{after['customer']}/tax_ids")["data"]
    assert (tax_id["value"], after["customer_details"]["tax_ids"]) == (
        "DE123456789",
        [{"type": "eu_vat", "value": "DE123456789"}],
    )


def test_an_order_that_costs_nothing_needs_no_card(local: Local) -> None:
    free = local.price(unit_amount=0)["id"]
    after = paid(local, selling(local, free), payment_method=None)
    assert (after["payment_status"], after["payment_intent"]) == ("no_payment_required", None)
    assert local.get(f"/v1/customers/{after['customer']}")["email"] == "jenny@example.com"


def test_a_payment_leaves_an_invoice_where_it_is_asked_to(local: Local) -> None:
    data = {"description": "Thank you", "metadata": {"order": "9"}}
    session = selling(local, local.price()["id"], invoice_creation={"enabled": True, "invoice_data": data})
    after = paid(local, session, expand=("invoice.payments",))
    invoice = after["invoice"]
    assert (invoice["status"], invoice["total"], invoice["amount_paid"]) == ("paid", 1500, 1500)
    assert (invoice["description"], invoice["metadata"], invoice["customer"]) == (
        "Thank you",
        {"order": "9"},
        after["customer"],
    )
    assert invoice["payments"]["data"][0]["payment"]["payment_intent"] == after["payment_intent"]
    assert types(local).count("payment_intent.created") == 1


def test_a_payment_captured_by_hand_is_not_paid_yet(local: Local) -> None:
    session = selling(local, local.price()["id"], payment_intent_data={"capture_method": "manual"})
    after = paid(local, session, expand=("payment_intent",))
    assert (after["payment_status"], after["payment_intent"]["status"]) == ("unpaid", "requires_capture")


def test_nothing_is_left_to_be_paid_of_a_session_that_expires(local: Local) -> None:
    session = selling(local, local.price()["id"])
    pay(local, session, payment_method=AUTHENTICATED)
    intent = local.get(f"{PATH}/{session['id']}")["payment_intent"]
    local.post(f"{PATH}/{session['id']}/expire")
    assert local.get(f"/v1/payment_intents/{intent}")["status"] == "canceled"
    assert pay(local, session).status == 400


def test_an_expired_session_can_be_recovered(local: Local, clock: Clock) -> None:
    recovery = {"recovery": {"enabled": True, "allow_promotion_codes": True}}
    session = selling(local, local.price()["id"], after_expiration=recovery)
    clock.now = NOW + DAY
    expired = local.get(f"{PATH}/{session['id']}")["after_expiration"]["recovery"]
    assert expired["url"].endswith(f"/r/{session['id']}")
    fresh = local.send("post", f"/local/checkout/sessions/{session['id']}/recover").json
    assert (fresh["recovered_from"], fresh["allow_promotion_codes"]) == (session["id"], True)
    assert paid(local, fresh)["amount_total"] == 1500


def test_stripe_s_cli_pays_at_the_address_of_stripe_s_page(local: Local) -> None:
    """https://github.com/stripe/stripe-cli/blob/master/pkg/fixtures/triggers/checkout.session.completed.json"""
    session = selling(local, local.price()["id"])
    holder = {"email": "stripe@example.com", "name": "Jenny Rosen", "address": {"country": "US"}}
    method = local.post("/v1/payment_methods", type="card", card={"token": "tok_visa"}, billing_details=holder)["id"]
    page = f"/v1/payment_pages/{session['id']}"
    assert local.send("get", page).json["id"] == session["id"]
    other = encoded({"payment_method": method, "expected_amount": 7})
    assert local.send("post", f"{page}/confirm", other).refusal.param == "expected_amount"
    done = local.send("post", f"{page}/confirm", encoded({"payment_method": method, "expected_amount": 1500})).json
    assert (done["status"], done["customer_details"]["name"]) == ("complete", "Jenny Rosen")


def test_what_a_session_bills_looks_as_it_says(local: Local) -> None:
    """`invoice_data` and `invoice_settings` in the SDK's `_session_create_params.py`."""
    looks = {"custom_fields": [{"name": "PO", "value": "17"}], "footer": "Thanks"}
    rendering = {"rendering_options": {"amount_tax_display": "include_inclusive_tax"}}
    own = {"issuer": {"type": "self"}}
    session = selling(
        local, local.price()["id"], invoice_creation={"enabled": True, "invoice_data": {**looks, **rendering, **own}}
    )
    invoice = paid(local, session, expand=("invoice",))["invoice"]
    assert (invoice["custom_fields"], invoice["footer"]) == (looks["custom_fields"], "Thanks")
    assert invoice["rendering"]["amount_tax_display"] == "include_inclusive_tax"
    monthly = local.price(recurring={"interval": "month"})["id"]
    flexible = {"billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}}}
    data = {"invoice_settings": {**looks, "description": "Plan", **own}, **flexible}
    session = selling(local, monthly, mode="subscription", subscription_data=data)
    after = paid(local, session, expand=("invoice", "subscription"))
    assert after["invoice"]["description"] == "Plan"
    assert after["subscription"]["invoice_settings"]["custom_fields"] == looks["custom_fields"]
