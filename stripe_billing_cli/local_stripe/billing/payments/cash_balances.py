"""Cash balances: money that a customer has sent by bank transfer, and that no payment has taken yet.

https://docs.stripe.com/payments/customer-balance. Fields after `stripe/_cash_balance.py` and
`stripe/_customer_cash_balance_transaction.py`. Nothing pays from them here, so all of it stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_billing_cli.local_stripe.core import events, identifiers
from stripe_billing_cli.local_stripe.core.errors import invalid
from stripe_billing_cli.local_stripe.core.requests import Call
from stripe_billing_cli.local_stripe.core.store import Object

KIND = "cash_balance"
TRANSACTION = "customer_cash_balance_transaction"
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


def of(customer: Object) -> Object:
    """Return the cash balance of a customer, who may have none."""
    return customer.get(PRIVATE) or {
        "object": KIND,
        "available": None,
        "customer": customer["id"],
        "customer_account": None,
        "livemode": False,
        "settings": {"reconciliation_mode": "automatic", "using_merchant_default": True},
    }


def with_settings(customer: Object, wanted: Mapping[str, Any]) -> Object:
    """Return the cash balance of a customer after a call that says something of its settings."""
    mode = wanted.get("settings", {}).get("reconciliation_mode")
    if mode is None:
        return of(customer)
    by_merchant = mode == "merchant_default"
    settings = {"reconciliation_mode": "automatic" if by_merchant else mode, "using_merchant_default": by_merchant}
    return {**of(customer), "settings": settings}


def fund(call: Call, customer: Object, amount: int, currency: str, reference: str | None) -> Object:
    """Return the transaction by which a transfer has reached the customer's balance."""
    if currency not in SENDERS:
        known = ", ".join(SENDERS)
        raise invalid(f"Bank transfers in {currency} are not supported: they are in {known}.", "currency")
    before = of(customer)
    held = before["available"] or {}
    after = {**before, "available": {**held, currency: held.get(currency, 0) + amount}}
    call.store.replace("customer", {**customer, PRIVATE: after})
    type, sender = SENDERS[currency]
    transfer = {**({type: dict(sender)} if sender else {}), "reference": reference, "type": type}
    transaction = {
        "id": identifiers.long_id(call, "ccsbtxn"),
        "object": TRANSACTION,
        "created": call.now,
        "currency": currency,
        "customer": customer["id"],
        "customer_account": None,
        "ending_balance": after["available"][currency],
        "funded": {"bank_transfer": transfer},
        "livemode": False,
        "net_amount": amount,
        "type": "funded",
    }
    call.store.insert(TRANSACTION, transaction)
    events.record(call, f"{TRANSACTION}.created", transaction)
    events.record(call, f"{KIND}.funds_available", after)
    return transaction
