"""Debits of bank accounts by SEPA: what comes of Stripe's test accounts (https://docs.stripe.com/testing#sepa-direct-debit).

Those of some countries are here; a debit of any other account succeeds. Accounts over their weekly limit of
transactions are not: `charge_exceeds_weekly_limit` is no code that an intent's error has (`stripe/_payment_intent.py`).
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core.store import Object

SUCCESS_IBANS = (
    "AT611904300234573201 BE62510007547061 DE89370400440532013000 FR1420041010050500013M02606 "
    "IE29AIBK93115212345678 NL39RABO0300065264"
).split()
DELAYED_SUCCESS_IBANS = (
    "AT321904300235473204 BE78510007547064 DE08370400440532013003 FR3020041010050500013M02609 IE24AIBK93115212345671"
).split()
FAILURE_IBANS = (
    "AT861904300235473202 BE68539007547034 DE62370400440532013001 ES9121000418450200051332 FR8420041010050500013M02607 "
    "IE02AIBK93115212345679 IT60X0542811101000000123456 NL91ABNA0417164300"
).split()
DELAYED_FAILURE_IBANS = (
    "AT051904300235473205 BE51510007547065 DE78370400440532013004 FR7920041010050500013M02600 IE94AIBK93115212345672"
).split()
SOURCE_LIMIT_IBANS = (
    "AT981904300000343434 BE90510000343434 DE65370400440000343434 FR9720041010050000000343434 IE10AIBK93115200343434"
).split()
INSUFFICIENT_FUNDS_IBANS = (
    "AT981904300002222227 BE90510002222227 DE65370400440002222227 FR9720041010050000002222227 IE10AIBK93115202222227"
).split()
DELAYED_SECONDS = 180
"""After how long the banks of some accounts answer: "after at least three minutes"."""
FOR_PAGES = ("DE89370400440532013000", "DE62370400440532013001")
"""A good account and an empty one, for a page to choose from."""


def _error(code: str, message: str) -> Object:
    return {"code": code, "message": message, "type": "card_error"}


NO_FUNDS = _error("insufficient_funds", "The customer's account has insufficient funds to cover this payment.")
_ERRORS = (
    (FAILURE_IBANS, NO_FUNDS),
    (DELAYED_FAILURE_IBANS, NO_FUNDS),
    (INSUFFICIENT_FUNDS_IBANS, NO_FUNDS),
    (
        SOURCE_LIMIT_IBANS,
        _error("charge_exceeds_source_limit", "The amount exceeds the weekly payment volume limit of the account."),
    ),
)
ERRORS = {iban: error for ibans, error in _ERRORS for iban in ibans}
"""Why the debits of accounts fail. The last two codes are documented; that of the others, and the texts, are not."""
DELAYED_IBANS = frozenset((*DELAYED_SUCCESS_IBANS, *DELAYED_FAILURE_IBANS))
_NAMES = {
    "success": SUCCESS_IBANS,
    "successDelayed": DELAYED_SUCCESS_IBANS,
    "failed": FAILURE_IBANS,
    "failedDelayed": DELAYED_FAILURE_IBANS,
    "exceedsWeeklyVolumeLimit": SOURCE_LIMIT_IBANS,
    "insufficientFunds": INSUFFICIENT_FUNDS_IBANS,
}
BY_ID = {f"pm_sepaDebit_{name}_{iban[:2].lower()}": iban for name, ibans in _NAMES.items() for iban in ibans}
"""The accounts by the ids that make a payment method of them, as `pm_card_visa` does of a card."""
