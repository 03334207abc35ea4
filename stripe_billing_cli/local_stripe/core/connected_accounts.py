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
from typing import Generic, Protocol, TypeVar

from stripe_billing_cli.local_stripe.core import accounts
from stripe_billing_cli.local_stripe.core.account_files import delete_store, store_of
from stripe_billing_cli.local_stripe.core.store import Store

MOST_OPEN = 64
"""How many stores stay open while nobody uses them: each takes three files."""


class Closable(Protocol):
    def close(self) -> None: ...


Opened = TypeVar("Opened", bound=Closable)


@dataclass
class Use(Generic[Opened]):
    """The resources that are open for one account, and how many calls use them at this moment."""

    opened: Opened
    users: int = 0


class ConnectedAccounts(Generic[Opened]):
    """The resources that are opened for connected accounts, by `make(path, account)`, and closed again when others need
    room."""

    def __init__(self, platform: Store, make: Callable[[Path, str], Opened]) -> None:
        self._platform = platform
        self._make = make
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Use[Opened]] = OrderedDict()
        self._used: set[str] = set()

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

    def forget(self, account: str) -> None:
        """Close the store of an account, and delete its file."""
        with self._lock:
            use = self._open.pop(account, None)
            if use is not None:
                use.opened.close()
            delete_store(store_of(self._platform.path, account))

    def close(self) -> None:
        with self._lock:
            for use in self._open.values():
                use.opened.close()
            self._open.clear()

    def _taken(self, account: str) -> Use[Opened]:
        with self._lock:
            use = self._open.get(account)
            if use is None:
                accounts.connected(self._platform, account)
                path = store_of(self._platform.path, account)
                path.parent.mkdir(mode=0o700, exist_ok=True)
                use = self._open[account] = Use(self._make(path, account))
            self._open.move_to_end(account)
            use.users += 1
            self._close_oldest(len(self._open) - MOST_OPEN)
            return use

    def _close_oldest(self, number: int) -> None:
        if number > 0:
            for other in [name for name, one in self._open.items() if not one.users][:number]:
                self._open.pop(other).opened.close()
