"""Emptying the local Stripe, or one of its connected accounts.

A server that has a file open would go on with it after the file was deleted. So what other processes use is emptied
where it is; deleted are files that nobody uses, and those that cannot be read.
"""

from __future__ import annotations

import shutil
import time
from contextlib import closing, suppress
from pathlib import Path

from stripe_billing_cli.local_stripe.core import accounts
from stripe_billing_cli.local_stripe.core.account_files import accounts_folder, delete_store, store_of
from stripe_billing_cli.local_stripe.core.errors import LocalStripeError
from stripe_billing_cli.local_stripe.core.store import Platform, Store


def empty_everything(database: Path) -> None:
    """Delete everything that the local Stripe of a file holds, connected accounts included."""
    if not _empty_in_use(database):
        delete_store(database)
        shutil.rmtree(accounts_folder(database), ignore_errors=True)


def _empty_in_use(database: Path) -> bool:
    """Empty a file that another process has open; return whether one has. Its account keeps its id."""
    if not database.exists():
        return False
    try:
        with closing(Store(database)) as store:
            if not store.is_used_elsewhere():
                return False
            own = accounts.ensure(store, int(time.time()))
            account_ids = [account["id"] for account in store.dump("account")]
            store.empty(but=own["id"])
            with store.writing():
                store.replace("account", accounts.new_account(own["id"], own["created"]))
    except LocalStripeError:
        return False
    for id in account_ids:
        delete_store(store_of(database, id))
    with suppress(OSError):  # a server keeps there what it opens ahead
        accounts_folder(database).rmdir()
    return True


def empty_account(database: Path, account: str) -> bool:
    """Delete what a connected account has; return whether it has had a store. Raises `ApiError` where there is no such
    account."""
    with closing(Store(database)) as platform:
        accounts.find_connected(platform, account)
        path = store_of(database, account)
        if not path.exists():
            return False
        try:
            with closing(Store(path, Platform(platform, account))) as store:
                store.empty(but="")
        except LocalStripeError:
            delete_store(path)
    return True
