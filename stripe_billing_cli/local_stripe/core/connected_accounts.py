"""The accounts that are connected to a store's own: each has a store of its own, in a file beside it.

So suites of tests that run side by side in one server are kept apart, and an account is emptied by deleting a file.
Which accounts there are stands in the platform's store.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

from stripe_billing_cli.local_stripe.core import accounts, identifiers
from stripe_billing_cli.local_stripe.core.account_files import delete_store, store_of
from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.local_stripe.core.stores_ahead import Opened, StoresAhead

MOST_OPEN = 64
"""How many stores stay open while nobody uses them: each takes three files."""


@dataclass
class Use(Generic[Opened]):
    """The resources that are open for one account, and how many calls use them at this moment."""

    opened: Opened
    users: int = 0


class ConnectedAccounts(Generic[Opened]):
    """The resources that are opened for connected accounts, by `make(path, account)`, and closed again when others need
    room.

    `ahead`: a thread opens them for the next account before it is made, and closes them, beside the calls.
    """

    def __init__(self, platform: Store, make: Callable[[Path, str], Opened], *, ahead: bool = False) -> None:
        self._platform = platform
        self._make = make
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Use[Opened]] = OrderedDict()
        self._used: set[str] = set()
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="local-stripe-accounts") if ahead else None
        self._ahead = StoresAhead(platform, make, self._beside) if self._beside else None
        self._closing: set[Future[None]] = set()

    @contextmanager
    def opened(self, account: str, *, only_looking: bool = False) -> Iterator[Opened]:
        """Open the resources of an account for one call. Raises Stripe's refusal where there is no such account.

        `only_looking`: it is not `used` by that.
        """
        use = self._taken(account)
        try:
            yield use.opened
        finally:
            with self._lock:
                use.users -= 1
                if not only_looking:
                    self._used.add(account)

    def used(self) -> set[str]:
        """Return the accounts that were used since this was last asked."""
        with self._lock:
            used, self._used = self._used, set()
            return used

    def idle(self) -> list[str]:
        """Return the accounts whose stores are open."""
        with self._lock:
            return list(self._open)

    def account_id(self, now: int) -> str:
        """Return the id of an account that is made now."""
        return self._ahead.account_id(now) if self._ahead else identifiers.account_id(now)

    def open_next(self, now: int) -> None:
        """Open the store of the account that is made next, where that is done ahead."""
        if self._ahead:
            self._ahead.open_next(now)

    def forget(self, account: str) -> None:
        """Close the store of an account, and delete its file."""
        with self._lock:
            use = self._open.pop(account, None)
            opened = use.opened if use else self._ahead.claim(account) if self._ahead else None
            if opened is not None:
                opened.close()
            wait(self._closing)  # SQLite deletes the files beside a store when it is closed
            delete_store(store_of(self._platform.path, account))

    def close(self) -> None:
        if self._beside:
            self._beside.shutdown()
        with self._lock:
            for use in self._open.values():
                use.opened.close()
            self._open.clear()
        if self._ahead:
            self._ahead.close()

    def _taken(self, account: str) -> Use[Opened]:
        with self._lock:
            use = self._open.get(account)
            if use is None:
                accounts.connected(self._platform, account)
                use = self._open[account] = Use(self._ready(account))
            self._open.move_to_end(account)
            use.users += 1
            self._close_oldest(len(self._open) - MOST_OPEN)
            return use

    def _ready(self, account: str) -> Opened:
        opened = self._ahead.claim(account) if self._ahead else None
        if opened is not None:
            return opened
        path = store_of(self._platform.path, account)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        return self._make(path, account)

    def _close_oldest(self, number: int) -> None:
        if number > 0:
            for other in [name for name, one in self._open.items() if not one.users][:number]:
                self._close(self._open.pop(other).opened)

    def _close(self, opened: Opened) -> None:
        if self._beside is None:
            opened.close()
            return
        self._closing = {closing for closing in self._closing if not closing.done()}
        self._closing.add(self._beside.submit(opened.close))
