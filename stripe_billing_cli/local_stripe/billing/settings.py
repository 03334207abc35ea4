"""What a merchant sets for the account in Stripe's Dashboard, and no call of the API can: kept in the same file.

https://docs.stripe.com/billing/revenue-recovery/smart-retries: after the last retry the subscription is canceled,
marked unpaid, or left past due.
"""

from __future__ import annotations

from stripe_billing_cli.local_stripe.store import Object, Store

KIND = "local_settings"
ID = "account"
AFTER_RETRIES = ("canceled", "unpaid", "past_due")
DEFAULTS: Object = {"after_retries": "canceled"}


def read(store: Store) -> Object:
    """All settings. Runs inside a transaction of `store`."""
    return {**DEFAULTS, **((store.get(KIND, ID) or {}).get("values") or {})}


def change(store: Store, **values: str) -> Object:
    """All settings, once `values` are set. Runs inside a transaction of `store`."""
    held = store.get(KIND, ID)
    after = {"id": ID, "object": KIND, "created": 0, "values": {**((held or {}).get("values") or {}), **values}}
    if held is None:
        store.insert(KIND, after)
    else:
        store.replace(KIND, after)
    return read(store)
