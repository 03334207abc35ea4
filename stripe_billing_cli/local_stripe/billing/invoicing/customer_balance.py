"""A customer's balance and the transactions that make it up (https://docs.stripe.com/billing/customer/balance).

Amounts are in minor units; a credit is negative, and comes off the next invoice. Fields after
`stripe/_customer_balance_transaction.py`.
"""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.core import events, identifiers, shapes
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "customer_balance_transaction"
OTHERS = "_other_balances"
"""The balances in other currencies than the customer's own, by currency, of which an invoice takes up that of its own
currency alone (https://docs.stripe.com/invoicing/multi-currency-customers)."""


def balance_in(customer: Object, currency: str) -> int:
    """Return the customer's balance in a currency."""
    if customer["currency"] in (None, currency):
        return int(customer["balance"])
    return int(customer.get(OTHERS, {}).get(currency, 0))


def with_balance(customer: Object, currency: str, balance: int) -> Object:
    """Return the customer with another balance in a currency, which becomes the customer's own where there is none."""
    if customer["currency"] in (None, currency):
        return {**customer, "balance": balance, "currency": currency}
    return {**customer, OTHERS: {**customer.get(OTHERS, {}), currency: balance}}


def with_own_currency(call: Call, customer: Object) -> Object:
    """Return the customer with the account's currency, where there is a balance and no currency yet (recorded)."""
    if not customer["balance"] or customer["currency"] is not None:
        return customer
    return {**customer, "currency": call.account["default_currency"]}


def with_currency(customer: Object, currency: str) -> Object:
    """Return the customer with another currency as the own one, and the balance that there is in it."""
    own = customer["currency"]
    others = {**customer.get(OTHERS, {}), **({} if own is None else {own: customer["balance"]})}
    balance = customer["balance"] if own is None else others.get(currency, 0)
    return {**customer, "balance": balance, "currency": currency, OTHERS: others}


def record(call: Call, customer: Object, amount: int, type: str, currency: str | None = None, **rest: Any) -> Object:
    """Write down that the balance of `customer`, as it is now, has changed by `amount`.

    `currency`: the customer's own where none is named, else the account's.
    """
    currency = currency or customer["currency"] or call.account["default_currency"]
    transaction = {
        **shapes.blank("customer_balance_transaction"),
        "id": identifiers.long_id(call, "cbtxn"),
        "object": KIND,
        "amount": amount,
        "created": call.now,
        "currency": currency,
        "customer": customer["id"],
        "ending_balance": balance_in(customer, currency),
        "metadata": {},
        "type": type,
        **rest,
    }
    call.store.insert(KIND, transaction)
    return transaction


def change(call: Call, customer: Object, amount: int, type: str, invoice: Object) -> None:
    """Add an amount to the balance of a customer because of an invoice."""
    after = with_balance(customer, invoice["currency"], balance_in(customer, invoice["currency"]) + amount)
    call.store.replace("customer", after)
    record(call, after, amount, type, currency=invoice["currency"], invoice=invoice["id"])
    events.record(call, "customer.updated", after, customer)


def record_invoice(call: Call, customer: Object, invoice: Object) -> None:
    """Write down what an invoice that was just finalized took from the balance of `customer`, or added to it.

    What is too little to be charged is added by a transaction of its own.
    """
    carry = max(0, invoice["total"] + invoice["starting_balance"]) - invoice["amount_due"]
    applied_amount = invoice["ending_balance"] - carry - invoice["starting_balance"]
    about = {"currency": invoice["currency"], "invoice": invoice["id"]}
    if applied_amount:
        before_carrying = with_balance(customer, invoice["currency"], invoice["ending_balance"] - carry)
        record(call, before_carrying, applied_amount, "applied_to_invoice", **about)
    if carry:
        record(call, customer, carry, "invoice_too_small", **about)


def balance_used_by(invoice: Object) -> int:
    """Return what an invoice that is final added to the balance of its customer: a debt less, or a credit used up."""
    return int((invoice["ending_balance"] or 0) - invoice["starting_balance"])
