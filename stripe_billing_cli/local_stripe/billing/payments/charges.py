"""Charges: one attempt each to take money from a card, and what becomes of it.

https://docs.stripe.com/api/charges. Fields after `stripe/_charge.py`, values as recorded of 2026-08-26.dahlia.
"""

from __future__ import annotations

from decimal import Decimal

from stripe_billing_cli.local_stripe.billing.payments import ledger, method_options, payment_methods
from stripe_billing_cli.local_stripe.billing.payments.cards import Card, Decline
from stripe_billing_cli.local_stripe.core import (
    amounts,
    events,
    identifiers,
    objects,
    page_addresses,
    scheduler,
    shapes,
)
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.identifiers import digits
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "charge"
SETTLE = "charge.settle"
LATER_TRANSACTIONS = "_later_transactions"
"""The field of a charge that has the balance transactions of its captures after the first."""
AUTHORIZED_SECONDS = 7 * 24 * 60 * 60
"""How long money stays reserved for a charge that is to be captured by hand (recorded)."""
OF_INTENT = (
    "amount currency customer description metadata receipt_email shipping statement_descriptor "
    "statement_descriptor_suffix transfer_group"
).split()
TOO_SMALL = (
    "The amount must be greater than or equal to the minimum charge amount allowed for your account and the currency "
    "set (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).  If you want to save a Payment "
    "Method for future use without an immediate payment, use a Setup Intent instead: "
    "https://docs.stripe.com/payments/setup-intents"
)
RISK_SCORES = {"normal": 32, "elevated": 68, "highest": 92}


def check_amount(amount: int, currency: str) -> None:
    """Raise for an amount that Stripe does not charge."""
    if amount == 0:
        raise invalid(TOO_SMALL, "amount", "parameter_invalid_integer")
    if amount < 0:
        raise invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer")
    smallest = amounts.smallest_charge(currency)
    if amount < smallest:
        least = amounts.format_amount(Decimal(smallest), currency)
        raise invalid(f"Amount must be at least {least} {currency}", "amount", "amount_too_small")
    if amount > amounts.largest(currency):
        most = amounts.format_amount(Decimal(amounts.largest(currency)), currency)
        raise invalid(f"Amount must be no more than {most} {currency}", "amount", "amount_too_large")


def create(
    call: Call, intent: Object, method: Object, decline: Decline | None, *, is_authenticated: bool = False
) -> Object:
    """Return a charge, one attempt to pay, stored: `succeeded`, captured if the intent does that by itself, or `failed`
    for a reason."""
    by_hand = method_options.captures_by_hand(intent, method["type"])
    is_captured = decline is None and not by_hand
    is_pending = method["type"] == "sepa_debit"
    id = identifiers.long_id(call, "ch" if method["type"] == "card" else "py")
    charge: Object = shapes.blank("charge") | {
        "id": id,
        "object": KIND,
        **{name: intent[name] for name in OF_INTENT},
        "amount_captured": intent["amount"] if is_captured else 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": _statement_descriptor(call, intent, method["type"]),
        "captured": is_captured,
        "created": call.now,
        "disputed": False,
        "failure_code": decline and decline.code,
        "failure_message": decline and decline.message,
        "fraud_details": {},
        "outcome": _outcome(payment_methods.card_of(method), decline),
        "paid": decline is None and not is_pending,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _details(
            call, intent, method, is_declined=decline is not None, is_authenticated=is_authenticated
        ),
        "radar_options": {},
        "receipt_url": None if decline else page_addresses.receipt(call.store, call.account["id"], id),
        "refunded": False,
        "status": "failed" if decline else "pending" if is_pending else "succeeded",
    }
    call.store.insert(KIND, charge)
    return charge


def _statement_descriptor(call: Call, intent: Object, type: str = "card") -> str:
    """Return what stands on the statement: of a card the account's own descriptor, with a suffix, else what the payment
    says ("For a card charge, this value is ignored unless you don't specify a `statement_descriptor_suffix`, in which
    case this value is used as the suffix", `stripe/params/_charge_create_params.py`)."""
    if type != "card" and intent["statement_descriptor"]:
        return str(intent["statement_descriptor"])
    own = call.account["settings"]["payments"]["statement_descriptor"] or "Stripe"
    suffix = intent["statement_descriptor_suffix"] or intent["statement_descriptor"]
    return f"{own}* {suffix}" if suffix else str(own)


def _outcome(card: Card, decline: Decline | None) -> Object:
    outcome = {
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": card.risk_level,
        "risk_score": RISK_SCORES[card.risk_level],
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    if decline is not None:
        outcome |= {
            "advice_code": decline.advice_code,
            "network_advice_code": decline.network_advice_code,
            "network_decline_code": decline.network_decline_code,
            "network_status": "not_sent_to_network" if decline.blocked else "declined_by_network",
            "reason": "highest_risk_level" if decline.blocked else decline.decline_code,
            "seller_message": decline.seller_message,
            "type": "blocked" if decline.blocked else "issuer_declined",
        }
    return outcome


def _details(call: Call, intent: Object, method: Object, *, is_declined: bool, is_authenticated: bool) -> Object:
    match method["type"]:
        case "card":
            return {
                "card": _card(call, intent, method, is_declined=is_declined, is_authenticated=is_authenticated),
                "type": "card",
            }
        case "sepa_debit":
            return _debit(method)
    return {method["type"]: {}, "type": method["type"]}


def _debit(method: Object) -> Object:
    """Return what the charge says of a bank account that is debited."""
    account = {name: value for name, value in method["sepa_debit"].items() if name != "generated_from"}
    return {
        "sepa_debit": {**account, "expected_debit_date": None, "mandate": method.get("_mandate")},
        "type": "sepa_debit",
    }


def _card(call: Call, intent: Object, method: Object, *, is_declined: bool, is_authenticated: bool) -> Object:
    """Return what the charge says of the card: as it was, and what the network made of it."""
    card = method["card"]
    amount = intent["amount"]
    by_hand = method_options.captures_by_hand(intent) and not is_declined
    can_be_incremented = by_hand and method_options.can_be_incremented(intent, card["brand"])
    plan = (method_options.of_card(intent).get("installments") or {}).get("plan")
    in_parts = by_hand and method_options.can_be_captured_in_parts(call.account, intent, method)
    details = {
        "amount_authorized": None if is_declined else amount,
        "authorization_code": digits(6),
        "brand": card["brand"],
        "capture_before": call.now + AUTHORIZED_SECONDS if by_hand else None,
        "checks": card["checks"],
        "country": card["country"],
        "electronic_commerce_indicator": "05" if is_authenticated else "07",
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "incremental_authorization": {"status": "available" if can_be_incremented else "unavailable"},
        "last4": card["last4"],
        "mandate": None,
        "installments": {"plan": plan} if plan else None,
        "multicapture": {"status": "available" if in_parts else "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": digits(15),
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": card["regulated_status"],
        "three_d_secure": _three_d_secure() if is_authenticated else None,
    }
    if not by_hand:
        del details["capture_before"]
    return details


def _three_d_secure() -> Object:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "result": "authenticated",
        "transaction_id": f"{digits(8)}-{digits(4)}-4{digits(3)}-8{digits(3)}-{digits(12)}",
        "version": "2.2.0",
    }


def record_balance_transaction(call: Call, charge: Object) -> Object:
    """Return the captured charge with its balance transaction; nothing happens where it has one."""
    if charge["balance_transaction"] is not None or not charge["amount_captured"]:
        return charge
    method = call.store.get("payment_method", charge["payment_method"])
    available = method is not None and payment_methods.card_of(method).available
    transaction = ledger.record_charge(call, charge, available=available)
    after = {**charge, "balance_transaction": transaction["id"]}
    call.store.replace(KIND, after)
    return after


def settle_soon(call: Call, charge: Object) -> None:
    """Leave the balance transaction to be made moments later, as a capture does that is asynchronous."""
    scheduler.put_soon(call.store, SETTLE, charge["id"], call.real_now)


def settle_by_itself(call: Call, id: str) -> None:
    """End the asynchronous capture of a charge: "listen to `charge.updated`"
    (https://docs.stripe.com/payments/payment-intents/asynchronous-capture)."""
    charge = call.store.get(KIND, id)
    if charge is not None:
        settle_now(call, charge)


def settle_now(call: Call, before: Object) -> Object:
    """Return the captured charge with its balance transaction, and its event where it had none."""
    after = record_balance_transaction(call, before)
    if after != before:
        scheduler.put(call.store, SETTLE, before["id"], None, None)
        events.record(call, "charge.updated", after, before)
    return after


def with_descriptor(call: Call, charge: Object, intent: Object) -> Object:
    """Return the charge as it appears on the card's statement, which its capture may still change."""
    names = ("statement_descriptor", "statement_descriptor_suffix")
    descriptors = {
        **{name: intent[name] for name in names},
        "calculated_statement_descriptor": _statement_descriptor(call, intent),
    }
    return {**charge, **descriptors}


def increment(call: Call, charge: Object, amount: int) -> Object:
    """Return the charge, by which so much is reserved in all."""
    card = charge["payment_method_details"]["card"]
    card = {
        **card,
        "amount_authorized": amount,
        "overcapture": {**card["overcapture"], "maximum_amount_capturable": amount},
    }
    after = {**charge, "amount": amount, "payment_method_details": {"card": card, "type": "card"}}
    return objects.save(call, KIND, charge, after)


def capture(call: Call, charge: Object, amount: int, *, final: bool = True) -> Object:
    """Take so much of what is still reserved. After the final capture the rest is released, which is no refund
    (recorded)."""
    part = record_balance_transaction(call, {**charge, "amount_captured": amount, "balance_transaction": None})
    after = {**part, "amount_captured": charge["amount_captured"] + amount, "captured": final}
    if charge["balance_transaction"] is not None:
        later = [*charge.get(LATER_TRANSACTIONS, ()), part["balance_transaction"]]
        after |= {"balance_transaction": charge["balance_transaction"], LATER_TRANSACTIONS: later}
    call.store.replace(KIND, after)
    return after


def can_be_captured_in_parts(charge: Object) -> bool:
    """Return whether a charge was made so that more than one capture can follow."""
    card = charge["payment_method_details"].get("card") or {}
    return bool((card.get("multicapture") or {}).get("status") == "available")
