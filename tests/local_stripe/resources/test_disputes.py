"""Disputes (https://docs.stripe.com/testing#disputes); values and refusals as recorded of 2026-08-26.dahlia."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.local_stripe.conftest import SECRET_KEY, Clock, Local, Refusal

INTENTS, DISPUTES = "/v1/payment_intents", "/v1/disputes"
HEADERS = {"Authorization": f"Bearer {SECRET_KEY}", "Content-Type": "application/x-www-form-urlencoded"}
CLOSED = Refusal("This dispute is already closed")


def pay(local: Local, card: str = "pm_card_createDispute", **params: Any) -> Any:
    by_card = {"payment_method": card, "allowed_payment_method_types": ["card"], "confirm": True}
    return local.post(INTENTS, **{"amount": 6000, "currency": "usd", **by_card, **params})


def charge_of(local: Local, intent: Any) -> Any:
    return local.get(f"/v1/charges/{intent['latest_charge']}")


def dispute_of(local: Local, intent: Any) -> Any:
    [dispute] = local.get(DISPUTES, charge=intent["latest_charge"])["data"]
    return dispute


def evidence(local: Local, dispute: Any, text: str, **params: Any) -> Any:
    return local.post(f"{DISPUTES}/{dispute['id']}", evidence={"uncategorized_text": text}, **params)


def later(local: Local, clock: Clock, dispute: Any) -> Any:
    clock.now += 2
    return local.get(f"{DISPUTES}/{dispute['id']}")


def types(local: Local) -> list[str]:
    """Of the events of disputes, oldest first, without what they begin with."""
    found = [event["type"] for event in reversed(local.events()) if event["type"].startswith("charge.dispute.")]
    return [name.removeprefix("charge.dispute.") for name in found]


def test_a_card_is_charged_back(local: Local) -> None:
    payment_intent = pay(local)
    assert payment_intent["status"] == "succeeded"
    charge = charge_of(local, payment_intent)
    assert (charge["disputed"], charge["paid"], charge["amount_refunded"]) == (True, True, 0)
    listed = local.get(DISPUTES, charge=charge["id"])
    assert listed["count"] == 1
    [dispute] = listed["data"]
    assert dispute["id"] == charge["dispute"]
    assert local.get(f"{DISPUTES}/{dispute['id']}") == dispute
    assert (dispute["status"], dispute["reason"], dispute["amount"], dispute["currency"]) == (
        "needs_response",
        "fraudulent",
        6000,
        "usd",
    )
    card = dispute["payment_method_details"]["card"]
    assert (card["case_type"], card["network_reason_code"]) == ("chargeback", "10.4")
    assert (dispute["is_charge_refundable"], dispute["evidence_details"]["has_evidence"]) == (False, False)
    [withdrawal] = dispute["balance_transactions"]
    assert dispute["balance_transaction"] == withdrawal["id"]
    assert (withdrawal["amount"], withdrawal["fee"], withdrawal["net"]) == (-6000, 1500, -7500)
    assert (withdrawal["description"], withdrawal["status"]) == (
        f"Chargeback withdrawal for {charge['id']}",
        "available",
    )
    assert types(local) == ["created", "funds_withdrawn"]


@pytest.mark.parametrize(
    ("card", "reason", "case_type", "eligible"),
    [
        ("pm_card_createDisputeProductNotReceived", "product_not_received", "chargeback", []),
        ("pm_card_createCe3EligibleDispute", "fraudulent", "chargeback", ["visa_compelling_evidence_3"]),
        ("pm_card_createComplianceDispute", "noncompliant", "compliance", ["visa_compliance"]),
        ("pm_card_createMultipleDisputes", "fraudulent", "chargeback", []),
    ],
)
def test_other_cards_are_disputed_for_other_reasons(
    local: Local, card: str, reason: str, case_type: str, eligible: list[str]
) -> None:
    """https://docs.stripe.com/testing#disputes"""
    dispute = dispute_of(local, pay(local, card))
    assert (dispute["reason"], dispute["enhanced_eligibility_types"]) == (reason, eligible)
    assert dispute["payment_method_details"]["card"]["case_type"] == case_type


def test_a_warning_of_fraud_is_no_dispute(local: Local) -> None:
    pay(local, "pm_card_createIssuerFraudRecord")
    assert local.get(DISPUTES)["data"] == []


def test_an_answer_is_due_at_the_end_of_the_eighth_day(local: Local, clock: Clock) -> None:
    clock.now = datetime(2026, 9, 20, 15, 30, tzinfo=UTC).timestamp()
    due = dispute_of(local, pay(local))["evidence_details"]["due_by"]
    assert datetime.fromtimestamp(due, UTC) == datetime(2026, 9, 28, 23, 59, 59, tzinfo=UTC)


def test_a_disputed_charge_is_not_refunded(local: Local) -> None:
    charge = pay(local)["latest_charge"]
    assert local.refused("post", "/v1/refunds", charge=charge) == Refusal(
        f"Charge {charge} has been charged back; cannot issue a refund.", "charge_disputed"
    )


def test_stripe_fills_in_what_it_knows(local: Local, clock: Clock) -> None:
    owner = local.post("/v1/customers", email="jenny@example.com", description="Jenny Rosen")["id"]
    dispute = dispute_of(local, pay(local, customer=owner, description="A hat"))
    assert dispute["evidence"]["customer_name"] is None
    known = later(local, clock, dispute)["evidence"]
    assert (known["customer_email_address"], known["customer_name"], known["product_description"]) == (
        "jenny@example.com",
        "Jenny Rosen",
        "A hat",
    )


def test_winning_evidence_brings_the_money_back_without_the_fee(local: Local, clock: Clock) -> None:
    payment_intent = pay(local)
    sent = evidence(local, dispute_of(local, payment_intent), "winning_evidence")
    details = sent["evidence_details"]
    assert (sent["status"], details["has_evidence"], details["submission_count"]) == ("under_review", True, 1)
    won = later(local, clock, sent)
    assert (won["status"], won["is_charge_refundable"]) == ("won", True)
    withdrawal, reversal = won["balance_transactions"]
    assert won["balance_transaction"] == withdrawal["id"]
    assert (reversal["amount"], reversal["fee"], reversal["net"], reversal["reporting_category"]) == (
        6000,
        0,
        6000,
        "dispute_reversal",
    )
    assert types(local) == ["created", "funds_withdrawn", "updated", "closed", "funds_reinstated"]
    assert local.post("/v1/refunds", charge=payment_intent["latest_charge"], amount=100)["status"] == "succeeded"


@pytest.mark.parametrize("how", ["evidence", "close", "silence"])
def test_a_dispute_is_lost_by_evidence_by_closing_or_by_silence(local: Local, clock: Clock, how: str) -> None:
    dispute = dispute_of(local, pay(local))
    if how == "evidence":
        evidence(local, dispute, "losing_evidence")
    elif how == "close":
        closed = local.post(f"{DISPUTES}/{dispute['id']}/close")
        assert (closed["status"], closed["balance_transactions"]) == ("lost", dispute["balance_transactions"])
    else:
        clock.now = dispute["evidence_details"]["due_by"]
    assert later(local, clock, dispute)["status"] == "lost"
    assert types(local)[-1] == "closed"
    path = f"{DISPUTES}/{dispute['id']}"
    assert local.refused("post", path, evidence={"uncategorized_text": "winning_evidence"}) == CLOSED
    assert local.refused("post", f"{path}/close") == CLOSED
    assert local.post(path, metadata={"case": "12"})["metadata"] == {"case": "12"}


def test_evidence_can_be_staged_and_submitted_later(local: Local, clock: Clock) -> None:
    dispute = dispute_of(local, pay(local))
    staged = evidence(local, dispute, "winning_evidence", submit=False)
    assert (staged["status"], staged["evidence_details"]["submission_count"]) == ("needs_response", 0)
    assert later(local, clock, dispute)["status"] == "needs_response"
    assert local.post(f"{DISPUTES}/{dispute['id']}", submit=True)["status"] == "under_review"
    assert later(local, clock, dispute)["status"] == "won"


def test_an_inquiry_takes_no_money_until_it_is_escalated(local: Local, clock: Clock) -> None:
    payment_intent = pay(local, "pm_card_createDisputeInquiry", amount=1700)
    inquiry = dispute_of(local, payment_intent)
    assert (inquiry["status"], inquiry["is_charge_refundable"]) == ("warning_needs_response", True)
    assert (inquiry["balance_transaction"], inquiry["balance_transactions"]) == (None, [])
    card = inquiry["payment_method_details"]["card"]
    assert (card["case_type"], card["network_reason_code"]) == ("inquiry", "10")
    assert types(local) == ["created"]
    assert evidence(local, inquiry, "escalate_inquiry_evidence")["status"] == "warning_under_review"
    escalated = later(local, clock, inquiry)
    card = escalated["payment_method_details"]["card"]
    assert (escalated["status"], card["case_type"]) == ("needs_response", "chargeback")
    assert (escalated["is_charge_refundable"], len(escalated["balance_transactions"])) == (False, 1)
    assert types(local) == ["created", "updated", "updated", "funds_withdrawn"]


def test_an_inquiry_is_closed_by_a_refund_in_full(local: Local) -> None:
    payment_intent = pay(local, "pm_card_createDisputeInquiry")
    local.post("/v1/refunds", charge=payment_intent["latest_charge"])
    assert dispute_of(local, payment_intent)["status"] == "warning_closed"


def test_an_inquiry_closes_by_itself_in_the_end(local: Local, clock: Clock) -> None:
    inquiry = dispute_of(local, pay(local, "pm_card_createDisputeInquiry"))
    clock.now += 120 * 24 * 60 * 60
    assert local.get(f"{DISPUTES}/{inquiry['id']}")["status"] == "warning_closed"


def test_a_dispute_comes_with_the_capture(local: Local, clock: Clock) -> None:
    reserved = pay(local, capture_method="manual")
    assert local.get(DISPUTES, charge=reserved["latest_charge"]) == {
        "object": "list",
        "count": 0,
        "data": [],
        "has_more": False,
        "url": DISPUTES,
    }
    local.post(f"{INTENTS}/{reserved['id']}/capture", amount_to_capture=5000)
    dispute = dispute_of(local, reserved)
    [withdrawal] = dispute["balance_transactions"]
    assert (dispute["amount"], withdrawal["status"]) == (5000, "pending")
    assert withdrawal["available_on"] == (int(clock.now) // 86_400 + 7) * 86_400
    clock.now = withdrawal["available_on"]
    assert dispute_of(local, reserved)["balance_transactions"][0]["status"] == "available"


def test_files_as_evidence_are_refused_by_name(local: Local) -> None:
    dispute = dispute_of(local, pay(local))
    refusal = local.refused("post", f"{DISPUTES}/{dispute['id']}", evidence={"receipt": "file_123"})
    assert refusal.param == "evidence[receipt]"
    assert refusal.message.endswith("it has no files.")


def test_a_charge_leads_to_its_dispute(local: Local) -> None:
    """Calls that Stripe has, and the SDK has not."""
    payment_intent = pay(local)
    dispute = dispute_of(local, payment_intent)
    path = f"/v1/charges/{payment_intent['latest_charge']}/dispute"
    status = [
        json.loads(local.transport.request(method, f"{local.base}{path}{rest}", HEADERS, form)[0])["status"]
        for method, rest, form in (
            ("get", "", None),
            ("post", "", "evidence[uncategorized_text]=Sent&submit=false"),
            ("post", "/close", ""),
        )
    ]
    assert status == ["needs_response", "needs_response", "lost"]
    assert local.get(f"{DISPUTES}/{dispute['id']}")["evidence"]["uncategorized_text"] == "Sent"


def test_what_is_not_disputed(local: Local) -> None:
    charge = pay(local, "pm_card_visa")["latest_charge"]
    assert local.refused("get", f"/v1/charges/{charge}/dispute") == Refusal(
        f"No dispute for charge: {charge}", status=404
    )
    assert local.refused("get", f"{DISPUTES}/du_nope") == Refusal(
        "No such dispute: 'du_nope'", "resource_missing", "dispute", 404
    )
    assert local.post(f"{INTENTS}", amount=100, currency="usd")["latest_charge"] is None
