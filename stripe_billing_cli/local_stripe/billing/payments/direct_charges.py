"""Charges that no payment intent makes: of a customer's card that is a source, or of a card's token
(https://docs.stripe.com/payments/charges-api).

Nobody is there to pass 3-D Secure: a card that wants it is declined
(https://docs.stripe.com/payments/payment-intents/migration).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.billing.payments import (
    charges,
    disputes,
    payment_intents,
    payment_methods,
    releases,
)
from stripe_billing_cli.local_stripe.billing.payments.cards import UNAUTHENTICATED, Decline
from stripe_billing_cli.local_stripe.core import events, scheduler
from stripe_billing_cli.local_stripe.core.cards_as_sources import as_card
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid
from stripe_billing_cli.local_stripe.core.metadata import new_metadata
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

EXPIRE = "charge.expire"
TEXTS = ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix", "transfer_group")


def create(call: Call, customer: Object | None, method: Object) -> Object:
    """Return the charge of a card, stored. Raises the card error where the bank refuses; the failed charge stays."""
    payment = _payment(call.params, customer)
    decline = _decline(method)
    charge = charges.create(call, payment, payment_methods.check_by_bank(call, method), decline)
    charge = {**charge, "source": as_card(method)}
    call.store.replace(charges.KIND, charge)
    if decline is not None:
        events.record(call, "charge.failed", charge)
        raise _card_error(charge, decline).keep_effects()
    if not charge["captured"]:
        clock = (customer or {}).get("test_clock")
        scheduler.put(call.store, EXPIRE, charge["id"], call.now + charges.AUTHORIZED_SECONDS, clock)
        events.record(call, "charge.succeeded", charge)
        return charge
    charge = charges.record_balance_transaction(call, charge)
    events.record(call, "charge.succeeded", charge)
    disputes.open_where_due(call, charge)
    return charge


def _payment(params: Mapping[str, Any], customer: Object | None) -> Object:
    """Return what a payment intent would say of this payment."""
    return {
        "id": None,
        "amount": params["amount"],
        "capture_method": "automatic" if params.get("capture", True) else "manual",
        "currency": params["currency"],
        "customer": customer and customer["id"],
        "metadata": new_metadata(params),
        "payment_method_options": None,
        "shipping": payment_intents.shipping_of(params["shipping"]) if "shipping" in params else None,
        **{name: params.get(name) for name in TEXTS},
    }


def _decline(method: Object) -> Decline | None:
    card = payment_methods.card_of(method)
    if card.authenticates_payment(off_session=True, set_up=method.get("_set_up", False), is_requested=False):
        return UNAUTHENTICATED
    return payment_methods.payment_decline(method)


def _card_error(charge: Object, decline: Decline) -> ApiError:
    error = decline.error()
    besides = ("advice_code", "network_advice_code", "network_decline_code")
    return ApiError(
        402,
        decline.message,
        decline.code,
        decline.param,
        type="card_error",
        decline_code=decline.decline_code,
        objects={"charge": charge["id"], **{name: error[name] for name in besides if name in error}},
    )


def capture(call: Call, charge: Object, params: Mapping[str, Any]) -> Object:
    """Take all of what was reserved, or `amount` of it, and leave the rest to the customer."""
    amount = params.get("amount", charge["amount"])
    if charge["refunded"]:
        raise invalid(
            "The charge cannot be captured as the authorization has expired or was released.",
            code="charge_expired_for_capture",
        )
    if amount > charge["amount"]:
        raise invalid("You cannot capture a charge for an amount greater than it already has.", "amount")
    before_capture = {**charge, **{name: params[name] for name in TEXTS if name in params}}
    after = charges.capture(call, charges.with_descriptor(call, before_capture, before_capture), amount)
    scheduler.put(call.store, EXPIRE, charge["id"], None, None)
    events.record(call, "charge.captured", after, charge)
    disputes.open_where_due(call, after)
    return after


def release(call: Call, charge: Object, params: Mapping[str, Any]) -> Object:
    """Return the refund that leaves to the customer what was reserved, with what a call says of it."""
    scheduler.put(call.store, EXPIRE, charge["id"], None, None)
    return releases.release(call, charge, params)


def expire(call: Call, id: str) -> None:
    """Release what nobody captured within seven days."""
    charge = call.store.get(charges.KIND, id)
    if charge is not None and not charge["captured"] and not charge["refunded"]:
        releases.expire(call, charge)
