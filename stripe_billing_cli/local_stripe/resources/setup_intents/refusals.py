"""Refusals of what may not be done to a setup intent in its state: confirmed, changed or canceled.

Messages, codes and params as recorded of 2026-08-26.dahlia. Each refusal of what exists has the intent with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.local_stripe.billing.payments import payment_method_types, payment_methods
from stripe_billing_cli.local_stripe.billing.payments.intent_errors import USED_UP, refusal
from stripe_billing_cli.local_stripe.core import objects
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "setup_intent"
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
STATE = "setup_intent_unexpected_state"


def find(call: Call) -> Object:
    """Return the intent that the path names."""
    return objects.find(call, KIND, call.id, "intent", 404, noun="setupintent")


def check_secret(call: Call, setup: Object) -> None:
    """Raise where a client secret is not the intent's own."""
    if call.params.get("client_secret", setup["client_secret"]) != setup["client_secret"]:
        raise invalid("The client_secret provided does not match the client_secret associated with the SetupIntent.")


def check_types(types: Sequence[str] | None, param: str) -> None:
    """Raise for a type of payment method that Stripe does not know, or that is not kept for later."""
    for type in types or ():
        if type not in payment_method_types.OFFERED_TYPES - payment_method_types.FOR_ONE_PAYMENT:
            raise payment_method_types.unknown_error(type, param, KIND)


def usable_method(call: Call, id: str | None, customer: str | None, setup: Object | None) -> Object | None:
    """Return the payment method to be set up. Raises where it is another customer's, of another type, or used up."""
    if id is None:
        return None
    method = payment_methods.find(call, id, "payment_method")
    owner = method["customer"]
    if owner is not None and customer is None:
        raise refusal(
            call,
            setup,
            f"The payment method supplied ({method['id']}) belongs to the Customer {owner}. Please include the "
            "Customer in the `customer` parameter on the SetupIntent.",
            param="payment_method",
        )
    if owner not in (None, customer):
        raise refusal(
            call,
            setup,
            f"The PaymentMethod {method['id']} does not belong to the Customer you supplied {customer}. Please use "
            "this PaymentMethod with the Customer that it belongs to instead.",
            param="payment_method",
        )
    if payment_methods.is_used_up(method):
        raise refusal(call, setup, USED_UP, param="payment_method")
    return method


def check_type(call: Call, method: Object, types: Sequence[str], setup: Object | None) -> None:
    """Raise where the payment method is of a type that the intent does not set up."""
    type = method["type"]
    if type in types and type not in payment_methods.CHARGEABLE:
        message = f"The local Stripe does not set up payment methods of type `{type}`."
        raise refusal(call, setup, message, param="payment_method")
    if type not in types:
        raise refusal(
            call,
            setup,
            f"The PaymentMethod provided ({type}) is not allowed for this SetupIntent. Please attach a PaymentMethod "
            f"of one of the following types: {', '.join(types)}. Alternatively, update the allowed "
            f'payment_method_types for this SetupIntent to include "{type}"',
            param="payment_method",
        )


def check_confirmable(call: Call, setup: Object, method: str | None) -> None:
    _check_not_ended(call, setup, "confirm")
    if method is None:
        raise refusal(
            call,
            setup,
            "You cannot confirm this SetupIntent because it's missing a payment method. You can either update the "
            "SetupIntent with a payment method and then confirm it again, or confirm it again directly with a payment "
            "method or ConfirmationToken.",
            STATE,
        )


def check_updatable(call: Call, setup: Object) -> None:
    if call.params.keys() - {"description", "expand", "metadata"}:
        _check_not_ended(call, setup, "update")


def _check_not_ended(call: Call, setup: Object, action: str) -> None:
    reasons = {"succeeded": "it has already succeeded", "canceled": "it has been canceled"}
    if setup["status"] in reasons:
        why = reasons[setup["status"]]
        raise refusal(call, setup, f"You cannot {action} this SetupIntent because {why}.", STATE)


def check_cancelable(call: Call, setup: Object) -> None:
    if setup["status"] == "canceled":
        raise refusal(call, setup, "You cannot cancel this SetupIntent because it is already canceled.", STATE)
    if setup["status"] not in OPEN:
        raise refusal(
            call,
            setup,
            f"You cannot cancel this SetupIntent because it has a status of {setup['status']}. Only a SetupIntent with "
            "one of the following statuses may be canceled: `requires_payment_method`, `requires_confirmation`, or "
            "`requires_action`.",
            STATE,
        )
