"""Refunds, and the charges that they belong to; values and refusals as recorded of 2026-08-26.dahlia."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_stripe.conftest import Clock, Local, Refusal

BY_CARD = "allowed_payment_method_types[]=card"
INTENTS, CHARGES, REFUNDS = "/v1/payment_intents", "/v1/charges", "/v1/refunds"


def pay(local: Local, card: str = "pm_card_visa", **params: Any) -> Any:
    by_card = {"payment_method": card, "allowed_payment_method_types": ["card"], "confirm": True}
    return local.post(INTENTS, **{"amount": 5000, "currency": "usd", **by_card, **params})


def types(local: Local, *kinds: str) -> list[str]:
    """Of the events, oldest first, that begin with one of these."""
    return [event["type"] for event in reversed(local.events()) if event["type"].startswith(kinds)]


def test_the_bank_s_reference_comes_moments_later(local: Local, clock: Clock) -> None:
    charge = pay(local)["latest_charge"]
    refund = local.post(REFUNDS, charge=charge, amount=1500, reason="duplicate", metadata={"p": "s05"})
    assert refund["status"] == "succeeded"
    assert refund["destination_details"]["card"] == {
        "reference_status": "pending",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    }
    moved = local.get(f"/v1/balance_transactions/{refund['balance_transaction']}")
    assert (moved["amount"], moved["fee"], moved["net"], moved["type"]) == (-1500, 0, -1500, "refund")
    clock.now += 2
    card = local.get(f"{REFUNDS}/{refund['id']}")["destination_details"]["card"]
    assert (len(card["reference"]), card["reference_status"]) == (16, "available")
    [events] = local.events(type="charge.refund.updated")
    assert events["data"]["object"]["id"] == refund["id"]
    assert events["data"]["previous_attributes"]["destination_details"]["card"]["reference_status"] == "pending"
    assert types(local, "refund.", "charge.ref") == [
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "charge.refund.updated",
    ]


def test_changing_its_metadata_is_told(local: Local) -> None:
    refund = local.post(REFUNDS, charge=pay(local)["latest_charge"])
    after = local.post(f"{REFUNDS}/{refund['id']}", metadata={"k": "v"})
    assert after["metadata"] == {"k": "v"}
    events = local.events(type="charge.refund.updated")
    assert {"metadata": {"k": None}} in [event["data"]["previous_attributes"] for event in events]
    assert local.post(f"{REFUNDS}/{refund['id']}", metadata="")["metadata"] == {}


def test_a_refund_that_waits_for_the_bank(local: Local, clock: Clock) -> None:
    refund = local.post(REFUNDS, charge=pay(local, "pm_card_pendingRefund")["latest_charge"])
    assert refund["status"] == "pending"
    clock.now += 2
    assert local.get(f"{REFUNDS}/{refund['id']}")["status"] == "succeeded"


def test_a_refund_that_fails_later_is_money_back(local: Local, clock: Clock) -> None:
    charge = pay(local, "pm_card_refundFail")["latest_charge"]
    refund = local.post(REFUNDS, charge=charge, amount=2000)
    assert refund["status"] == "succeeded"
    clock.now += 2
    failed = local.get(f"{REFUNDS}/{refund['id']}")
    assert (failed["status"], failed["failure_reason"]) == ("failed", "expired_or_canceled_card")
    back = local.get(f"/v1/balance_transactions/{failed['failure_balance_transaction']}")
    assert (back["amount"], back["type"]) == (2000, "refund_failure")
    assert local.get(f"{CHARGES}/{charge}")["amount_refunded"] == 0
    assert types(local, "refund.")[-2:] == ["refund.updated", "refund.failed"]


def test_the_calls_that_begin_at_a_charge(local: Local) -> None:
    charge = pay(local)["latest_charge"]
    other = pay(local)["latest_charge"]
    local.post("/v1/customers")
    legacy = local.send("post", f"{CHARGES}/{charge}/refund", "amount=800").json
    assert (legacy["object"], legacy["amount_refunded"]) == ("charge", 800)
    refund = local.send("post", f"{CHARGES}/{charge}/refunds", "amount=300").json
    assert (refund["object"], refund["amount"]) == ("refund", 300)
    listed = local.send("get", f"{CHARGES}/{charge}/refunds").json
    assert [one["amount"] for one in listed["data"]] == [300, 800]
    assert "count" not in listed
    assert local.get(REFUNDS, charge=charge)["count"] == 2
    assert local.send("get", f"{CHARGES}/{charge}/refunds/{refund['id']}").json["id"] == refund["id"]
    assert local.refused("get", f"{CHARGES}/{other}/refunds/{refund['id']}") == Refusal(
        f"No such refund: '{refund['id']}'", "resource_missing", "refund", 404
    )


def test_a_charge_says_in_its_legacy_answer_what_it_had(local: Local) -> None:
    """Its balance transaction is made for the refund, and seen in later answers only (recorded)."""
    charge = pay(local)["latest_charge"]
    answered = local.send("post", f"{CHARGES}/{charge}/refund", "amount=800").json
    assert answered["balance_transaction"] is None
    assert local.get(f"{CHARGES}/{charge}")["balance_transaction"] is not None


def test_what_cannot_be_refunded(local: Local) -> None:
    charge = pay(local)["latest_charge"]
    refund = local.post(REFUNDS, charge=charge)
    assert local.refused("post", REFUNDS, charge=charge, amount=1) == Refusal(
        f"Charge {charge} has already been refunded.", "charge_already_refunded"
    )
    assert local.refused("post", REFUNDS, amount=100) == Refusal(
        "One of the following params should be provided for this request: payment_intent or charge."
    )
    assert local.refused("post", REFUNDS, charge="ch_unknown") == Refusal(
        "No such charge: 'ch_unknown'", "resource_missing", "id", 404
    )
    assert local.refused("post", f"{REFUNDS}/{refund['id']}/cancel") == Refusal("Canceling this refund is unsupported.")
    assert local.refused("post", REFUNDS, charge=charge, payment_intent="pi_1").param == "charge"


def test_a_charge_is_changed_apart_from_its_intent(local: Local) -> None:
    payment_intent = pay(local, description="before")
    path = f"{CHARGES}/{payment_intent['latest_charge']}"
    local.post(f"{INTENTS}/{payment_intent['id']}", description="after")
    assert local.get(path)["description"] == "before"
    after = local.post(path, description="changed", metadata={"c": "d"}, fraud_details={"user_report": "safe"})
    assert (after["description"], after["metadata"], after["fraud_details"]) == (
        "changed",
        {"c": "d"},
        {"user_report": "safe"},
    )
    assert local.refused("post", path, transfer_group="order_42") == Refusal(
        f"This Charge was created by a PaymentIntent ({payment_intent['id']}). You must update the `transfer_group` on the "
        "PaymentIntent instead of updating the Charge directly. See https://stripe.com/docs/api#update_payment_intent"
    )


def test_charges_are_not_made_or_captured_by_themselves(local: Local) -> None:
    owner, nobody = local.post("/v1/customers")["id"], local.post("/v1/customers")["id"]
    local.post("/v1/payment_methods/pm_card_visa/attach", customer=owner)
    params = {"amount": 1400, "currency": "usd"}
    refusal = local.refused("post", CHARGES, customer=owner, **params)
    assert (refusal.status, refusal.type, refusal.code, refusal.param) == (402, "card_error", "missing", "card")
    assert refusal.message.startswith("This Customer doesn't have any legacy saved payment details, but does")
    without = local.refused("post", CHARGES, customer=nobody, **params)
    assert without.message.startswith("This Customer doesn't have any saved payment details. Attach")
    missing = Refusal("Must provide source or customer.", "parameter_missing")
    assert local.refused("post", CHARGES, **params) == missing
    assert local.refused("post", CHARGES, source="tok_visa", **params).message.startswith("Card Token usage")
    charge = pay(local)["latest_charge"]
    assert local.refused("post", f"{CHARGES}/{charge}/capture") == Refusal(
        f"Charge {charge} has already been captured.", "charge_already_captured"
    )


def test_a_charge_in_full(local: Local) -> None:
    charge = local.get(f"{CHARGES}/{pay(local, statement_descriptor_suffix='A HAT')['latest_charge']}")
    card = charge["payment_method_details"]["card"]
    assert card["overcapture"] == {"maximum_amount_capturable": 5000, "status": "unavailable"}
    assert (card["network"], len(card["authorization_code"]), len(card["network_transaction_id"])) == ("visa", 6, 15)
    assert charge["calculated_statement_descriptor"] == "Stripe* A HAT"
    assert charge["receipt_url"].endswith(charge["id"])


@pytest.mark.parametrize(
    ("card", "status", "kind", "reason"),
    [
        ("pm_card_chargeDeclined", "declined_by_network", "issuer_declined", "generic_decline"),
        ("pm_card_chargeDeclinedFraudulent", "not_sent_to_network", "blocked", "highest_risk_level"),
    ],
)
def test_the_outcome_of_a_failed_charge(local: Local, card: str, status: str, kind: str, reason: str) -> None:
    reply = local.send("post", INTENTS, f"amount=5000&currency=usd&payment_method={card}&confirm=true&{BY_CARD}")
    error = reply.json["error"]
    charge = local.get(f"{CHARGES}/{error['charge']}")
    outcome = charge["outcome"]
    assert (outcome["network_status"], outcome["type"], outcome["reason"]) == (status, kind, reason)
    assert (charge["paid"], charge["captured"], charge["receipt_url"]) == (False, False, None)
    intent = error["payment_intent"]
    assert (intent["status"], intent["payment_method"], intent["latest_charge"]) == (
        "requires_payment_method",
        None,
        charge["id"],
    )
    assert error["payment_method"] == intent["last_payment_error"]["payment_method"]
