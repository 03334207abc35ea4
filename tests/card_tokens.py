"""The setting of an account that takes card tokens, for what saves cards as programs did before payment methods."""

from __future__ import annotations

import time
from pathlib import Path

from stripe_billing_cli.local_stripe.billing import settings
from stripe_billing_cli.local_stripe.core import accounts
from stripe_billing_cli.local_stripe.core.store import Store


def take_card_tokens(database: Path) -> None:
    """Set `--card-tokens accept` in the file of an account, served or not."""
    store = Store(database)
    try:
        account = accounts.ensure(store, int(time.time()))
        with store.writing():
            settings.change(store, account, {"card_tokens": "accept"})
    finally:
        store.close()
