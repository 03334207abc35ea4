"""Payments whose money is taken later, or whose balance transaction comes later.

https://docs.stripe.com/payments/place-a-hold-on-a-payment-method,
https://docs.stripe.com/payments/payment-intents/asynchronous-capture; refusals as recorded of 2026-08-26.dahlia.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Clock, Local, Refusal
from tests.local_stripe.life import Life

INTENTS = "/v1/payment_intents"
STATE = "payment_intent_unexpected_state"
WEEK = 7 * 24 * 60 * 60


def reserve(local: Local, amount: int = 5000, **params: Any) -> Any:
    return local.post(
        INTENTS,
        amount=amount,
        currency="usd",
        capture_method="manual",
        confirm=True,
        **{"payment_method": "pm_card_visa", "allowed_payment_method_types": ["card"], **params},
    )


def charge(local: Local, intent: Any) -> Any:
    return local.get(f"/v1/charges/{intent['latest_charge']}")


def types(local: Local) -> list[str]:
    """Of all events, oldest first."""
    return [event["type"] for event in reversed(local.events())]


def test_money_is_reserved_and_taken_later_in_part(local: Local) -> None:
    payment_intent = reserve(local)
    assert (payment_intent["status"], payment_intent["amount_capturable"], payment_intent["amount_received"]) == (
        "requires_capture",
        5000,
        0,
    )
    waiting = charge(local, payment_intent)
    assert (waiting["captured"], waiting["amount_captured"], waiting["paid"]) == (False, 0, True)
    card = waiting["payment_method_details"]["card"]
    assert card["capture_before"] == waiting["created"] + WEEK

    taken = local.post(f"{INTENTS}/{payment_intent['id']}/capture", amount_to_capture=3000)
    assert (taken["status"], taken["amount"], taken["amount_received"], taken["amount_capturable"]) == (
        "succeeded",
        5000,
        3000,
        0,
    )
    done = charge(local, taken)
    assert (done["captured"], done["amount_captured"], done["amount_refunded"]) == (True, 3000, 0)
    assert local.get(f"/v1/balance_transactions/{done['balance_transaction']}")["amount"] == 3000
    assert types(local) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        (-100, Refusal("Invalid non-negative integer", param="amount_to_capture")),
        (
            0,
            Refusal("This value must be greater than or equal to 1.", "parameter_invalid_integer", "amount"),
        ),
        (
            5001,
            Refusal(
                "The payment could not be captured because the requested capture amount is greater than the amount "
                "you can capture for this charge. Contact us via https://support.stripe.com/contact/ for help.",
                "amount_too_large",
            ),
        ),
    ],
)
def test_what_cannot_be_captured(local: Local, amount: int, refusal: Refusal) -> None:
    payment_intent = reserve(local)
    reply = local.send("post", f"{INTENTS}/{payment_intent['id']}/capture", f"amount_to_capture={amount}")
    assert reply.refusal == refusal
    assert reply.json["error"]["payment_intent"] == payment_intent


def test_what_was_released_cannot_be_captured(local: Local) -> None:
    payment_intent = reserve(local)
    path = f"{INTENTS}/{payment_intent['id']}/capture"
    local.post(path, amount_to_capture=3000)
    assert local.refused("post", path) == Refusal(
        "The remaining amount on this PaymentIntent could not be captured because the remainder of the authorized "
        "amount has been released.",
        STATE,
    )


def test_a_canceled_reservation_is_released(local: Local) -> None:
    payment_intent = reserve(local)
    assert local.post(f"{INTENTS}/{payment_intent['id']}/cancel")["status"] == "canceled"
    released = charge(local, payment_intent)
    assert (released["captured"], released["refunded"], released["balance_transaction"]) == (False, True, None)
    assert types(local)[-2:] == ["charge.refunded", "payment_intent.canceled"]


def test_a_reservation_ends_after_seven_days(local: Local, clock: Clock) -> None:
    payment_intent = reserve(local)
    clock.now += WEEK
    after = local.get(f"{INTENTS}/{payment_intent['id']}")
    assert (after["status"], after["cancellation_reason"], after["amount_capturable"]) == ("canceled", "automatic", 0)
    assert types(local)[-2:] == ["charge.expired", "payment_intent.canceled"]


def test_a_reservation_ends_by_the_customer_s_test_clock(local: Local, clock: Clock) -> None:
    life = Life.begin(local, "2026-01-01")
    payment_intent = reserve(local, customer=life.customer)
    clock.now += WEEK
    assert local.get(f"{INTENTS}/{payment_intent['id']}")["status"] == "requires_capture"
    life.advance("2026-01-08")
    assert local.get(f"{INTENTS}/{payment_intent['id']}")["status"] == "canceled"


def test_an_uncaptured_charge_is_canceled_and_not_refunded(local: Local) -> None:
    payment_intent = reserve(local)
    assert local.refused("post", "/v1/refunds", charge=payment_intent["latest_charge"]) == Refusal(
        f"This uncaptured Charge was created by a PaymentIntent ({payment_intent['id']}). You must cancel the PaymentIntent "
        "to reverse the authorization instead of refunding the Charge directly. For more information, see "
        "https://stripe.com/docs/payments/place-a-hold-on-a-payment-method"
    )


def test_a_card_with_3d_secure_is_reserved_once_it_is_passed(local: Local) -> None:
    waiting = reserve(local, payment_method="pm_card_threeDSecure2Required")
    assert waiting["status"] == "requires_action"
    after = local.send("post", f"/local/payment_intents/{waiting['id']}/authenticate", "succeeds=true").json
    assert after["status"] == "requires_capture"
    assert charge(local, after)["payment_method_details"]["card"]["three_d_secure"]["result"] == "authenticated"


def pay(local: Local, **params: Any) -> Any:
    return local.post(
        INTENTS,
        amount=2000,
        currency="usd",
        payment_method="pm_card_visa",
        allowed_payment_method_types=["card"],
        confirm=True,
        **params,
    )


def test_the_balance_transaction_of_a_payment_comes_moments_later(local: Local, clock: Clock) -> None:
    payment_intent = pay(local)
    assert payment_intent["capture_method"] == "automatic_async"
    assert charge(local, payment_intent)["balance_transaction"] is None
    clock.now += 2
    after = charge(local, payment_intent)
    assert after["balance_transaction"] is not None
    [event] = local.events(type="charge.updated")
    assert event["data"]["previous_attributes"] == {"balance_transaction": None}
    assert event["request"] == {"id": None, "idempotency_key": None}


def test_the_balance_transaction_is_there_once_the_program_has_done_something_else(local: Local) -> None:
    payment_intent = pay(local)
    local.post("/v1/customers")
    assert charge(local, payment_intent)["balance_transaction"] is not None


@pytest.mark.parametrize("capture_method", ["automatic", "manual"])
def test_other_captures_have_it_at_once(local: Local, capture_method: str) -> None:
    payment_intent = pay(local, capture_method=capture_method)
    if capture_method == "manual":
        local.post(f"{INTENTS}/{payment_intent['id']}/capture")
    assert charge(local, payment_intent)["balance_transaction"] is not None


GROWING = {"payment_method_options": {"card": {"request_incremental_authorization": "if_available"}}}


def test_more_is_reserved_before_the_capture(local: Local) -> None:
    """https://docs.stripe.com/payments/incremental-authorization."""
    payment_intent = reserve(local, **GROWING)
    assert charge(local, payment_intent)["payment_method_details"]["card"]["incremental_authorization"] == {
        "status": "available"
    }
    path = f"{INTENTS}/{payment_intent['id']}"
    grown = local.post(f"{path}/increment_authorization", amount=6000, description="Minibar", metadata={"room": "7"})
    assert (grown["status"], grown["amount"], grown["amount_capturable"]) == ("requires_capture", 6000, 6000)
    assert (grown["description"], grown["metadata"]) == ("Minibar", {"room": "7"})
    after = charge(local, grown)
    assert (after["amount"], after["payment_method_details"]["card"]["amount_authorized"]) == (6000, 6000)
    assert types(local)[-2:] == ["charge.updated", "payment_intent.amount_capturable_updated"]
    assert local.post(f"{path}/capture")["amount_received"] == 6000


def test_what_cannot_be_reserved_in_addition_is_refused(local: Local) -> None:
    """The rules of https://docs.stripe.com/api/payment_intents/increment_authorization; the words are not recorded."""
    plain, growing = reserve(local), reserve(local, **GROWING)
    diners = reserve(local, payment_method="pm_card_diners", **GROWING)
    for intent in (plain, diners):
        refusal = local.refused("post", f"{INTENTS}/{intent['id']}/increment_authorization", amount=6000)
        assert refusal.message == "This PaymentIntent is not eligible for incremental authorization."
    path = f"{INTENTS}/{growing['id']}"
    assert local.refused("post", f"{path}/increment_authorization", amount=5000).param == "amount"
    for amount in range(5100, 6100, 100):
        local.post(f"{path}/increment_authorization", amount=amount)
    assert "incremented 10 times" in local.refused("post", f"{path}/increment_authorization", amount=7000).message
    local.post(f"{path}/capture")
    assert local.refused("post", f"{path}/increment_authorization", amount=7000).code == STATE


def test_micro_deposits_are_asked_for_by_no_payment(local: Local) -> None:
    refusal = local.refused("post", f"{INTENTS}/{reserve(local)['id']}/verify_microdeposits", amounts=[32, 45])
    assert (refusal.code, refusal.message[:42]) == (
        "intent_invalid_state",
        "This PaymentIntent cannot be actioned on b",
    )


@pytest.mark.parametrize("expires", [False, True])
def test_what_is_released_is_refunded(local: Local, clock: Clock, expires: bool) -> None:
    """ "The remaining `amount_capturable` is automatically refunded"; Stripe's own reason is that of an expired charge
    (`reason` in `stripe/_refund.py`)."""
    payment_intent = reserve(local)
    if expires:
        clock.now += WEEK
    else:
        local.post(f"{INTENTS}/{payment_intent['id']}/cancel", cancellation_reason="duplicate")
    released = local.get(f"/v1/charges/{payment_intent['latest_charge']}", expand=["refunds"])
    [refund] = released["refunds"]["data"]
    reason = "expired_uncaptured_charge" if expires else None
    assert (refund["amount"], refund["reason"], refund["status"]) == (5000, reason, "succeeded")
    assert (refund["balance_transaction"], refund["payment_intent"]) == (None, payment_intent["id"])
    assert types(local)[3:] == [
        "refund.created",
        "charge.expired" if expires else "charge.refunded",
        "payment_intent.canceled",
    ]
    assert local.refused("post", "/v1/refunds", payment_intent=payment_intent["id"]).code == "charge_already_refunded"
