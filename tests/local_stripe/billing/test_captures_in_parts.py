"""Payments that are captured in several parts (https://docs.stripe.com/payments/multicapture).

Words of refusals are not recorded.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Clock, Local

INTENTS = "/v1/payment_intents"
STATE = "payment_intent_unexpected_state"
WEEK = 7 * 24 * 60 * 60


def reserve(local: Local, card: str = "pm_card_visa", asks: str = "if_available") -> Any:
    return local.post(
        INTENTS,
        amount=1000,
        currency="usd",
        capture_method="manual",
        confirm=True,
        payment_method=card,
        allowed_payment_method_types=["card"],
        payment_method_options={"card": {"request_multicapture": asks}},
        expand=["latest_charge"],
    )


def capture(local: Local, intent: Any, amount: int, **params: Any) -> Any:
    path = f"{INTENTS}/{intent['id']}/capture"
    return local.post(path, amount_to_capture=amount, expand=["latest_charge"], **params)


def can_be_captured_in_parts(intent: Any) -> str:
    return str(intent["latest_charge"]["payment_method_details"]["card"]["multicapture"]["status"])


def amounts(intent: Any) -> tuple[str, int, int, int, bool]:
    charge = intent["latest_charge"]
    taken = (intent["amount_capturable"], intent["amount_received"], charge["amount_captured"])
    return (intent["status"], *taken, charge["captured"])


def types(local: Local) -> list[str]:
    """Of the events since the payment was reserved, oldest first."""
    return [event["type"] for event in reversed(local.events())][3:]


def test_parts_are_taken_until_the_final_one_releases_the_rest(local: Local) -> None:
    """The amounts are those of the document's example."""
    payment_intent = reserve(local)
    assert can_be_captured_in_parts(payment_intent) == "available"
    assert amounts(capture(local, payment_intent, 700, final_capture=False)) == (
        "requires_capture",
        300,
        700,
        700,
        False,
    )
    assert types(local) == ["charge.updated", "payment_intent.amount_capturable_updated"]
    assert local.events()[1]["data"]["previous_attributes"]["balance_transaction"] is None
    assert local.events()[0]["data"]["previous_attributes"] == {"amount_capturable": 1000, "amount_received": 0}
    done = capture(local, payment_intent, 200)
    assert amounts(done) == ("succeeded", 0, 900, 900, True)
    assert types(local)[2:] == [
        "charge.updated",
        "charge.captured",
        "payment_intent.amount_capturable_updated",
        "payment_intent.succeeded",
    ]
    moved = local.get("/v1/balance_transactions", source=done["latest_charge"]["id"])["data"]
    assert [one["amount"] for one in moved] == [200, 700]
    assert done["latest_charge"]["balance_transaction"] == moved[1]["id"]


def test_a_final_capture_of_nothing_releases_the_rest(local: Local) -> None:
    payment_intent = reserve(local)
    refusal = local.refused("post", f"{INTENTS}/{payment_intent['id']}/capture", amount_to_capture=0)
    assert refusal.code == "parameter_invalid_integer"
    capture(local, payment_intent, 700, final_capture=False)
    assert amounts(capture(local, payment_intent, 0)) == ("succeeded", 0, 700, 700, True)


def test_what_is_not_captured_in_a_week_is_released(local: Local, clock: Clock) -> None:
    """ "Uncaptured PaymentIntents transition to canceled, while partially captured PaymentIntents transition to
    succeeded." """
    none, part = reserve(local), reserve(local)
    capture(local, part, 400, final_capture=False)
    clock.now += WEEK
    assert local.get(f"{INTENTS}/{none['id']}")["status"] == "canceled"
    after = local.get(f"{INTENTS}/{part['id']}", expand=["latest_charge"])
    assert amounts(after) == ("succeeded", 0, 400, 400, True)


def test_what_was_captured_is_refunded_before_the_rest_is(local: Local) -> None:
    """ "The charge.refunded field transitions to true only when the final capture has been performed and the entire
    amount_received is refunded." """
    payment_intent = reserve(local)
    capture(local, payment_intent, 700, final_capture=False)
    charge = payment_intent["latest_charge"]["id"]
    more = local.refused("post", "/v1/refunds", charge=charge, amount=701)
    assert "$7.01" in more.message and "$7.00" in more.message
    local.post("/v1/refunds", charge=charge)
    refunded = local.get(f"/v1/charges/{charge}")
    assert (refunded["amount_refunded"], refunded["refunded"]) == (700, False)
    capture(local, payment_intent, 300)
    local.post("/v1/refunds", charge=charge)
    assert local.get(f"/v1/charges/{charge}")["refunded"] is True


@pytest.mark.parametrize(
    ("card", "asks"),
    [("pm_card_visa", "never"), ("pm_card_credit_disableEnterpriseCardFeatures", "if_available")],
)
def test_without_multicapture_the_first_capture_is_the_final(local: Local, card: str, asks: str) -> None:
    payment_intent = reserve(local, card, asks)
    assert can_be_captured_in_parts(payment_intent) == "unavailable"
    refusal = local.refused(
        "post", f"{INTENTS}/{payment_intent['id']}/capture", amount_to_capture=1, final_capture=False
    )
    assert (refusal.status, refusal.param) == (400, "final_capture")


def test_fifty_captures_and_the_final_one(local: Local) -> None:
    payment_intent = reserve(local)
    for _ in range(50):
        capture(local, payment_intent, 10, final_capture=False)
    path = f"{INTENTS}/{payment_intent['id']}/capture"
    assert local.refused("post", path, amount_to_capture=10, final_capture=False).param == "final_capture"
    assert amounts(capture(local, payment_intent, 10)) == ("succeeded", 0, 510, 510, True)


def test_what_is_partly_captured_is_not_canceled(local: Local) -> None:
    payment_intent = reserve(local)
    capture(local, payment_intent, 10, final_capture=False)
    assert local.refused("post", f"{INTENTS}/{payment_intent['id']}/cancel").code == STATE
