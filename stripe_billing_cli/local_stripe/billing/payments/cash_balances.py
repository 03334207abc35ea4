"""Cash balances: money that a customer has sent by bank transfer, and that no payment has taken yet.

https://docs.stripe.com/payments/customer-balance. Fields after `stripe/_cash_balance.py` and
`stripe/_customer_cash_balance_transaction.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.core import events, identifiers, objects, scheduler
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "cash_balance"
TRANSACTION = "customer_cash_balance_transaction"
RECONCILE = "cash_balance.reconcile"
PRIVATE = "_cash_balance"
"""The field of a customer that has its cash balance."""
SENDERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "eur": ("eu_bank_transfer", {"bic": None, "iban_last4": None, "sender_name": None}),
    "gbp": ("gb_bank_transfer", {"account_number_last4": None, "sender_name": None, "sort_code": None}),
    "jpy": ("jp_bank_transfer", {"sender_bank": None, "sender_branch": None, "sender_name": None}),
    "mxn": ("mx_bank_transfer", {}),
    "usd": ("us_bank_transfer", {"network": "ach", "sender_name": None}),
}
"""By the currency: the type of transfer, and what is known of who has sent it."""


def balance_of(customer: Object) -> Object:
    """Return the cash balance of a customer, who may have none."""
    return customer.get(PRIVATE) or {
        "object": KIND,
        "available": None,
        "customer": customer["id"],
        "settings": {"reconciliation_mode": "automatic", "using_merchant_default": True},
    }


def with_settings(customer: Object, params: Mapping[str, Any]) -> Object:
    """Return the cash balance of a customer after a call that says something of its settings."""
    mode = params.get("settings", {}).get("reconciliation_mode")
    if mode is None:
        return balance_of(customer)
    by_merchant = mode == "merchant_default"
    settings = {"reconciliation_mode": "automatic" if by_merchant else mode, "using_merchant_default": by_merchant}
    return {**balance_of(customer), "settings": settings}


def available(customer: Object, currency: str) -> int:
    """Return what a customer's cash balance has in a currency."""
    return int((balance_of(customer)["available"] or {}).get(currency, 0))


def is_automatic(customer: Object) -> bool:
    """Return whether money is applied by itself to what waits for it."""
    return bool(balance_of(customer)["settings"]["reconciliation_mode"] == "automatic")


def check_currency(currency: str) -> None:
    """Raise for a currency in which nobody can transfer money."""
    if currency not in SENDERS:
        currencies = ", ".join(SENDERS)
        raise invalid(f"Bank transfers in {currency} are not supported: they are in {currencies}.", "currency")


def fund(call: Call, customer: Object, amount: int, currency: str, reference: str | None) -> Object:
    """Return the transaction by which a transfer has reached the customer's balance."""
    check_currency(currency)
    type, sender = SENDERS[currency]
    transfer = {**({type: dict(sender)} if sender else {}), "reference": reference, "type": type}
    return _move(call, customer["id"], currency, amount, "funded", {"bank_transfer": transfer})


def apply(call: Call, intent: Object, amount: int) -> None:
    """Take money off a balance for a payment intent."""
    about = {"payment_intent": intent["id"]}
    _move(call, intent["customer"], intent["currency"], -amount, "applied_to_payment", about)


def give_back(call: Call, intent: Object, amount: int) -> None:
    """Return to a balance what a payment intent had of it, and reconcile it anew moments later."""
    about = {"payment_intent": intent["id"]}
    _move(call, intent["customer"], intent["currency"], amount, "unapplied_from_payment", about)
    reconcile_soon(call, intent["customer"])


def start_return(call: Call, customer: str, currency: str, amount: int) -> None:
    """Take money off a balance that goes back to the customer's bank account."""
    _move(call, customer, currency, -amount, "return_initiated", None)


def cancel_return(call: Call, customer: str, currency: str, amount: int) -> None:
    """Put money back into a balance, of which nobody has said to which bank account it is to go."""
    _move(call, customer, currency, amount, "return_canceled", None)


def reconcile_soon(call: Call, customer: str) -> None:
    """Have a customer's balance applied to what waits for it, moments after this call has been answered."""
    scheduler.put_soon(call.store, RECONCILE, customer, call.real_now)


def announce_rest(call: Call, customer: Object) -> None:
    """Tell that a balance has money: "Occurs whenever there is a positive remaining cash balance after Stripe
    automatically reconciles new funds into the cash balance. If you enabled manual reconciliation, this webhook will
    fire whenever there are new funds into the cash balance." (https://docs.stripe.com/api/events/types)."""
    events.record(call, f"{KIND}.funds_available", balance_of(customer))


def _move(call: Call, customer_id: str, currency: str, net: int, type: str, about: Mapping[str, Any] | None) -> Object:
    """Return the transaction by which a balance changed; `about`: what it says besides, if it says anything."""
    customer = objects.get_known(call, "customer", customer_id)
    before = balance_of(customer)
    amounts = before["available"] or {}
    after = {**before, "available": {**amounts, currency: amounts.get(currency, 0) + net}}
    call.store.replace("customer", {**customer, PRIVATE: after})
    transaction = {
        "id": identifiers.long_id(call, "ccsbtxn"),
        "object": TRANSACTION,
        **({} if about is None else {type: about}),
        "created": call.now,
        "currency": currency,
        "customer": customer_id,
        "ending_balance": after["available"][currency],
        "net_amount": net,
        "type": type,
    }
    call.store.insert(TRANSACTION, transaction)
    events.record(call, f"{TRANSACTION}.created", transaction)
    return transaction
