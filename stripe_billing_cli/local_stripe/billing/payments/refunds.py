"""Refunds: money that goes back to a card, or to a bank account (https://docs.stripe.com/refunds).

Fields after `stripe/_refund.py`, values and refusals as recorded of 2026-08-26.dahlia.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from stripe_billing_cli.local_stripe.billing.payments import (
    bank_transfers,
    charges,
    direct_charges,
    disputes,
    ledger,
    payment_methods,
    releases,
)
from stripe_billing_cli.local_stripe.core import amounts, clocks, events, identifiers, objects, scheduler
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = releases.KIND
EXPIRE, FAIL, TRACE = "refund.expire", "refund.fail", "refund.trace"
DAY = 24 * 60 * 60
WAITING_DAYS, REFUNDABLE_DAYS = 45, 180
"""How long a refund waits for the bank account of its customer, and how long a payment by bank transfer can be refunded
(https://docs.stripe.com/payments/customer-balance/refunding)."""


def refund(call: Call, charge: Object, params: Mapping[str, Any]) -> Object:
    """Return a refund of all that is left of the charge, or of `amount`. Raises where that much cannot go back."""
    call = clocks.at_time_of_customer(call, charge["customer"])
    _check_refundable(call, charge)
    if not charge["captured"] and not charge["amount_captured"]:
        return _release(call, charge, params)
    amount = _amount(charge, params.get("amount"))
    charge_before = charges.settle_now(call, charge)
    new_refund = _create(call, charge_before, amount, params)
    amount_refunded = charge_before["amount_refunded"] + amount
    after = {
        **charge_before,
        "amount_refunded": amount_refunded,
        "refunded": charge["captured"] and amount_refunded == charge_before["amount_captured"],
    }
    call.store.replace(charges.KIND, after)
    events.record(call, "refund.created", new_refund)
    events.record(call, "charge.refunded", after, charge_before)
    if after["refunded"]:
        disputes.close_inquiry(call, after)
    return new_refund


def _check_refundable(call: Call, charge: Object) -> None:
    if not charge["paid"]:
        raise invalid(f"Charge {charge['id']} has not been paid, and cannot be refunded.", "charge")
    is_uncaptured = not charge["captured"] and not charge["amount_captured"]
    if is_uncaptured and charge["refunded"]:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if is_uncaptured and charge["payment_intent"]:
        raise invalid(
            f"This uncaptured Charge was created by a PaymentIntent ({charge['payment_intent']}). You must cancel the "
            "PaymentIntent to reverse the authorization instead of refunding the Charge directly. For more "
            "information, see https://stripe.com/docs/payments/place-a-hold-on-a-payment-method"
        )
    if is_transfer(charge) and call.now > charge["created"] + REFUNDABLE_DAYS * DAY:
        raise invalid(f"Charge {charge['id']} is too old: a bank transfer can be refunded for {REFUNDABLE_DAYS} days.")
    dispute = call.store.get(disputes.KIND, charge["dispute"] or "")
    if dispute is not None and not dispute["is_charge_refundable"]:
        raise invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")


def is_transfer(charge: Object) -> bool:
    """Return whether a cash balance has paid, so that nobody knows to which bank account the money could go back."""
    return bool(charge["payment_method_details"]["type"] == bank_transfers.METHOD)


def _release(call: Call, charge: Object, params: Mapping[str, Any]) -> Object:
    """Return the refund of a charge that was not captured: all that it reserved, and no money moves."""
    if params.get("amount", charge["amount"]) != charge["amount"]:
        raise invalid("You cannot partially refund an uncaptured charge. Instead, capture the charge.", "amount")
    return direct_charges.release(call, charge, params)


def _amount(charge: Object, requested_amount: int | None) -> int:
    remainder: int = charge["amount_captured"] - charge["amount_refunded"]
    if remainder == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = remainder if requested_amount is None else requested_amount
    if amount > remainder:
        amount_text, most = (amounts.format_amount(Decimal(each), charge["currency"]) for each in (amount, remainder))
        raise invalid(f"Refund amount ({amount_text}) is greater than unrefunded amount on charge ({most})", "amount")
    return amount


def _create(call: Call, charge: Object, amount: int, params: Mapping[str, Any]) -> Object:
    refund = releases.refund_of(call, charge, amount, params)
    if is_transfer(charge):
        refund |= ask_by_mail(call, objects.get_known(call, "customer", charge["customer"]), params)
    elif "instructions_email" in params:
        raise invalid("Only a customer who has paid by bank transfer is sent instructions.", "instructions_email")
    outcome = _outcome(call, charge)
    if outcome == "pending":
        refund |= {"pending_reason": "processing", "status": "pending"}
    refund["balance_transaction"] = ledger.record_refund(call, refund, charge)["id"]
    call.store.insert(KIND, refund)
    if is_transfer(charge):
        wait_for_customer(call, refund)
    else:
        scheduler.put_soon(call.store, FAIL if outcome == "fails" else TRACE, refund["id"], call.real_now)
    return refund


def ask_by_mail(call: Call, customer: Object, params: Mapping[str, Any]) -> Object:
    """Return what a refund says while its customer is asked for a bank account by mail. Raises for want of an
    address: "If you didn't include an email address when you created the customer object, creating a refund results in
    an error"."""
    address = params.get("instructions_email") or customer.get("email")
    if not address:
        raise invalid(
            f"Customer {customer['id']} has no email address by which to ask for a bank account. Update the customer "
            "with an email address, or provide `instructions_email`.",
            "instructions_email",
        )
    return mail_to(call, address, call.now)


def mail_to(call: Call, address: str, created_at: int) -> Object:
    """Return what a refund says that was created at a time, and whose customer was sent a mail just now."""
    details = {
        "email_sent": {"email_sent_at": call.now, "email_sent_to": address},
        "expires_at": created_at + WAITING_DAYS * DAY,
    }
    return {
        "instructions_email": address,
        "next_action": {"display_details": details, "type": "display_details"},
        "status": "requires_action",
    }


def wait_for_customer(call: Call, refund: Object) -> None:
    """Let a refund fail 45 days after it was created, should it still wait for its customer."""
    owner = call.store.get("customer", refund["customer"]) or {}
    scheduler.put(call.store, EXPIRE, refund["id"], refund["created"] + WAITING_DAYS * DAY, owner.get("test_clock"))


def _outcome(call: Call, charge: Object) -> str | None:
    """Return how a refund ends, if not at once: one to a bank account is pending until the bank has it."""
    if charge["payment_method_details"]["type"] == "sepa_debit":
        return "pending"
    method = call.store.get("payment_method", charge["payment_method"])
    return payment_methods.card_of(method).refund if method is not None else None


def trace(call: Call, id: str) -> None:
    """Write down under which number the bank that has got the money can trace it (recorded: seconds later)."""
    before = call.store.get(KIND, id)
    if before is None:
        return
    after = {**before, "status": "succeeded"}
    if "destination_details" in before:
        card = {"reference": identifiers.digits(16), **before["destination_details"]["card"]}
        after["destination_details"] = {"card": {**card, "reference_status": "available"}, "type": "card"}
    after.pop("pending_reason", None)
    save(call, before, after)


def fail(call: Call, id: str) -> None:
    """Take back the money that the card did not take (https://docs.stripe.com/refunds#failed-refunds)."""
    before = call.store.get(KIND, id)
    charge = call.store.get(charges.KIND, before["charge"]) if before else None
    if before is None or charge is None:
        return
    after = {
        **before,
        "failure_balance_transaction": take_back(call, before, charge),
        "failure_reason": "expired_or_canceled_card",
        "status": "failed",
    }
    save(call, before, after)
    events.record(call, "refund.failed", after)


def take_back(call: Call, refund: Object, charge: Object) -> str:
    """Return the balance transaction by which money came back that did not reach the customer: the charge is not
    refunded by this refund then."""
    transaction = ledger.record_failed_refund(call, refund, charge)
    amount_refunded = charge["amount_refunded"] - refund["amount"]
    call.store.replace(charges.KIND, {**charge, "amount_refunded": amount_refunded, "refunded": False})
    return str(transaction["id"])


def save(call: Call, before: Object, after: Object) -> None:
    """Store a refund and tell that it changed, if it did: by an event of the refund's and one of its charge's."""
    if after != before:
        objects.save(call, KIND, before, after)
        if after["charge"] is not None:
            events.record(call, "charge.refund.updated", after, before)
