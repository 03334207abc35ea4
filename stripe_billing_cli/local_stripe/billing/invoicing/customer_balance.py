"""A customer's balance and the transactions that make it up (https://docs.stripe.com/billing/customer/balance).

Amounts are in minor units; a credit is negative, and comes off the next invoice. Fields after
`stripe/_customer_balance_transaction.py`.
"""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.core import clocks, events, identifiers
from stripe_billing_cli.local_stripe.core.errors import invalid, no_such
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS, equal, json_field, naming, page
from stripe_billing_cli.local_stripe.core.metadata import merged
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    Currency,
    Integer,
    Metadata,
    ObjectParam,
    Text,
    optional,
    required,
    unsettable,
)
from stripe_billing_cli.local_stripe.core.requests import Call, Route
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "customer_balance_transaction"
PATH = "/v1/customers/{id}/balance_transactions"
CREATE = ObjectParam(
    {
        **required(amount=Integer(), currency=Currency()),
        **optional(description=Text(350)),
        **unsettable(metadata=Metadata()),
        "expand": EXPAND,
    }
)
UPDATE = ObjectParam({**optional(description=Text(350)), **unsettable(metadata=Metadata()), "expand": EXPAND})
LIST = ObjectParam({**LIST_FIELDS, **optional(invoice=Text())})


def record(call: Call, customer: Object, amount: int, type: str, currency: str | None = None, **rest: Any) -> Object:
    """Write down that the balance of `customer`, as it is now, has changed by `amount`.

    `currency`: the customer's own where none is named, else the account's.
    """
    transaction = {
        "id": identifiers.long_id(call, "cbtxn"),
        "object": KIND,
        "amount": amount,
        "checkout_session": None,
        "created": call.now,
        "credit_note": None,
        "currency": currency or customer["currency"] or call.account["default_currency"],
        "customer": customer["id"],
        "customer_account": None,
        "description": None,
        "ending_balance": customer["balance"],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "type": type,
        **rest,
    }
    call.store.insert(KIND, transaction)
    return transaction


def record_invoice(call: Call, customer: Object, invoice: Object) -> None:
    """Write down what an invoice that was just finalized took from the balance of `customer`, or added to it.

    What is too little to be charged is added by a transaction of its own.
    """
    carried = max(0, invoice["total"] + invoice["starting_balance"]) - invoice["amount_due"]
    applied = invoice["ending_balance"] - carried - invoice["starting_balance"]
    about = {"currency": invoice["currency"], "invoice": invoice["id"]}
    if applied:
        before_carrying = {**customer, "balance": customer["balance"] - carried}
        record(call, before_carrying, applied, "applied_to_invoice", **about)
    if carried:
        record(call, customer, carried, "invoice_too_small", **about)


def create(call: Call) -> Object:
    """A credit or a debit by hand. A customer without a currency gets the transaction's."""
    before = _customer(call)
    call = clocks.at_time_of(call, before)
    params = call.params
    currency = params["currency"]
    if before["currency"] not in (None, currency):
        raise invalid(
            f"The customer's currency is {before['currency']}; a balance transaction in {currency} cannot be added to "
            "the customer's balance.",
            "currency",
        )
    after = {**before, "balance": before["balance"] + params["amount"], "currency": currency}
    transaction = record(
        call,
        after,
        params["amount"],
        "adjustment",
        currency,
        description=params.get("description"),
        metadata=merged({}, params.get("metadata") or {}),
    )
    if after != before:
        call.store.replace("customer", after)
        events.record(call, "customer.updated", after, before)
    return transaction


def retrieve(call: Call) -> Object:
    customer = _customer(call)
    found = call.store.get(KIND, call.second_id)
    if found is None or found["customer"] != customer["id"]:
        raise no_such("customer balance transaction", call.second_id, "transaction", 404)
    return found


def update(call: Call) -> Object:
    before = retrieve(call)
    params = call.params
    after = {**before, "description": params.get("description", before["description"])}
    if "metadata" in params:
        after["metadata"] = {} if params["metadata"] is None else merged(before["metadata"], params["metadata"])
    call.store.replace(KIND, after)
    return after


def list_transactions(call: Call) -> Object:
    customer = _customer(call)["id"]
    conditions = [
        *equal(json_field("customer"), customer),
        *naming(call, "invoice"),
    ]
    return page(call, KIND, PATH.format(id=customer), conditions)


def _customer(call: Call) -> Object:
    found = call.store.get("customer", call.id)
    if found is None or found.get("deleted"):
        raise no_such("customer", call.id, "id", 404)
    return found


ROUTES = (
    Route("POST", PATH, KIND, CREATE, create),
    Route("GET", PATH, KIND, LIST, list_transactions, lists=True),
    Route("GET", f"{PATH}/{{id}}", KIND, ObjectParam({"expand": EXPAND}), retrieve),
    Route("POST", f"{PATH}/{{id}}", KIND, UPDATE, update),
)
