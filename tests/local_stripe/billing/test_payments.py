"""Payment intents, setup intents and refunds (https://docs.stripe.com/payments/paymentintents/lifecycle)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Local, Refusal

INTENTS, SETUPS = "/v1/payment_intents", "/v1/setup_intents"


def customer(local: Local) -> str:
    return str(local.post("/v1/customers", email="jenny@example.com")["id"])


def intent(local: Local, **params: Any) -> Any:
    """Return a payment intent of cards, which lead nowhere: its confirmation needs no `return_url`."""
    return local.post(
        INTENTS, **{"amount": 2000, "currency": "usd", "allowed_payment_method_types": ["card"], **params}
    )


def act(local: Local, intent: Any, what: str, **params: Any) -> Any:
    return local.post(f"/v1/{intent['object']}s/{intent['id']}/{what}", **params)


def authenticate(local: Local, intent: Any, *, succeeds: bool) -> Any:
    path = f"/local/{intent['object']}s/{intent['id']}/authenticate"
    return local.send("post", path, f"succeeds={str(succeeds).lower()}").json


def test_a_payment_is_made_confirmed_and_done(local: Local) -> None:
    payment_intent = intent(local)
    assert (payment_intent["status"], payment_intent["amount_received"]) == ("requires_payment_method", 0)
    done = act(local, payment_intent, "confirm", payment_method="pm_card_visa")
    assert (done["status"], done["amount_received"]) == ("succeeded", 2000)
    charge = local.get(f"/v1/charges/{done['latest_charge']}")
    assert (charge["status"], charge["paid"], charge["payment_intent"]) == ("succeeded", True, payment_intent["id"])


def test_created_and_confirmed_in_one_call(local: Local) -> None:
    assert intent(local, payment_method="pm_card_visa", confirm=True)["status"] == "succeeded"


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
    ],
)
def test_stripe_s_test_cards_are_declined_as_they_say(local: Local, card: str, code: str, decline_code: str) -> None:
    """https://docs.stripe.com/testing#declined-payments"""
    payment_intent = intent(local)
    reply = local.send("post", f"{INTENTS}/{payment_intent['id']}/confirm", f"payment_method={card}")
    error = reply.json["error"]
    assert (reply.status, error["type"], error["code"], error["decline_code"]) == (
        402,
        "card_error",
        code,
        decline_code,
    )
    after = local.get(f"{INTENTS}/{payment_intent['id']}")
    assert (after["status"], after["last_payment_error"]["code"]) == ("requires_payment_method", code)
    assert local.get(f"/v1/charges/{after['latest_charge']}")["status"] == "failed"


@pytest.mark.parametrize("return_url", [None, "https://shop.example/back"])
def test_3d_secure_waits_for_the_customer(local: Local, return_url: str | None) -> None:
    params = {"return_url": return_url} if return_url else {}
    waiting = act(local, intent(local), "confirm", payment_method="pm_card_authenticationRequired", **params)
    assert waiting["status"] == "requires_action"
    assert waiting["next_action"]["type"] == ("redirect_to_url" if return_url else "use_stripe_sdk")
    if not return_url:
        assert waiting["next_action"]["use_stripe_sdk"]["type"].startswith("stripe_3ds2_")
    done = authenticate(local, waiting, succeeds=True)
    assert (done["status"], done["next_action"]) == ("succeeded", None)


def test_3d_secure_not_passed_asks_for_another_card(local: Local) -> None:
    waiting = act(local, intent(local), "confirm", payment_method="pm_card_authenticationRequired")
    failed = authenticate(local, waiting, succeeds=False)
    assert (failed["status"], failed["payment_method"]) == ("requires_payment_method", None)
    assert failed["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    assert act(local, waiting, "confirm", payment_method="pm_card_visa")["status"] == "succeeded"


def test_off_session_there_is_nobody_to_authenticate(local: Local) -> None:
    payment_intent = intent(local)
    path = f"{INTENTS}/{payment_intent['id']}/confirm"
    refusal = local.refused("post", path, payment_method="pm_card_authenticationRequired", off_session=True)
    assert (refusal.status, refusal.code) == (402, "authentication_required")


def test_an_intent_changes_until_it_is_paid(local: Local) -> None:
    payment_intent = intent(local)
    after = local.post(
        f"{INTENTS}/{payment_intent['id']}", amount=2500, metadata={"a": "b"}, payment_method="pm_card_visa"
    )
    assert (after["amount"], after["metadata"], after["status"]) == (2500, {"a": "b"}, "requires_confirmation")
    act(local, payment_intent, "confirm")
    assert (
        local.refused("post", f"{INTENTS}/{payment_intent['id']}", amount=1).code == "payment_intent_unexpected_state"
    )
    assert local.post(f"{INTENTS}/{payment_intent['id']}", description="Paid")["description"] == "Paid"


def test_what_an_intent_s_status_forbids(local: Local) -> None:
    payment_intent = intent(local, payment_method="pm_card_visa", confirm=True)
    reasons = {
        "confirm": "You cannot confirm this PaymentIntent because it has already succeeded after being previously "
        "confirmed.",
        "cancel": "You cannot cancel this PaymentIntent because it has a status of succeeded. Only a PaymentIntent "
        "with one of the following statuses may be canceled: requires_payment_method, requires_capture, "
        "requires_reauthorization, requires_confirmation, requires_action, expired, processing.",
        "capture": "This PaymentIntent could not be captured because it has already been captured.",
    }
    for action, message in reasons.items():
        refusal = local.refused("post", f"{INTENTS}/{payment_intent['id']}/{action}")
        assert refusal == Refusal(message, "payment_intent_unexpected_state")
    waiting = intent(local)
    assert act(local, waiting, "cancel", cancellation_reason="abandoned")["status"] == "canceled"
    missing = local.refused("post", f"{INTENTS}/{intent(local)['id']}/confirm")
    assert "missing a payment method" in missing.message


@pytest.mark.parametrize(("amount", "code"), [(49, "amount_too_small"), (100_000_000, "amount_too_large")])
def test_an_amount_is_neither_too_small_nor_too_large(local: Local, amount: int, code: str) -> None:
    assert local.refused("post", INTENTS, amount=amount, currency="usd").code == code


def test_intents_are_listed_by_customer(local: Local) -> None:
    owner = customer(local)
    first, second = intent(local, customer=owner), intent(local, customer=owner)
    intent(local)
    listed = local.get(INTENTS, customer=owner)["data"]
    assert [one["id"] for one in listed] == [second["id"], first["id"]]


def test_a_setup_attaches_the_card_for_later(local: Local) -> None:
    owner = customer(local)
    setup_intent = local.post(SETUPS, customer=owner, allowed_payment_method_types=["card"])
    done = act(local, setup_intent, "confirm", payment_method="pm_card_visa")
    assert done["status"] == "succeeded"
    assert local.get(f"/v1/payment_methods/{done['payment_method']}")["customer"] == owner
    assert [one["id"] for one in local.get(SETUPS, customer=owner)["data"]] == [setup_intent["id"]]


def test_a_setup_may_be_declined_authenticated_changed_and_canceled(local: Local) -> None:
    setup_intent = local.post(SETUPS, customer=customer(local), allowed_payment_method_types=["card"])
    refusal = local.refused("post", f"{SETUPS}/{setup_intent['id']}/confirm", payment_method="pm_card_chargeDeclined")
    assert (refusal.status, refusal.code) == (402, "card_declined")
    saved = act(local, local.post(SETUPS), "confirm", payment_method="pm_card_chargeCustomerFail", use_stripe_sdk=True)
    assert saved["status"] == "succeeded"
    waiting = act(local, setup_intent, "confirm", payment_method="pm_card_authenticationRequired")
    assert waiting["status"] == "requires_action"
    assert (
        authenticate(local, waiting, succeeds=False)["last_setup_error"]["code"]
        == "setup_intent_authentication_failure"
    )
    assert local.post(f"{SETUPS}/{setup_intent['id']}", metadata={"a": "b"})["metadata"] == {"a": "b"}
    assert act(local, setup_intent, "cancel")["status"] == "canceled"
    assert local.refused("post", f"{SETUPS}/{setup_intent['id']}/confirm").code == "setup_intent_unexpected_state"


def test_refunds_give_back_in_parts_and_no_more_than_was_paid(local: Local) -> None:
    payment_intent = intent(local, payment_method="pm_card_visa", confirm=True)
    part = local.post("/v1/refunds", payment_intent=payment_intent["id"], amount=500, reason="requested_by_customer")
    assert (part["status"], part["amount"], part["charge"]) == ("succeeded", 500, payment_intent["latest_charge"])
    too_much = local.refused("post", "/v1/refunds", charge=payment_intent["latest_charge"], amount=1600)
    assert too_much.message == "Refund amount ($16.00) is greater than unrefunded amount on charge ($15.00)"
    rest = local.post("/v1/refunds", charge=payment_intent["latest_charge"])
    charge = local.get(f"/v1/charges/{payment_intent['latest_charge']}")
    assert (rest["amount"], charge["amount_refunded"], charge["refunded"]) == (1500, 2000, True)
    assert local.refused("post", "/v1/refunds", charge=charge["id"]).code == "charge_already_refunded"
    assert [one["id"] for one in local.get("/v1/refunds", payment_intent=payment_intent["id"])["data"]] == [
        rest["id"],
        part["id"],
    ]
    assert local.post(f"/v1/refunds/{part['id']}", metadata={"a": "b"})["metadata"] == {"a": "b"}


@pytest.mark.parametrize("held", [False, True])
def test_a_card_that_is_nobody_s_pays_once(local: Local, held: bool) -> None:
    """The words are users': https://github.com/liberapay/liberapay.com/issues/2686 and, of the attachment,
    https://github.com/stripe/stripe-php/issues/1221."""
    customer = local.post("/v1/customers")["id"]
    payment_params = {"amount": 2000, "currency": "usd", "allowed_payment_method_types": ["card"], "confirm": True}
    used = local.post(
        INTENTS, **payment_params, payment_method="pm_card_visa", **({"customer": customer} if held else {})
    )
    again = {"payment_method": used["payment_method"]}
    refusal = local.refused("post", INTENTS, **payment_params, **again)
    assert refusal.message.startswith("The provided PaymentMethod was previously used with a PaymentIntent without")
    attached = local.refused("post", f"/v1/payment_methods/{used['payment_method']}/attach", customer=customer)
    assert attached.message.startswith("This PaymentMethod was previously used without being attached to a Customer")


def test_a_card_that_is_kept_for_later_can_be_attached_later(local: Local) -> None:
    """`setup_future_usage` in `stripe/params/_payment_intent_create_params.py`: "If you don't provide a Customer, you can
    still attach the payment method to a Customer after the transaction completes"."""
    payment_params = {"amount": 2000, "currency": "usd", "allowed_payment_method_types": ["card"], "confirm": True}
    payment_intent = local.post(
        INTENTS, **payment_params, payment_method="pm_card_visa", setup_future_usage="off_session"
    )
    customer = local.post("/v1/customers")["id"]
    path = f"/v1/payment_methods/{payment_intent['payment_method']}/attach"
    assert local.post(path, customer=customer)["customer"] == customer
