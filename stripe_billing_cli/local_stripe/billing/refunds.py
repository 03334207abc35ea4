"""Refunds and charges (https://docs.stripe.com/api/refunds)."""

from __future__ import annotations

from decimal import Decimal

from stripe_billing_cli.local_stripe import amounts, events, identifiers
from stripe_billing_cli.local_stripe.billing import clocks
from stripe_billing_cli.local_stripe.calls import Call, Route
from stripe_billing_cli.local_stripe.errors import invalid, no_such
from stripe_billing_cli.local_stripe.lists import LIST_FIELDS, check_cursors, equal, json_field, page
from stripe_billing_cli.local_stripe.metadata import merged
from stripe_billing_cli.local_stripe.parameters import (
    EXPAND,
    Choice,
    Hash,
    Integer,
    Metadata,
    Text,
    optional,
    unsettable,
    unsupported,
)
from stripe_billing_cli.local_stripe.store import Object

REASONS = Choice(("duplicate", "fraudulent", "requested_by_customer"))
CREATE = Hash(
    {
        **optional(amount=Integer(1), charge=Text(), payment_intent=Text(), reason=REASONS),
        **unsettable(metadata=Metadata()),
        **unsupported("it has no cash balances", "currency customer instructions_email origin"),
        **unsupported("it has no connected accounts", "refund_application_fee reverse_transfer"),
        "expand": EXPAND,
    }
)
NULL = (
    "balance_transaction description failure_balance_transaction failure_reason instructions_email next_action "
    "pending_reason presentment_details receipt_number source_transfer_reversal transfer_reversal customer_account"
).split()


def create(call: Call) -> Object:
    """Money back to the card, at once."""
    charge = _charge(call)
    customer = call.store.get("customer", charge["customer"]) if charge["customer"] else None
    call = clocks.at_time_of(call, customer or {})
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = call.params.get("amount", left)
    if left == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount > left:
        wanted, most = (amounts.told(Decimal(each), charge["currency"]) for each in (amount, left))
        raise invalid(f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({most})", "amount")
    refund: Object = dict.fromkeys(NULL) | {
        "id": identifiers.long_id(call, "re"),
        "object": "refund",
        "amount": amount,
        "charge": charge["id"],
        "created": call.now,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "destination_details": {
            "card": {
                "reference": None,
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        "metadata": merged({}, call.params.get("metadata") or {}),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": call.params.get("reason"),
        "status": "succeeded",
    }
    call.store.insert("refund", refund)
    refunded = charge["amount_refunded"] + amount
    after = {**charge, "amount_refunded": refunded, "refunded": refunded == charge["amount_captured"]}
    call.store.replace("charge", after)
    events.record(call, "refund.created", refund)
    events.record(call, "charge.refunded", after, charge)
    return refund


def _charge(call: Call) -> Object:
    params = call.params
    if "charge" in params:
        charge = call.store.get("charge", params["charge"])
        if charge is None:
            raise no_such("charge", params["charge"], "charge")
    elif "payment_intent" in params:
        intent = call.store.get("payment_intent", params["payment_intent"])
        if intent is None:
            raise no_such("payment_intent", params["payment_intent"], "payment_intent")
        charge = call.store.get("charge", intent["latest_charge"] or "")
        if charge is None or intent["status"] != "succeeded":
            raise invalid(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.", "payment_intent"
            )
    else:
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
    if not charge["paid"]:
        raise invalid(f"Charge {charge['id']} has not been paid, and cannot be refunded.", "charge")
    return charge


def retrieve(call: Call) -> Object:
    refund = call.store.get("refund", call.id)
    if refund is None:
        raise no_such("refund", call.id, "refund", 404)
    return refund


def update(call: Call) -> Object:
    """Its metadata is all that can be changed."""
    before = retrieve(call)
    metadata = merged(before["metadata"], call.params.get("metadata", {}))
    after = {**before, "metadata": metadata}
    if after != before:
        call.store.replace("refund", after)
        events.record(call, "refund.updated", after, before)
    return after


def retrieve_charge(call: Call) -> Object:
    charge = call.store.get("charge", call.id)
    if charge is None:
        raise no_such("charge", call.id, "id", 404)
    return charge


def list_refunds(call: Call) -> Object:
    conditions = [
        *equal(json_field("charge"), call.params.get("charge")),
        *equal(json_field("payment_intent"), call.params.get("payment_intent")),
    ]
    return page(call, "refund", "/v1/refunds", conditions)


def list_charges(call: Call) -> Object:
    conditions = [
        *equal(json_field("customer"), call.params.get("customer")),
        *equal(json_field("payment_intent"), call.params.get("payment_intent")),
    ]
    return page(call, "charge", "/v1/charges", conditions)


UPDATE = Hash({**unsettable(metadata=Metadata()), "expand": EXPAND})
CHARGES = Hash(
    {
        **LIST_FIELDS,
        **optional(customer=Text(), payment_intent=Text()),
        **unsupported("it has no connected accounts", "transfer_group"),
    }
)
LIST = Hash({**LIST_FIELDS, **optional(charge=Text(), payment_intent=Text())})
RETRIEVE = Hash({"expand": EXPAND})
ROUTES = (
    Route("POST", "/v1/refunds", "refund", CREATE, create),
    Route("GET", "/v1/refunds", "refund", LIST, list_refunds, check_cursors, lists=True),
    Route("GET", "/v1/refunds/{id}", "refund", RETRIEVE, retrieve),
    Route("POST", "/v1/refunds/{id}", "refund", UPDATE, update),
    Route("GET", "/v1/charges", "charge", CHARGES, list_charges, check_cursors, lists=True),
    Route("GET", "/v1/charges/{id}", "charge", RETRIEVE, retrieve_charge),
)
