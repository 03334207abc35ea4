"""Debits of bank accounts by SEPA: what comes of Stripe's test accounts (https://docs.stripe.com/testing#sepa-direct-debit)."""

from __future__ import annotations

WITHOUT_FUNDS = frozenset(
    (
        "AT861904300235473202 BE68539007547034 DE62370400440532013001 ES9121000418450200051332 "
        "FR8420041010050500013M02607 IT60X0542811101000000123456 NL91ABNA0417164300"
    ).split()
)
"""Accounts whose debit fails; that of any other succeeds."""
FOR_PAGES = ("DE89370400440532013000", "DE62370400440532013001")
"""A good account and an empty one, for a page to choose from."""
NO_FUNDS = {
    "code": "insufficient_funds",
    "message": "The customer's account has insufficient funds to cover this payment.",
    "type": "card_error",
}
