"""The account: one, made with the file, with the fields that Stripe gives a standard account of its own.

Shape: `stripe/_account.py`. Left out, as Stripe does for an account read with its own key: `company`,
`individual`, `groups`, and the capabilities and settings of what the account does not have.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import identifiers
from stripe_billing_cli.local_stripe.core.errors import ApiError
from stripe_billing_cli.local_stripe.core.shapes import blank
from stripe_billing_cli.local_stripe.core.store import Object, Store

DISPLAY_NAME = "Local Stripe"
FIRST = "SELECT body FROM objects NOT INDEXED WHERE kind = 'account' ORDER BY seq LIMIT 1"
"""The store's own account was made first, those connected to it later: what is looked through in the order of its
making has it in front, and what is sorted by an index would be sorted for each call."""

CURRENCIES = {
    country: currency
    for currency, countries in {
        "aed": "AE",
        "aud": "AU",
        "brl": "BR",
        "cad": "CA",
        "chf": "CH LI",
        "czk": "CZ",
        "dkk": "DK",
        "eur": "AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK",
        "gbp": "GB GI",
        "hkd": "HK",
        "huf": "HU",
        "idr": "ID",
        "inr": "IN",
        "jpy": "JP",
        "mxn": "MX",
        "myr": "MY",
        "nok": "NO",
        "nzd": "NZ",
        "php": "PH",
        "pln": "PL",
        "ron": "RO",
        "sek": "SE",
        "sgd": "SG",
        "thb": "TH",
        "usd": "US",
    }.items()
    for country in countries.split()
}
"""The currency of accounts by the countries in which Stripe has them (https://stripe.com/global)."""
SETTINGS = ("local_settings", "account")
"""The kind and id under which is kept what a merchant sets in Stripe's Dashboard."""


def ensure(store: Store, now: int) -> Object:
    """Return the account of this file; of two processes that come first at once, one makes it."""
    with store.reading_once():
        account = store.first(FIRST)
    if account is not None:
        return account
    with store.writing():
        account = store.first(FIRST)
        if account is None:
            account = new_account(identifiers.account_id(now), now)
            store.insert("account", account)
        return account


def new_account(id: str, created_at: int) -> Object:
    return {
        "id": id,
        "object": "account",
        "business_profile": blank("account_business_profile", "specified_commercial_transactions_act_url")
        | {"name": DISPLAY_NAME},
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "US",
        "created": created_at,
        "default_currency": "usd",
        "details_submitted": True,
        "email": "local@stripe.invalid",
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/accounts/{id}/external_accounts",
        },
        "future_requirements": _requirements(),
        "payouts_enabled": True,
        "requirements": _requirements(),
        "settings": _settings(),
        "tos_acceptance": blank("account_tos_acceptance"),
        "type": "standard",
    }


def change_country(store: Store, account: Object, country: str, currency: str) -> Object:
    """Return the account in another country or with another currency of its own; what was charged before stays as it
    is."""
    after = {**account, "country": country, "default_currency": currency}
    if after != account:
        store.replace("account", after)
    return after


def _requirements() -> Object:
    lists = "alternatives currently_due errors eventually_due past_due pending_verification".split()
    return blank("account_requirements") | {name: [] for name in lists}


def _settings() -> Object:
    terms = blank("card_issuing_account_terms_of_service", "user_agent")
    return {
        "bacs_debit_payments": blank("account_bacs_debit_payments_settings"),
        "branding": blank("account_branding_settings"),
        "card_issuing": {"tos_acceptance": terms},
        "card_payments": blank("account_card_payments_settings")
        | {"decline_on": {"avs_failure": False, "cvc_failure": False}},
        "dashboard": {"display_name": DISPLAY_NAME, "timezone": "Etc/UTC"},
        "invoices": blank("account_invoices_settings") | {"hosted_payment_method_save": "offer"},
        "payments": blank(
            "account_payments_settings", "statement_descriptor_prefix_kana statement_descriptor_prefix_kanji"
        ),
        "payouts": blank("account_payout_settings")
        | {"debit_negative_balances": True, "schedule": {"delay_days": 2, "interval": "daily"}},
        "sepa_debit_payments": blank("account_sepa_debit_payments_settings", "creditor_id"),
    }


def dashboard(store: Store) -> Object:
    """Return what is set in the account's Dashboard (`SETTINGS`). What is set for a platform counts for the accounts
    that are connected to it, too: nobody opens theirs. Runs inside a transaction of `store`."""
    own = _own_settings(store)
    if store.platform is None:
        return own
    platform = store.platform.store
    with platform.reading_once():
        return {**_own_settings(platform), **own}


def _own_settings(store: Store) -> Object:
    return (store.get(*SETTINGS) or {}).get("values") or {}


def find_connected(platform: Store, id: str) -> Object:
    """Return an account that is connected to that of a platform's store. Raises Stripe's refusal of any other."""
    with platform.reading_once():
        account = platform.get("account", id)
    if account is None:
        raise not_reachable(id)
    return account


def not_reachable(account: str) -> ApiError:
    return ApiError(
        403,
        f"The provided key does not have access to account '{account}' (or that account does not exist). "
        "Application access may have been revoked.",
        "account_invalid",
    )
