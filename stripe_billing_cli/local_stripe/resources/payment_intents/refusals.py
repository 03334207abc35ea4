"""Refusals of what may not be done to a payment intent in its state: confirmed, changed, captured or canceled.

Messages, codes and params as recorded of 2026-08-26.dahlia. Each refusal of what exists has the intent with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from stripe_billing_cli.local_stripe.billing.payments import (
    bank_transfers,
    captures,
    cash_balances,
    charges,
    installments,
    method_options,
    payment_method_types,
    payment_methods,
)
from stripe_billing_cli.local_stripe.billing.payments.intent_errors import USED_UP, refusal, unexpected_state
from stripe_billing_cli.local_stripe.core import amounts, descriptors, objects
from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "payment_intent"
STATE = "payment_intent_unexpected_state"
UPDATABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_reauthorization",
    "requires_confirmation",
    "requires_action",
    "expired",
    "processing",
)
AT_ONCE = ("customer_balance", "sepa_debit")
"""The types of payment methods that reserve nothing."""
MOST_INCREMENTS = 10
CAPTURED = "This PaymentIntent could not be captured because it has already been captured."
RELEASED = (
    "The remaining amount on this PaymentIntent could not be captured because the remainder of the authorized amount "
    "has been released."
)


def find(call: Call) -> Object:
    """Return the intent that the path names."""
    return objects.find(call, KIND, call.id, "intent", 404)


def check_types(types: Sequence[str] | None, param: str) -> None:
    """Raise for a type of payment method that Stripe does not know."""
    for type in types or ():
        if type not in payment_method_types.OFFERED_TYPES:
            raise payment_method_types.unknown_error(type, param, KIND)


def check_currency(types: Sequence[str], currency: str) -> None:
    """Raise where bank accounts are to be debited in another currency than theirs."""
    if "sepa_debit" in types and currency != "eur":
        raise invalid(
            f"The currency provided ({currency}) is invalid for the payment method type sepa_debit, which is in eur.",
            "currency",
            "payment_intent_invalid_parameter",
        )


def usable_method(call: Call, id: str | None, customer: Object | None, intent: Object | None) -> Object | None:
    """Return the payment method that is to pay. Raises where it is another customer's, or may not be used again."""
    if id is None:
        return None
    method = payment_methods.find(call, id, "payment_method")
    if customer is None and method["customer"] is not None:
        raise refusal(
            call,
            intent,
            f"The `payment_method` parameter supplied {method['id']} belongs to the Customer {method['customer']}. "
            "Please include the Customer in the `customer` parameter on the PaymentIntent.",
            "parameter_missing",
            "source",
        )
    if customer is not None and method["customer"] not in (None, customer["id"]):
        raise refusal(
            call,
            intent,
            f"The PaymentMethod {method['id']} does not belong to the Customer you supplied {customer['id']}. Please "
            "use this PaymentMethod with the Customer that it belongs to instead.",
            param="payment_method",
        )
    if payment_methods.is_used_up(method):
        raise refusal(call, intent, USED_UP, param="payment_method")
    return method


def check_type(call: Call, method: Object, types: Sequence[str], intent: Object | None) -> None:
    """Raise where the intent was not made for payment methods of that type, or the local Stripe cannot charge them."""
    if method["type"] not in types:
        raise refusal(
            call,
            intent,
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent. Please attach a "
            f"PaymentMethod of one of the following types: {', '.join(types)}.",
            param="payment_method",
        )
    if method["type"] not in payment_methods.OF_INTENTS:
        raise refusal(
            call,
            intent,
            f"The local Stripe does not have payments with payment methods of type `{method['type']}`.",
            param="payment_method",
        )


def check_transfer(call: Call, intent: Object) -> None:
    """Raise where nobody's cash balance can pay (the words are not recorded)."""
    if intent["customer"] is None:
        message = "Payments with customer_balance need a customer, whose cash balance pays."
        raise refusal(call, intent, message, "parameter_missing", "customer")
    cash_balances.check_currency(intent["currency"])
    check_captured_at_once(call, intent, bank_transfers.METHOD)


def check_captured_at_once(call: Call, intent: Object, type: str) -> None:
    """Raise where a payment is to be captured by hand that cannot be: "Manual capture support: No"
    (https://docs.stripe.com/payments/sepa-debit, https://docs.stripe.com/payments/bank-transfers; the words are not
    recorded)."""
    if type in AT_ONCE and method_options.captures_by_hand(intent, type):
        message = f"Payments with {type} are not captured by hand."
        raise refusal(call, intent, message, "payment_intent_invalid_parameter", "capture_method")


def check_descriptor(call: Call, intent: Object, method: Object) -> None:
    """Raise for a descriptor that a payment by card cannot have."""
    if intent["statement_descriptor"] is not None and method["type"] == "card":
        raise refusal(call, intent, descriptors.NOT_FOR_CARDS, param="statement_descriptor")


def check_plan(call: Call, intent: Object) -> None:
    """Raise for a plan of installments that is not there for this payment (the words are not recorded)."""
    plan = installments.chosen_plan(intent)
    if plan is not None and not installments.is_offered(intent, plan):
        message = "The selected installment plan is not available for this payment."
        raise refusal(call, intent, message, param=installments.PARAM)


def check_fundable(call: Call, intent: Object) -> None:
    """Raise where a cash balance cannot be applied to a payment (the words are not recorded)."""
    if intent["status"] not in UPDATABLE:
        raise unexpected_state(call, intent, "apply the customer balance to")
    types = intent["payment_method_types"]
    if bank_transfers.METHOD not in types:
        message = f"customer_balance is not among the payment method types of this PaymentIntent: {', '.join(types)}."
        raise refusal(call, intent, message)
    check_transfer(call, intent)
    currency = call.params.get("currency", intent["currency"])
    if currency != intent["currency"]:
        raise refusal(
            call, intent, f"The PaymentIntent is in {intent['currency']}, not in {currency}.", param="currency"
        )


def check_funds(call: Call, intent: Object, amount: int, there: int) -> None:
    """Raise for more than is left to be paid, and for more than the cash balance has (the words are not recorded)."""
    if amount > bank_transfers.remaining_amount(intent):
        raise refusal(call, intent, "The amount is greater than what is left to be paid.", param="amount")
    if amount > there or amount == 0:
        text = amounts.format_signed(there, intent["currency"])
        message = f"The customer's cash balance has insufficient funds: {text} is available."
        raise refusal(call, intent, message, "insufficient_funds")


def nothing_to_confirm(call: Call, intent: Object) -> ApiError:
    message = "You cannot confirm this PaymentIntent because it's missing a payment method."
    if intent["customer"]:
        message += (
            f" To confirm the PaymentIntent with {intent['customer']}, specify a payment method attached to this "
            "customer along with the customer ID."
        )
    else:
        message += (
            " You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it "
            "again directly with a payment method or ConfirmationToken."
        )
    return refusal(call, intent, message, STATE)


def check_confirmable(call: Call, intent: Object) -> None:
    """Raise where there is nothing left to confirm (not recorded: the words are those of public threads)."""
    status = intent["status"]
    if status == "succeeded":
        message = (
            "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
        )
        raise refusal(call, intent, message, STATE)
    if "payment_method" in call.params:
        check_updatable(call, intent, "payment_method")
    if status not in UPDATABLE:
        raise refusal(
            call,
            intent,
            f"You cannot confirm this PaymentIntent because it has a status of {status}. Only a PaymentIntent with one "
            "of the following statuses may be confirmed: requires_confirmation, requires_action.",
            STATE,
        )


def check_updatable(call: Call, intent: Object, field: str) -> None:
    """Raise where a field that says what is paid, and how, cannot change any more."""
    if intent["status"] not in UPDATABLE:
        raise refusal(
            call,
            intent,
            f"This PaymentIntent's {field} could not be updated because it has a status of {intent['status']}. You may "
            f"only update the {field} of a PaymentIntent with one of the following statuses: {', '.join(UPDATABLE)}.",
            STATE,
            field,
        )


def check_cancelable(call: Call, intent: Object) -> None:
    if intent["status"] not in CANCELABLE:
        raise refusal(
            call,
            intent,
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent "
            f"with one of the following statuses may be canceled: {', '.join(CANCELABLE)}.",
            STATE,
        )
    if captures.is_partly_captured(intent):
        raise refusal(
            call,
            intent,
            "You cannot cancel this PaymentIntent because a part of it has been captured already. A final capture of 0 "
            "releases what is still reserved.",
            STATE,
        )


def check_capturable(call: Call, intent: Object) -> None:
    status = intent["status"]
    if status == "succeeded":
        raise refusal(call, intent, CAPTURED if intent["amount_received"] >= intent["amount"] else RELEASED, STATE)
    if status != "requires_capture":
        raise refusal(
            call,
            intent,
            f"This PaymentIntent could not be captured because it has a status of {status}. Only a PaymentIntent with "
            "one of the following statuses may be captured: requires_capture.",
            STATE,
        )


def check_capturable_in_parts(call: Call, intent: Object, final: bool) -> None:
    """Raise where a capture is to be followed by others, and cannot be (the words are not recorded: the rules are those
    of https://docs.stripe.com/payments/multicapture)."""
    if final:
        return
    charge = objects.get_known(call, "charge", intent["latest_charge"])
    if not charges.can_be_captured_in_parts(charge):
        message = "You may only set `final_capture` to false when multicapture is available for this PaymentIntent."
        raise refusal(call, intent, message, param="final_capture")
    if intent.get(captures.CAPTURES, 0) >= captures.MOST_CAPTURES:
        message = f"This PaymentIntent was captured {captures.MOST_CAPTURES} times: the next capture must be the final."
        raise refusal(call, intent, message, param="final_capture")


def check_incrementable(call: Call, intent: Object, charge: Object | None) -> None:
    """Raise where no more can be reserved, and for an amount that is not more (not recorded: the rules are those of
    https://docs.stripe.com/api/payment_intents/increment_authorization)."""
    if intent["status"] != "requires_capture" or charge is None:
        raise refusal(
            call,
            intent,
            f"This PaymentIntent's authorization could not be incremented because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be incremented: "
            "requires_capture.",
            STATE,
        )
    if charge["payment_method_details"]["card"]["incremental_authorization"]["status"] != "available":
        raise refusal(call, intent, "This PaymentIntent is not eligible for incremental authorization.")
    if intent.get("_increments", 0) >= MOST_INCREMENTS:
        raise refusal(call, intent, f"This PaymentIntent was incremented {MOST_INCREMENTS} times, which is the most.")
    if call.params["amount"] <= intent["amount"]:
        message = "The amount must be greater than the currently authorized amount."
        raise refusal(call, intent, message, param="amount")


def captured_amount(call: Call, intent: Object, requested_amount: int | None) -> int:
    """Return how much is to be captured. Raises for none, and for more than was reserved."""
    amount: int = intent["amount_capturable"] if requested_amount is None else requested_amount
    if amount < 0:
        raise refusal(call, intent, "Invalid non-negative integer", param="amount_to_capture")
    if amount == 0 and not (captures.is_partly_captured(intent) and call.params.get("final_capture", True)):
        message = "This value must be greater than or equal to 1."
        raise refusal(call, intent, message, "parameter_invalid_integer", "amount")
    if amount > intent["amount_capturable"]:
        raise refusal(
            call,
            intent,
            "The payment could not be captured because the requested capture amount is greater than the amount you can "
            "capture for this charge. Contact us via https://support.stripe.com/contact/ for help.",
            "amount_too_large",
        )
    return amount
