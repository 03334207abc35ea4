"""What a payment intent may say of its payment: a payment method described in the call, options of cards, a second
confirmation, the statement (https://docs.stripe.com/api/payment_intents/create)."""

from __future__ import annotations

from typing import Any

from tests.local_stripe.conftest import Local, encoded

INTENTS, SETUPS = "/v1/payment_intents", "/v1/setup_intents"
CARD: dict[str, Any] = {"type": "card", "card": {"token": "tok_visa"}}
HOLDER = {"name": "Jenny Rosen", "email": "jenny@example.com"}
PAYING: dict[str, Any] = {"amount": 2000, "currency": "usd", "allowed_payment_method_types": ["card"]}


def described(local: Local, path: str, **params: Any) -> Any:
    """Return the answer to a call that describes a card, which the SDK's types leave to Stripe.js."""
    reply = local.send("post", path, encoded({"payment_method_data": {**CARD, "billing_details": HOLDER}, **params}))
    assert reply.status == 200, reply.text
    return reply.json


def test_a_payment_method_is_made_of_what_describes_it(local: Local) -> None:
    customer = local.post("/v1/customers")["id"]
    confirming = {"confirm": True, "return_url": "https://example.com"}
    paid = described(local, INTENTS, **PAYING, customer=customer, **confirming, setup_future_usage="on_session")
    method = local.get(f"/v1/payment_methods/{paid['payment_method']}")
    assert (paid["status"], method["customer"], method["billing_details"]["name"]) == (
        "succeeded",
        customer,
        "Jenny Rosen",
    )
    payment_intent = local.post(INTENTS, **PAYING)
    assert described(local, f"{INTENTS}/{payment_intent['id']}")["status"] == "requires_confirmation"
    assert described(local, f"{INTENTS}/{payment_intent['id']}/confirm")["status"] == "succeeded"
    setup = described(local, SETUPS, customer=customer, **confirming)
    assert setup["status"] == "succeeded"
    later = local.post(SETUPS, customer=customer, allowed_payment_method_types=["card"])
    assert described(local, f"{SETUPS}/{later['id']}/confirm")["payment_method"] is not None


def test_a_payment_method_is_named_or_described(local: Local) -> None:
    both = {**PAYING, "payment_method": "pm_card_visa", "payment_method_data": {"type": "klarna"}}
    assert local.refused("post", INTENTS, **both).message == (
        "You may only specify one of these parameters: payment_method, payment_method_data."
    )
    refusal = local.refused("post", INTENTS, **PAYING, payment_method_data={"type": "klarna", "klarna": {}})
    assert "(klarna) is not allowed for this PaymentIntent" in refusal.message


def test_options_of_cards_say_for_what_the_card_is_kept(local: Local) -> None:
    customer = local.post("/v1/customers")["id"]
    options = {"card": {"setup_future_usage": "off_session"}}
    by_card = {**PAYING, "customer": customer, "payment_method": "pm_card_visa", "confirm": True}
    payment_intent = local.post(INTENTS, **by_card, payment_method_options=options)
    assert payment_intent["payment_method_options"]["card"]["setup_future_usage"] == "off_session"
    assert local.get(f"/v1/payment_methods/{payment_intent['payment_method']}")["customer"] == customer
    options = {"card": {"setup_future_usage": "none"}}
    not_kept = local.post(INTENTS, **by_card, payment_method_options=options, setup_future_usage="on_session")
    assert local.get(f"/v1/payment_methods/{not_kept['payment_method']}")["customer"] is None
    refusal = local.refused("post", INTENTS, **PAYING, payment_method_options={"card": {"moto": True}})
    assert "does not have the parameter `payment_method_options[card][moto]`" in refusal.message


def test_a_payment_confirmed_by_hand_is_confirmed_again_after_3d_secure(local: Local) -> None:
    """`confirmation_method: manual`: "After handling next actions on the client, re-confirm on the server"."""
    by_hand = {**PAYING, "confirmation_method": "manual", "confirm": True}
    plain = local.post(INTENTS, **by_hand, payment_method="pm_card_visa", capture_method="manual")
    assert (plain["status"], plain["confirmation_method"]) == ("requires_capture", "manual")
    asks = local.post(INTENTS, **by_hand, payment_method="pm_card_authenticationRequired")
    assert asks["status"] == "requires_action"
    passed = local.send("post", f"/local/payment_intents/{asks['id']}/authenticate", "succeeds=true").json
    assert (passed["status"], passed["next_action"]) == ("requires_confirmation", None)
    done = local.post(f"{INTENTS}/{asks['id']}/confirm", expand=["latest_charge"])
    assert done["status"] == "succeeded"
    assert done["latest_charge"]["payment_method_details"]["card"]["three_d_secure"]["result"] == "authenticated"


def test_a_capture_may_change_what_the_statement_says(local: Local) -> None:
    intent = local.post(INTENTS, **PAYING, payment_method="pm_card_visa", capture_method="manual", confirm=True)
    paid = local.post(
        f"{INTENTS}/{intent['id']}/capture", statement_descriptor_suffix="ORDER 7", expand=["latest_charge"]
    )
    assert paid["statement_descriptor_suffix"] == "ORDER 7"
    charge = paid["latest_charge"]
    assert (charge["captured"], charge["calculated_statement_descriptor"][-9:]) == (True, "* ORDER 7")


def test_an_intent_is_made_for_types_that_pay_nothing_here(local: Local) -> None:
    """Stripe's samples name one type or several; the local Stripe charges cards, and debits accounts by SEPA."""
    payment_intent = local.post(INTENTS, amount=2000, currency="eur", allowed_payment_method_types=["card", "ideal"])
    assert payment_intent["payment_method_types"] == ["card", "ideal"]
    ideal = local.post("/v1/payment_methods", type="ideal", ideal={"bank": "ing"})["id"]
    assert local.refused("post", f"{INTENTS}/{payment_intent['id']}/confirm", payment_method=ideal).message == (
        "The local Stripe does not have payments with payment methods of type `ideal`."
    )
    assert (
        local.post(f"{INTENTS}/{payment_intent['id']}/confirm", payment_method="pm_card_visa")["status"] == "succeeded"
    )


def test_types_are_excluded_of_those_that_the_account_has(local: Local) -> None:
    plain = {"amount": 2000, "currency": "usd"}
    for path, params in ((INTENTS, plain), (SETUPS, {})):
        made = local.post(path, **params, excluded_payment_method_types=["card", "klarna"])
        assert made["excluded_payment_method_types"] == ["card", "klarna"]
        assert made["payment_method_types"] == ["link"]
        after = local.post(f"{path}/{made['id']}", excluded_payment_method_types="")
        assert (after["excluded_payment_method_types"], after["payment_method_types"]) == (None, ["card", "link"])


def test_references_of_a_payment_are_read_back(local: Local) -> None:
    payment_intent = local.post(INTENTS, **PAYING, payment_details={"order_reference": "order-7"})
    assert payment_intent["payment_details"] == {"customer_reference": None, "order_reference": "order-7"}
    assert local.post(SETUPS, flow_directions=["inbound"])["flow_directions"] == ["inbound"]
