"""The age at which things are purged by themselves: payloads after the time that the user sets, whole events some time
later."""

from __future__ import annotations

from stripe_billing_cli.events.source import KEPT_SECONDS
from stripe_billing_cli.events.store import Store

REMEMBERED_SECONDS = KEPT_SECONDS + 5 * 86_400
"""An event that Stripe may still send or list must be known, or it would be handled once more."""


def forget_old(store: Store, retention: int) -> tuple[int, int]:
    """Purge payloads older than `retention` seconds, delete events older than that and not to come again.

    Returns how many of each. Raises `StoreError`.
    """
    now = int(store.clock())
    return store.events.purge(now - retention), store.events.forget(now - max(retention, REMEMBERED_SECONDS))
