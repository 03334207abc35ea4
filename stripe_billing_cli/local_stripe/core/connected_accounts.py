"""The accounts that are connected to a store's own: each has a store of its own, in a file beside it.

So suites of tests that run side by side in one server are kept apart, and an account is emptied by deleting a file.
Which accounts there are stands in the platform's store.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

from stripe_billing_cli.local_stripe.core import accounts, identifiers
from stripe_billing_cli.local_stripe.core.account_files import accounts_folder, delete_store, store_of
from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.local_stripe.core.stores_ahead import OpenStore, StoresAhead

MOST_OPEN = 64
"""How many stores stay open while nobody uses them: each takes a file, and three where it has a log."""
MOST_WAITING = 4
"""How many more may wait to be closed between calls."""


@dataclass
class Use(Generic[OpenStore]):
    """The store that is open for one account, and how many calls use it at this moment."""

    store: OpenStore
    users: int = 0


class ConnectedAccounts(Generic[OpenStore]):
    """The stores of connected accounts, opened by `make(path, account)`, and closed again when others need room.

    `ahead`: the store of the next account is opened before there is the account, and closed, by `do_piece` between
    calls.
    """

    def __init__(self, platform: Store, make: Callable[[Path, str], OpenStore], *, ahead: bool = False) -> None:
        self._platform = platform
        self._make = make
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Use[OpenStore]] = OrderedDict()
        self._used: set[str] = set()
        self._waiting: OrderedDict[str, Use[OpenStore]] = OrderedDict()
        self._ahead = StoresAhead(platform, make) if ahead else None
        self._closed: set[str] | None = None
        """The accounts whose stores were closed; None until `take_closed` has looked for what is there from earlier."""

    @contextmanager
    def open(self, account: str, *, only_looking: bool = False) -> Iterator[OpenStore]:
        """Open the store of an account for one call. Raises Stripe's refusal where there is no such account.

        `only_looking`: `take_used` does not name it for that.
        """
        use = self._take(account)
        try:
            yield use.store
        finally:
            with self._lock:
                use.users -= 1
                if not only_looking:
                    self._used.add(account)

    def take_used(self) -> set[str]:
        """Return the accounts that were used since this was last asked."""
        with self._lock:
            account_ids, self._used = self._used, set()
            return account_ids

    def take_closed(self) -> set[str]:
        """Return the accounts whose stores were closed since this was last asked; first those that are not open."""
        with self._lock:
            closed_accounts = self._closed
            if closed_accounts is None:
                closed_accounts = {
                    file.stem for file in accounts_folder(self._platform.path).glob("*.db")
                } - self._open.keys()
            self._closed = set()
            return closed_accounts

    def idle(self) -> list[str]:
        """Return the accounts whose stores are open."""
        with self._lock:
            return list(self._open)

    def account_id(self, now: int) -> str:
        """Return the id of an account that is made now."""
        return self._ahead.account_id(now) if self._ahead else identifiers.account_id(now)

    def open_next(self, now: int) -> None:
        """Begin to open the store of the account that is made next, where that is done ahead."""
        if self._ahead:
            self._ahead.open_next(now)

    def do_piece(self) -> None:
        """Do a piece of what was left to be done between calls."""
        if self._waiting:
            with self._lock:
                self._close_waiting(len(self._waiting) - 1)
        elif self._ahead:
            self._ahead.do_piece()

    def forget(self, account: str) -> None:
        """Close the store of an account, and delete its file."""
        with self._lock:
            use = self._open_or_waiting(account)
            store = use.store if use else self._ahead.claim(account) if self._ahead else None
            if store is not None:
                store.close()
            delete_store(store_of(self._platform.path, account))

    def close(self) -> None:
        with self._lock:
            for use in [*self._open.values(), *self._waiting.values()]:
                use.store.close()
            self._open.clear()
            self._waiting.clear()
        if self._ahead:
            self._ahead.close()

    def _take(self, account: str) -> Use[OpenStore]:
        with self._lock:
            use = self._open.get(account)
            if use is None:
                accounts.find_connected(self._platform, account)
                use = self._open[account] = self._open_or_waiting(account) or Use(self._ready(account))
            self._open.move_to_end(account)
            use.users += 1
            self._close_oldest(len(self._open) - MOST_OPEN)
            return use

    def _open_or_waiting(self, account: str) -> Use[OpenStore] | None:
        """Take what is open for an account out of where it stands."""
        for uses in (self._open, self._waiting):
            if account in uses:
                return uses.pop(account)
        return None

    def _ready(self, account: str) -> OpenStore:
        store = self._ahead.claim(account) if self._ahead else None
        if store is not None:
            return store
        path = store_of(self._platform.path, account)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        return self._make(path, account)

    def _close_oldest(self, number: int) -> None:
        if number > 0:
            for other in [name for name, one in self._open.items() if not one.users][:number]:
                self._waiting[other] = self._open.pop(other)
                if self._closed is not None:
                    self._closed.add(other)
            self._close_waiting(MOST_WAITING if self._ahead else 0)

    def _close_waiting(self, most: int) -> None:
        """Close what waits, but for that many."""
        while len(self._waiting) > most:
            self._waiting.popitem(last=False)[1].store.close()
