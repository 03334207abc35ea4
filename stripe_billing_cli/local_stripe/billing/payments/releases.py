"""The fields of a refund, and the release of what a charge reserved: a refund that moves no money.

A canceled payment's "remaining `amount_capturable` is automatically refunded"
(https://docs.stripe.com/api/payment_intents/cancel). The refund of a charge that nobody captured in time has a reason
of its own (`reason` in `stripe/_refund.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing.payments import bank_transfers, cash_balances, charges
from stripe_billing_cli.local_stripe.core import events, identifiers, shapes
from stripe_billing_cli.local_stripe.core.metadata import new_metadata
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "refund"
EXPIRED_CHARGE = "expired_uncaptured_charge"


def refund_of(call: Call, charge: Object, amount: int, params: Mapping[str, Any]) -> Object:
    """Return a refund that has succeeded, not stored, of so much of a charge."""
    details = charge.get("payment_method_details") or {"type": bank_transfers.METHOD}
    return shapes.blank("refund") | {
        "id": identifiers.long_id(call, "re" if details["type"] == "card" else "pyr"),
        "object": KIND,
        "amount": amount,
        "charge": charge["id"],
        "created": call.now,
        "currency": charge["currency"],
        "customer": charge["customer"],
        **_destination(details["type"], charge["currency"], "pending"),
        "metadata": new_metadata(params),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": params.get("reason"),
        "status": "succeeded",
    }


def _destination(type: str, currency: str, status: str) -> Object:
    """Return what a refund says of where its money goes: of a card, or of a bank transfer in this currency. Of debits
    Stripe documents nothing."""
    if type == "card":
        trace = {"reference_status": status, "reference_type": "acquirer_reference_number", "type": "refund"}
        return {"destination_details": {"card": trace, "type": "card"}}
    if type == bank_transfers.METHOD:
        transfer, _ = cash_balances.SENDERS[currency]
        return {"destination_details": {transfer: {"reference": None, "reference_status": status}, "type": transfer}}
    return {}


def release(call: Call, charge: Object, params: Mapping[str, Any]) -> Object:
    """Return the refund of all that a charge reserved, with what a call says of it."""
    return _release(call, charge, "charge.refunded", params)


def expire(call: Call, charge: Object) -> Object:
    """Return the refund of what a charge reserved, and nobody captured in time."""
    return _release(call, charge, "charge.expired", {"reason": EXPIRED_CHARGE})


def _release(call: Call, charge: Object, event: str, params: Mapping[str, Any]) -> Object:
    refund = refund_of(call, charge, charge["amount"], params)
    call.store.insert(KIND, refund)
    events.record(call, "refund.created", refund)
    after = {**charge, "amount_refunded": charge["amount"], "refunded": True}
    call.store.replace(charges.KIND, after)
    events.record(call, event, after, charge)
    return refund
