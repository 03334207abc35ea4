"""Disputes: what a card's bank takes back, and what becomes of it (https://docs.stripe.com/disputes).

Some test cards are disputed as soon as they have paid, and some words as evidence decide the dispute
(https://docs.stripe.com/testing#disputes). Fields after `stripe/_dispute.py`, values as recorded of 2026-08-26.dahlia.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing.payments import ledger, payment_methods
from stripe_billing_cli.local_stripe.core import events, identifiers, objects, scheduler
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "dispute"
FILL_IN, DECIDE, RUN_OUT = "dispute.fill_in", "dispute.decide", "dispute.run_out"
DAY = 24 * 60 * 60
INQUIRY_DAYS = 120
"""After which an inquiry closes that no chargeback followed (https://docs.stripe.com/disputes/how-disputes-work)."""
DUE_DAYS = 8
TEXTS = (
    "access_activity_log billing_address cancellation_policy_disclosure cancellation_rebuttal customer_email_address "
    "customer_name customer_purchase_ip duplicate_charge_explanation duplicate_charge_id product_description "
    "refund_policy_disclosure refund_refusal_explanation service_date shipping_address shipping_carrier shipping_date "
    "shipping_tracking_number uncategorized_text"
).split()
FILES = (
    "cancellation_policy customer_communication customer_signature duplicate_charge_documentation receipt "
    "refund_policy service_documentation shipping_documentation uncategorized_file"
).split()
CHARGEBACK, INQUIRY = ("chargeback", "fraudulent", "10.4"), ("inquiry", "fraudulent", "10")
CASES = {
    "fraudulent": CHARGEBACK,
    "multiple": CHARGEBACK,
    "compelling_evidence_3": CHARGEBACK,
    "product_not_received": ("chargeback", "product_not_received", "13.1"),
    "compliance": ("compliance", "noncompliant", "compliance"),
    "inquiry": INQUIRY,
}
"""By what a test card brings about: the type of the case, Stripe's reason and the network's. The first and the last
are recorded. A fraud warning (`warning`) is no dispute."""
ELIGIBLE = {"compelling_evidence_3": ["visa_compelling_evidence_3"], "compliance": ["visa_compliance"]}
DECISIVE = {
    "winning_evidence": "won",
    "losing_evidence": "lost",
    "escalate_inquiry_evidence": "escalated",
}
CLOSED_STATUSES = ("lost", "warning_closed", "won")


def open_where_due(call: Call, charge: Object) -> None:
    """Dispute a captured charge if its card is one of the cards whose charges are disputed."""
    method = call.store.get("payment_method", charge["payment_method"])
    cause = payment_methods.card_of(method).dispute if method is not None else None
    if cause not in CASES:
        return
    dispute = _new(call, charge, cause)
    inquiry = is_inquiry(dispute)
    if not inquiry:
        dispute = _withdraw(call, dispute, charge)
    call.store.insert(KIND, dispute)
    call.store.replace("charge", {**charge, "dispute": dispute["id"], "disputed": True})
    scheduler.put_soon(call.store, FILL_IN, dispute["id"], call.real_now)
    events.record(call, "charge.dispute.created", dispute)
    if inquiry:
        scheduler.put(call.store, RUN_OUT, dispute["id"], dispute["created"] + INQUIRY_DAYS * DAY, None)
    else:
        events.record(call, "charge.dispute.funds_withdrawn", dispute)


def _new(call: Call, charge: Object, cause: str) -> Object:
    case_type, reason, network_reason_code = CASES[cause]
    brand = charge["payment_method_details"]["card"]["brand"]
    return {
        "id": identifiers.long_id(call, "du"),
        "object": KIND,
        "amount": charge["amount_captured"],
        "balance_transaction": None,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": call.real_now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": ELIGIBLE.get(cause, []),
        "evidence": {**dict.fromkeys(sorted([*TEXTS, *FILES])), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": (call.real_now // DAY + DUE_DAYS + 1) * DAY - 1,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": case_type == "inquiry",
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": brand,
                "case_type": case_type,
                "network": brand,
                "network_reason_code": network_reason_code,
            },
            "type": "card",
        },
        "reason": reason,
        "status": "warning_needs_response" if case_type == "inquiry" else "needs_response",
    }


def is_inquiry(dispute: Object) -> bool:
    """Return whether the bank only asks, and no money was withdrawn."""
    return str(dispute["status"]).startswith("warning_")


def _withdraw(call: Call, dispute: Object, charge: Object) -> Object:
    """Return the dispute with what it took, not yet stored; it is lost if nobody answers in time."""
    transaction = ledger.record_withdrawal(call, dispute, charge)
    scheduler.put(call.store, RUN_OUT, dispute["id"], dispute["evidence_details"]["due_by"] + 1, None)
    return {**dispute, "balance_transaction": transaction["id"], "balance_transactions": [transaction]}


def fill_in(call: Call, id: str) -> None:
    """Add what Stripe knows as evidence, seconds after the dispute was made (recorded)."""
    dispute = call.store.get(KIND, id)
    charge = call.store.get("charge", dispute["charge"]) if dispute else None
    if dispute is None or charge is None:
        return
    customer = call.store.get("customer", charge["customer"] or "") or {}
    evidence = {
        "customer_email_address": customer.get("email"),
        "customer_name": customer.get("name") or customer.get("description"),
        "product_description": charge["description"],
    }
    new_values = {name: value for name, value in evidence.items() if value and dispute["evidence"][name] is None}
    call.store.replace(KIND, {**dispute, "evidence": {**dispute["evidence"], **new_values}})


def give_evidence(call: Call, dispute: Object, evidence: Mapping[str, Any], *, submit: bool) -> Object:
    """Return the dispute with evidence, which goes to the bank if it is submitted. Raises where the bank has
    decided."""
    _check_open(dispute)
    all_evidence = {**dispute["evidence"], **evidence}
    details = dispute["evidence_details"]
    details = {
        **details,
        "has_evidence": any(evidence.values()) or details["has_evidence"],
        "submission_count": details["submission_count"] + (1 if submit else 0),
        "past_due": call.real_now > details["due_by"] if submit else details["past_due"],
    }
    after = {**dispute, "evidence": all_evidence, "evidence_details": details}
    if submit:
        after["status"] = "warning_under_review" if is_inquiry(dispute) else "under_review"
        scheduler.put(call.store, RUN_OUT, dispute["id"], None, None)
        if all_evidence["uncategorized_text"] in DECISIVE:
            scheduler.put_soon(call.store, DECIDE, dispute["id"], call.real_now, 1)
    return after


def close(call: Call, dispute: Object) -> Object:
    """Return the dispute, given up. Raises where it is closed already."""
    _check_open(dispute)
    return _end(call, dispute, "lost")


def _check_open(dispute: Object) -> None:
    if dispute["status"] in CLOSED_STATUSES:
        raise invalid("This dispute is already closed")


def decide(call: Call, id: str) -> None:
    """Decide a dispute as the bank does that has read the evidence, by one of the words of test mode."""
    dispute = call.store.get(KIND, id)
    if dispute is None or dispute["status"] in CLOSED_STATUSES:
        return
    outcome = DECISIVE.get(dispute["evidence"]["uncategorized_text"])
    if outcome == "escalated" and is_inquiry(dispute):
        _escalate(call, dispute)
    elif outcome in ("won", "lost"):
        _end(call, dispute, outcome)


def _escalate(call: Call, dispute: Object) -> None:
    """Make an inquiry a chargeback, which is to be answered anew."""
    case_type, reason, code = CHARGEBACK
    card = {**dispute["payment_method_details"]["card"], "case_type": case_type, "network_reason_code": code}
    after = {
        **dispute,
        "evidence_details": {
            **dispute["evidence_details"],
            "due_by": (call.real_now // DAY + DUE_DAYS + 1) * DAY - 1,
        },
        "is_charge_refundable": False,
        "payment_method_details": {"card": card, "type": "card"},
        "reason": reason,
        "status": "needs_response",
    }
    charge = objects.get_known(call, "charge", dispute["charge"])
    after = _withdraw(call, after, charge)
    call.store.replace(KIND, after)
    events.record(call, "charge.dispute.updated", after, dispute)
    events.record(call, "charge.dispute.funds_withdrawn", after)


def run_out(call: Call, id: str) -> None:
    """End a dispute that nobody answered in time: a dispute is lost, an inquiry is closed."""
    dispute = call.store.get(KIND, id)
    if dispute is not None and dispute["status"] in ("needs_response", *(_OPEN_INQUIRY)):
        _end(call, dispute, "lost")


_OPEN_INQUIRY = ("warning_needs_response", "warning_under_review")


def close_inquiry(call: Call, charge: Object) -> None:
    """Close the inquiry about a charge that was refunded in full."""
    dispute = call.store.get(KIND, charge["dispute"] or "")
    if dispute is not None and dispute["status"] in _OPEN_INQUIRY:
        _end(call, dispute, "lost")


def _end(call: Call, dispute: Object, outcome: str) -> Object:
    """Return the dispute, over; an inquiry is closed, however it ended."""
    scheduler.put(call.store, RUN_OUT, dispute["id"], None, None)
    if is_inquiry(dispute):
        after = {**dispute, "status": "warning_closed"}
    elif outcome == "won":
        reversal = ledger.record_reversal(call, dispute)
        after = {
            **dispute,
            "balance_transactions": [*dispute["balance_transactions"], reversal],
            "is_charge_refundable": True,
            "status": "won",
        }
    else:
        after = {**dispute, "status": "lost"}
    call.store.replace(KIND, after)
    events.record(call, "charge.dispute.closed", after, dispute)
    if after["status"] == "won":
        events.record(call, "charge.dispute.funds_reinstated", after)
    return after
