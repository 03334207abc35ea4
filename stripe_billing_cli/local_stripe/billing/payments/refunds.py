"""Refunds: money that goes back to a card (https://docs.stripe.com/refunds).

Fields after `stripe/_refund.py`, values and refusals as recorded of 2026-08-26.dahlia.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from stripe_billing_cli.local_stripe.billing.payments import charges, direct_charges, disputes, ledger, payment_methods
from stripe_billing_cli.local_stripe.core import amounts, clocks, events, identifiers, objects, scheduler, shapes
from stripe_billing_cli.local_stripe.core.errors import invalid, not_here
from stripe_billing_cli.local_stripe.core.metadata import new_metadata
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "refund"
FAIL, TRACE = "refund.fail", "refund.trace"


def refund(call: Call, charge: Object, params: Mapping[str, Any]) -> Object:
    """Return a refund of all that is left of the charge, or of `amount`. Raises where that much cannot go back."""
    call = clocks.at_time_of_customer(call, charge["customer"])
    _check_refundable(call, charge)
    if not charge["captured"]:
        return _release(call, charge, params)
    amount = _amount(charge, params.get("amount"))
    settled = charges.settle_now(call, charge)
    made = _new(call, settled, amount, params)
    refunded = settled["amount_refunded"] + amount
    after = {**settled, "amount_refunded": refunded, "refunded": refunded == settled["amount_captured"]}
    call.store.replace(charges.KIND, after)
    events.record(call, "refund.created", made)
    events.record(call, "charge.refunded", after, settled)
    if after["refunded"]:
        disputes.close_inquiry(call, after)
    return made


def _check_refundable(call: Call, charge: Object) -> None:
    if not charge["paid"]:
        raise invalid(f"Charge {charge['id']} has not been paid, and cannot be refunded.", "charge")
    if not charge["captured"] and charge["payment_intent"]:
        raise invalid(
            f"This uncaptured Charge was created by a PaymentIntent ({charge['payment_intent']}). You must cancel the "
            "PaymentIntent to reverse the authorization instead of refunding the Charge directly. For more "
            "information, see https://stripe.com/docs/payments/place-a-hold-on-a-payment-method"
        )
    if charge["payment_method_details"]["type"] == "customer_balance":
        raise not_here("refunds of bank transfers", reason="nobody is there to say to which account")
    dispute = call.store.get(disputes.KIND, charge["dispute"] or "")
    if dispute is not None and not dispute["is_charge_refundable"]:
        raise invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")


def _release(call: Call, charge: Object, params: Mapping[str, Any]) -> Object:
    """Return the refund of a charge that was not captured: all that it reserved, and no money moves."""
    if charge["refunded"]:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if params.get("amount", charge["amount"]) != charge["amount"]:
        raise invalid("You cannot partially refund an uncaptured charge. Instead, capture the charge.", "amount")
    made = _made(call, charge, charge["amount"], params)
    call.store.insert(KIND, made)
    events.record(call, "refund.created", made)
    direct_charges.release(call, charge)
    return made


def _amount(charge: Object, wanted: int | None) -> int:
    left: int = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = left if wanted is None else wanted
    if amount > left:
        requested, most = (amounts.format_amount(Decimal(each), charge["currency"]) for each in (amount, left))
        raise invalid(f"Refund amount ({requested}) is greater than unrefunded amount on charge ({most})", "amount")
    return amount


def _new(call: Call, charge: Object, amount: int, params: Mapping[str, Any]) -> Object:
    made = _made(call, charge, amount, params)
    outcome = _outcome(call, charge)
    if outcome == "pending":
        made |= {"pending_reason": "processing", "status": "pending"}
    made["balance_transaction"] = ledger.record_refund(call, made, charge)["id"]
    call.store.insert(KIND, made)
    scheduler.put_soon(call.store, FAIL if outcome == "fails" else TRACE, made["id"], call.real_now)
    return made


def _made(call: Call, charge: Object, amount: int, params: Mapping[str, Any]) -> Object:
    return shapes.blank("refund") | {
        "id": identifiers.long_id(call, "re"),
        "object": KIND,
        "amount": amount,
        "charge": charge["id"],
        "created": call.now,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "destination_details": {"card": _destination("pending"), "type": "card"},
        "metadata": new_metadata(params),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": params.get("reason"),
        "status": "succeeded",
    }


def _destination(status: str) -> Object:
    return {"reference_status": status, "reference_type": "acquirer_reference_number", "type": "refund"}


def _outcome(call: Call, charge: Object) -> str | None:
    method = call.store.get("payment_method", charge["payment_method"])
    return payment_methods.card_of(method).refund if method is not None else None


def trace(call: Call, id: str) -> None:
    """Write down under which number the bank that has got the money can trace it (recorded: seconds later)."""
    before = call.store.get(KIND, id)
    if before is None:
        return
    card = {"reference": identifiers.digits(16), **_destination("available")}
    after = {**before, "destination_details": {"card": card, "type": "card"}, "status": "succeeded"}
    after.pop("pending_reason", None)
    save(call, before, after)


def fail(call: Call, id: str) -> None:
    """Take back the money that the card did not take: the charge is not refunded then
    (https://docs.stripe.com/refunds#failed-refunds)."""
    before = call.store.get(KIND, id)
    charge = call.store.get(charges.KIND, before["charge"]) if before else None
    if before is None or charge is None:
        return
    transaction = ledger.record_failed_refund(call, before, charge)
    after = {
        **before,
        "failure_balance_transaction": transaction["id"],
        "failure_reason": "expired_or_canceled_card",
        "status": "failed",
    }
    left = charge["amount_refunded"] - before["amount"]
    call.store.replace(charges.KIND, {**charge, "amount_refunded": left, "refunded": False})
    save(call, before, after)
    events.record(call, "refund.failed", after)


def save(call: Call, before: Object, after: Object) -> None:
    """Store a refund and tell that it changed, if it did: by an event of the refund's and one of its charge's."""
    if after != before:
        objects.save(call, KIND, before, after)
        events.record(call, "charge.refund.updated", after, before)
