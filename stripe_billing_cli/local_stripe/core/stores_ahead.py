"""Stores that are opened ahead, each for an account that is still to be made.

Opening a store takes longer than most calls. So a server has one ready, under the id that the next account gets; once
that account is made, it opens another, a piece after each answer, while the client is busy with the answer. In a thread
it would take longer than it saves: each of its many short calls of SQLite and the system hands Python's lock over.

A note in the folder names the store that waits. It is locked as long as its process lives: what a killed process left
is deleted by the next one.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from stripe_billing_cli.local_stripe.core import identifiers, schema
from stripe_billing_cli.local_stripe.core.account_files import accounts_folder, delete_store, store_of
from stripe_billing_cli.local_stripe.core.errors import LocalStripeError
from stripe_billing_cli.local_stripe.core.store import Store
from stripe_billing_cli.private_files import make_private_directory

NOTE = ".ahead-"
"""The beginning of a note's name."""
MOST_UNUSED = 8
"""How many accounts that no call has used keep the stores that were opened for them."""


class Closable(Protocol):
    def close(self) -> None: ...


OpenStore = TypeVar("OpenStore", bound=Closable)
"""What is open for an account's store: its router."""


class StoresAhead(Generic[OpenStore]):
    """The stores of accounts to come, opened by `make(path, account)`.

    Takes no lock of its own: an id is asked for inside a transaction of the platform's store.
    """

    def __init__(self, platform: Store, make: Callable[[Path, str], OpenStore]) -> None:
        self._platform = platform
        self._make = make
        self._pieces: Generator[None] | None = None
        self._ready: list[tuple[str, OpenStore]] = []
        self._claimable: OrderedDict[str, OpenStore] = OrderedDict()
        self._note: tuple[Path, int] | None = None

    def account_id(self, now: int) -> str:
        """Return the id of an account that is made now: that of the store that is ready, if there is one."""
        with suppress(IndexError):
            id, store = self._ready.pop()
            self._claimable[id] = store
            return id
        return identifiers.account_id(now)

    def claim(self, account: str) -> OpenStore | None:
        """Return what was opened for an account, once; None where nothing was, or its file was deleted since."""
        store = self._claimable.pop(account, None)
        if store is None or store_of(self._platform.path, account).exists():
            return store
        store.close()
        return None

    def open_next(self, now: int) -> None:
        """Begin to open the next store, unless one is ready: `do_piece` does it."""
        if self._pieces is None and not self._ready:
            self._pieces = self._open_in_pieces(now)

    def do_piece(self) -> None:
        """Do a piece of what is to be done: less than a millisecond. What fails is left to the account's first call."""
        try:
            if self._pieces is not None and next(self._pieces, self) is self:
                self._pieces = None
        except (LocalStripeError, OSError):
            self._pieces = None

    def _open_in_pieces(self, now: int) -> Generator[None]:
        while len(self._claimable) > MOST_UNUSED:
            self._close(*self._claimable.popitem(last=False))
        id = identifiers.account_id(now)
        path = store_of(self._platform.path, id)
        self._write_note(id)
        try:
            _write_file(path)
            yield
            self._ready.append((id, self._make(path, id)))
        except BaseException:
            delete_store(path)
            raise

    def close(self) -> None:
        """Close all stores, and delete those that have no account."""
        if self._pieces is not None:
            self._pieces.close()
        for id, store in [*self._ready, *self._claimable.items()]:
            self._close(id, store)
        self._ready.clear()
        self._claimable.clear()
        if self._note is not None:
            path, file = self._note
            path.unlink(missing_ok=True)
            os.close(file)

    def _close(self, id: str, store: OpenStore) -> None:
        store.close()
        self._delete_without_account(id)

    def _delete_without_account(self, id: str) -> None:
        with self._platform.reading_once():
            is_account = self._platform.position("account", id) is not None
        if not is_account:
            delete_store(store_of(self._platform.path, id))

    def _write_note(self, id: str) -> None:
        if self._note is None:
            folder = accounts_folder(self._platform.path)
            make_private_directory(folder)
            self._delete_left_behind(folder)
            path = folder / f"{NOTE}{secrets.token_hex(8)}"
            self._note = path, os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            fcntl.flock(self._note[1], fcntl.LOCK_EX)
        os.pwrite(self._note[1], id.encode(), 0)

    def _delete_left_behind(self, folder: Path) -> None:
        """Delete the stores that other processes opened ahead and did not live to use."""
        for note in folder.glob(f"{NOTE}*"):
            with suppress(OSError), note.open() as file:  # another process deletes it, or lives
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if id := file.read():
                    self._delete_without_account(id)
                note.unlink()


def _write_file(path: Path) -> None:
    """Write an empty store. Nobody else knows its name, so that it need not be there at once as a whole."""
    file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(file, schema.empty_file(for_few=True))
    finally:
        os.close(file)
