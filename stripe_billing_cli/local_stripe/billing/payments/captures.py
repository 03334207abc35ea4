"""Captures of payments that were reserved: at once or in several parts, of as much as was reserved.

https://docs.stripe.com/payments/place-a-hold-on-a-payment-method, https://docs.stripe.com/payments/multicapture.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.payments import charges, disputes, payment_intents
from stripe_billing_cli.local_stripe.billing.payments.payment_intents import EXPIRE, KIND
from stripe_billing_cli.local_stripe.core import events, scheduler
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

CAPTURES = "_captures"
"""The field of an intent that counts the captures which were not the last."""
MOST_CAPTURES = 50


def is_partly_captured(intent: Object) -> bool:
    """Return whether a part of what was reserved has been taken, and more may be."""
    return bool(intent["status"] == "requires_capture" and intent["amount_received"] > 0)


def increment(call: Call, intent: Object, amount: int) -> Object:
    """Reserve more of the card's money: so much in all."""
    charges.increment(call, payment_intents.charge_of(call, intent), amount)
    after = {**intent, "amount": amount, "amount_capturable": amount - intent["amount_received"]}
    call.store.replace(KIND, after)
    events.record(call, "payment_intent.amount_capturable_updated", after, intent)
    return after


def capture(call: Call, intent: Object, amount: int, *, final: bool = True) -> Object:
    """Take so much of what is still reserved. The rest is left to the customer, or, if this capture is not the final
    one, stays reserved for those to come."""
    before = payment_intents.charge_of(call, intent)
    charge = charges.capture(call, charges.with_descriptor(call, before, intent), amount, final=final)
    after = {
        **intent,
        "amount_capturable": 0 if final else intent["amount_capturable"] - amount,
        "amount_received": intent["amount_received"] + amount,
        "status": "succeeded" if final else "requires_capture",
        **({} if final else {CAPTURES: intent.get(CAPTURES, 0) + 1}),
    }
    call.store.replace(KIND, after)
    _announce(call, intent, after, before, charge)
    if final:
        scheduler.put(call.store, EXPIRE, intent["id"], None, None)
        disputes.open_where_due(call, charge)
    return after


def _announce(call: Call, intent: Object, after: Object, before: Object, charge: Object) -> None:
    """Tell of a capture, and of that what is reserved has changed where there can be several
    (https://docs.stripe.com/payments/multicapture#webhooks)."""
    several = charges.can_be_captured_in_parts(charge)
    if several and charge != before:
        events.record(call, "charge.updated", charge, before)
    if charge["captured"]:
        events.record(call, "charge.captured", charge, before)
    if several:
        events.record(call, "payment_intent.amount_capturable_updated", after, intent)
    if charge["captured"]:
        events.record(call, "payment_intent.succeeded", after)


def expire(call: Call, id: str) -> None:
    """End an intent whose reserved money nobody captured within seven days: "Uncaptured PaymentIntents transition to
    canceled, while partially captured PaymentIntents transition to succeeded"."""
    intent = call.store.get(KIND, id)
    if intent is None or intent["status"] != "requires_capture":
        return
    if is_partly_captured(intent):
        capture(call, intent, 0)
    else:
        payment_intents.cancel(call, intent, "automatic", is_expired=True)
