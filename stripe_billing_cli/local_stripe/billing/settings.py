"""Settings of the account that a merchant makes in Stripe's Dashboard, and no call of the API can: kept in the same
file.

https://docs.stripe.com/billing/revenue-recovery/smart-retries: after the last retry the subscription is canceled,
marked unpaid, or left past due.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.core import accounts
from stripe_billing_cli.local_stripe.core.store import Object, Store

KIND, ID = accounts.SETTINGS
AFTER_RETRIES = ("canceled", "unpaid", "past_due")
PENDING_UPDATE_ITEMS = ("include", "exclude")
"""Whether the invoice of a pending update takes in what waits for an invoice. In flexible billing mode every invoice of
a subscription does (https://docs.stripe.com/billing/subscriptions/billing-mode/compare); of this one a user reports
that it does not, and Stripe's documents do not say."""
CARD_TOKENS = ("refuse", "accept")
"""Whether customers and charges take card tokens, which accounts of today have to enable (recorded
2026-08-26.dahlia)."""
CHOICES = {"after_retries": AFTER_RETRIES, "card_tokens": CARD_TOKENS, "pending_update_items": PENDING_UPDATE_ITEMS}
"""The values of the settings that have few."""
DEFAULTS: Object = {
    "after_retries": "canceled",
    "card_tokens": "refuse",
    "pending_update_items": "include",
    "search_lag": 0,
}


def read(store: Store, account: Object) -> Object:
    """Return all settings, those that the account itself shows among them. Runs inside a transaction of `store`."""
    own = {"country": account["country"], "currency": account["default_currency"]}
    return {**DEFAULTS, **accounts.dashboard(store), **own}


def change(store: Store, account: Object, values: Object) -> Object:
    """Return all settings, once `values` are set. Runs inside a transaction of `store`."""
    stored_values = dict(values)
    account = accounts.change_country(
        store,
        account,
        stored_values.pop("country", account["country"]),
        stored_values.pop("currency", account["default_currency"]),
    )
    settings_before = store.get(KIND, ID)
    after = {
        "id": ID,
        "object": KIND,
        "created": 0,
        "values": {**((settings_before or {}).get("values") or {}), **stored_values},
    }
    if settings_before is None:
        store.insert(KIND, after)
    else:
        store.replace(KIND, after)
    return read(store, account)
