"""Options of payment methods (`payment_method_options` in the SDK's `_payment_intent_create_params.py`), read back as they
were sent, and what follows from them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local

INTENTS, SETUPS, SESSIONS = "/v1/payment_intents", "/v1/setup_intents", "/v1/checkout/sessions"
PAYING: dict[str, Any] = {"amount": 2000, "currency": "usd", "allowed_payment_method_types": ["card"]}
ANY: dict[str, Any] = {"card": {"request_three_d_secure": "any"}}
PAGE = "payment_method={}&email=ada@example.com"
PLAIN = {"installments": None, "mandate_options": None, "network": None, "request_three_d_secure": "automatic"}


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"request_three_d_secure": "challenge"}, {"request_three_d_secure": "challenge"}),
        ({"installments": {"enabled": True}}, {"installments": {"available_plans": [], "enabled": True, "plan": None}}),
        ({"request_extended_authorization": "if_available"}, {"request_extended_authorization": "if_available"}),
        ({"require_cvc_recollection": True, "network": "visa"}, {"require_cvc_recollection": True, "network": "visa"}),
        ({"capture_method": "manual"}, {"capture_method": "manual"}),
        ({"stored_credential_usage": "recurring"}, {}),
    ],
)
def test_options_of_cards_are_read_back(local: Local, sent: Any, shown: Any) -> None:
    payment_intent = local.post(INTENTS, **PAYING, payment_method_options={"card": sent})
    assert payment_intent["payment_method_options"] == {"card": {**PLAIN, **shown}}
    unset = local.post(f"{INTENTS}/{payment_intent['id']}", payment_method_options={"card": ""})
    assert unset["payment_method_options"] == {"card": PLAIN}


def test_options_of_other_types_stand_beside_those_of_cards(local: Local) -> None:
    options = {"affirm": {"capture_method": "manual"}, "link": {"setup_future_usage": "off_session"}}
    payment_intent = local.post(INTENTS, amount=2000, currency="usd", payment_method_options=options)
    shown = {"persistent_token": None, "setup_future_usage": "off_session"}
    assert payment_intent["payment_method_options"] == {
        "affirm": {"capture_method": "manual"},
        "card": PLAIN,
        "link": shown,
    }


@pytest.mark.parametrize(
    ("card", "status"),
    [
        ("pm_card_visa", "succeeded"),  # "this card isn't enrolled in 3DS" (docs.stripe.com/testing)
        ("pm_card_threeDSecureOptional", "requires_action"),
        ("pm_card_authenticationRequiredSetupForOffSession", "requires_action"),
        ("pm_card_amex_threeDSecureNotSupported", "succeeded"),
    ],
)
def test_3d_secure_is_asked_for_of_cards_that_can_do_it(local: Local, card: str, status: str) -> None:
    payment_params = {**PAYING, "payment_method": card, "confirm": True}
    assert local.post(INTENTS, **payment_params, payment_method_options=ANY)["status"] == status
    by_card = {"payment_method": card, "allowed_payment_method_types": ["card"]}
    setup = local.post(SETUPS, **by_card, confirm=True, payment_method_options=ANY)
    assert (setup["status"], setup["payment_method_options"]["card"]["request_three_d_secure"]) == (status, "any")


def test_nobody_is_asked_off_session(local: Local) -> None:
    customer = local.post("/v1/customers")["id"]
    card = local.post("/v1/payment_methods/pm_card_threeDSecureOptional/attach", customer=customer)["id"]
    payment_params = {**PAYING, "customer": customer, "payment_method": card, "payment_method_options": ANY}
    assert local.post(INTENTS, **payment_params, confirm=True, off_session=True)["status"] == "succeeded"


def test_a_card_is_captured_by_hand_as_its_options_say(local: Local) -> None:
    reserving = {"payment_method": "pm_card_visa", "payment_method_options": {"card": {"capture_method": "manual"}}}
    payment_intent = local.post(INTENTS, **PAYING, **reserving, confirm=True, expand=["latest_charge"])
    assert (payment_intent["status"], payment_intent["amount_capturable"]) == ("requires_capture", 2000)
    assert (payment_intent["capture_method"], payment_intent["latest_charge"]["captured"]) == ("automatic_async", False)
    assert local.post(f"{INTENTS}/{payment_intent['id']}/capture")["amount_received"] == 2000
    again = local.refused("post", f"{INTENTS}/{payment_intent['id']}/capture")
    assert again.message == "This PaymentIntent could not be captured because it has already been captured."


def test_a_session_pays_with_the_options_that_it_shows(local: Local) -> None:
    price = local.price()["id"]
    selling: dict[str, Any] = {"line_items": [{"price": price, "quantity": 1}], "success_url": "https://x.example/"}
    options = {"card": {"installments": {"enabled": True}, **ANY["card"]}}
    session = local.post(SESSIONS, mode="payment", **selling, payment_method_options=options)
    assert session["payment_method_options"] == options
    paid = local.send("post", f"/local{SESSIONS[3:]}/{session['id']}/pay", PAGE.format("pm_card_threeDSecureOptional"))
    intent = local.get(f"{INTENTS}/{paid.json['payment_intent']}")
    assert (intent["status"], intent["payment_method_options"]["card"]["request_three_d_secure"]) == (
        "requires_action",
        "any",
    )
    setup = local.post(
        SESSIONS, mode="setup", currency="usd", success_url="https://x.example/", payment_method_options=ANY
    )
    assert (
        local.get(f"{SETUPS}/{setup['setup_intent']}")["payment_method_options"]["card"]["request_three_d_secure"]
        == "any"
    )


def test_a_subscription_is_paid_with_the_options_of_its_settings(local: Local) -> None:
    customer = local.post("/v1/customers")["id"]
    price = local.price(recurring={"interval": "month"})["id"]
    subscription = local.post(
        "/v1/subscriptions",
        customer=customer,
        items=[{"price": price}],
        payment_behavior="default_incomplete",
        payment_settings={"payment_method_options": ANY},
        expand=["latest_invoice.payments"],
    )
    [payment] = subscription["latest_invoice"]["payments"]["data"]
    intent = local.get(f"{INTENTS}/{payment['payment']['payment_intent']}")
    assert intent["payment_method_options"] == {"card": {**PLAIN, "request_three_d_secure": "any"}}
    asked = local.post(f"{INTENTS}/{intent['id']}/confirm", payment_method="pm_card_threeDSecureOptional")
    assert asked["status"] == "requires_action"


def test_what_a_call_cannot_have_here_is_refused_by_name(local: Local) -> None:
    for option, value in (("moto", True), ("three_d_secure", {"version": "2.2.0"})):
        refusal = local.refused("post", INTENTS, **PAYING, payment_method_options={"card": {option: value}})
        assert f"payment_method_options[card][{option}]" in (refusal.param or "")
    wrong = local.refused("post", INTENTS, **PAYING, payment_method_options={"card": {"request_three_d_secure": "yes"}})
    assert wrong.message == (
        "Invalid payment_method_options[card][request_three_d_secure]: must be one of any, automatic, or challenge"
    )
