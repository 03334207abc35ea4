"""The account: one, made with the file, with the fields that Stripe gives a standard account of its own.

Shape: `stripe/_account.py`. Left out, as Stripe does for an account read with its own key: `company`,
`individual`, `groups`, and the capabilities and settings of what the account does not have.
"""

from __future__ import annotations

from typing import Any

from stripe_billing_cli.local_stripe.core import identifiers
from stripe_billing_cli.local_stripe.core.errors import ApiError
from stripe_billing_cli.local_stripe.core.store import Object, Store

DISPLAY_NAME = "Local Stripe"
FIRST = "SELECT id FROM objects WHERE kind = 'account' ORDER BY seq LIMIT 1"
"""The store's own account was made first, those connected to it later."""


SETTINGS = ("local_settings", "account")
"""The kind and id under which is kept what a merchant sets in Stripe's Dashboard."""


def ensure(store: Store, now: int) -> Object:
    """Return the account of this file; of two processes that come first at once, one makes it."""
    with store.reading():
        row = store.row(FIRST)
        if row is not None:
            return _stored(store, row[0])
    with store.writing():
        row = store.row(FIRST)
        if row is None:
            store.insert("account", new_account(identifiers.account_id(now), now))
            row = store.row(FIRST)
        return _stored(store, row[0])


def _stored(store: Store, id: str) -> Object:
    account = store.get("account", id)
    assert account is not None
    return account


def new_account(id: str, created: int) -> Object:
    return {
        "id": id,
        "object": "account",
        "business_profile": _business_profile(),
        "business_type": None,
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "US",
        "created": created,
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
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "standard",
    }


def change_country(store: Store, account: Object, country: str, currency: str) -> Object:
    """Return the account in another country or with another currency of its own; what was charged before stays as it
    is."""
    changed = {**account, "country": country, "default_currency": currency}
    if changed != account:
        store.replace("account", changed)
    return changed


def _business_profile() -> Object:
    return {
        "annual_revenue": None,
        "estimated_worker_count": None,
        "mcc": None,
        "minority_owned_business_designation": None,
        "name": DISPLAY_NAME,
        "product_description": None,
        "specified_commercial_transactions_act_url": None,
        "support_address": None,
        "support_email": None,
        "support_phone": None,
        "support_url": None,
        "url": None,
    }


def _requirements() -> Object:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": [],
        "disabled_reason": None,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
    }


def _settings() -> Object:
    return {
        "bacs_debit_payments": {"display_name": None, "service_user_number": None},
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_issuing": {"tos_acceptance": {"date": None, "ip": None, "user_agent": None}},
        "card_payments": {
            "decline_on": {"avs_failure": False, "cvc_failure": False},
            "statement_descriptor_prefix": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "dashboard": {"display_name": DISPLAY_NAME, "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": "offer"},
        "payments": {
            "statement_descriptor": None,
            "statement_descriptor_kana": None,
            "statement_descriptor_kanji": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "payouts": {
            "debit_negative_balances": True,
            "schedule": {"delay_days": 2, "interval": "daily"},
            "statement_descriptor": None,
        },
        "sepa_debit_payments": {"creditor_id": None},
    }


def setting(store: Store, name: str, default: Any) -> Any:
    """Return what is set in the account's Dashboard (`SETTINGS`). Runs inside a transaction of `store`."""
    return ((store.get(*SETTINGS) or {}).get("values") or {}).get(name, default)


def connected(platform: Store, id: str) -> Object:
    """Return an account that is connected to that of a platform's store. Raises Stripe's refusal of any other."""
    with platform.reading():
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
