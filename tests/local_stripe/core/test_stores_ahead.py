"""Stores that are opened before there is an account for them."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe

from stripe_billing_cli.local_stripe.core import stores_ahead
from stripe_billing_cli.local_stripe.core.account_files import accounts_folder, store_of
from stripe_billing_cli.local_stripe.core.accounts import ensure, new_account
from stripe_billing_cli.local_stripe.core.errors import LocalStripeError
from stripe_billing_cli.local_stripe.core.identifiers import account_id
from stripe_billing_cli.local_stripe.core.store import Platform, Store
from stripe_billing_cli.local_stripe.core.stores_ahead import StoresAhead
from stripe_billing_cli.local_stripe.server import running
from tests.local_stripe.conftest import NOW


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "local.db")
    ensure(store, NOW)
    yield store
    store.close()


@pytest.fixture
def ahead(platform: Store) -> Iterator[StoresAhead[Store]]:
    stores = stores_of_process(platform)
    yield stores
    stores.close()


def stores_of_process(platform: Store) -> StoresAhead[Store]:
    """Return the stores of a process of their own."""
    return StoresAhead(platform, lambda path, account: Store(path, Platform(platform, account)))


def connect(platform: Store, stores: StoresAhead[Store]) -> str:
    """Make the next account."""
    id = stores.account_id(NOW)
    platform.insert_many("account", [new_account(id, NOW)])
    return id


def open_next(stores: StoresAhead[Store]) -> None:
    """Open the next store, as a server does between calls."""
    stores.open_next(NOW)
    for _ in range(3):
        stores.do_piece()


def files(platform: Store) -> list[str]:
    """Return what stands in the folder of the accounts, without what SQLite keeps beside each store while it is open."""
    folder = accounts_folder(platform.path)
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm")))


def test_the_next_account_gets_the_store_that_is_open(platform: Store, ahead: StoresAhead[Store]) -> None:
    assert ahead.claim(connect(platform, ahead)) is None
    for _ in range(2):
        open_next(ahead)
    [waiting] = accounts_folder(platform.path).glob("*.db")
    id = connect(platform, ahead)
    assert waiting == store_of(platform.path, id)
    opened = ahead.claim(id)
    assert opened is not None
    assert opened.path == waiting
    assert ahead.claim(id) is None
    opened.close()
    assert connect(platform, ahead) != id


def test_a_store_without_an_account_leaves_no_file(platform: Store) -> None:
    for pieces in (1, 2, 3):
        stores = stores_of_process(platform)
        stores.open_next(NOW)
        for _ in range(pieces):
            stores.do_piece()
        assert len(files(platform)) == 2
        stores.close()
        assert files(platform) == []


def test_a_store_that_cannot_be_opened_is_left_to_the_call_that_needs_it(platform: Store) -> None:
    def fail(path: Path, account: str) -> Store:
        raise LocalStripeError("The disk is full.", "Make room.")

    stores = StoresAhead[Store](platform, fail)
    open_next(stores)
    assert stores.claim(connect(platform, stores)) is None
    stores.close()
    assert files(platform) == []


def test_an_account_that_was_not_made_after_all_leaves_no_file(platform: Store) -> None:
    stores = stores_of_process(platform)
    open_next(stores)
    stores.account_id(NOW)
    stores.close()
    assert files(platform) == []


def test_accounts_that_no_call_uses_keep_few_stores_open(
    platform: Store, ahead: StoresAhead[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores_ahead, "MOST_UNUSED", 1)
    made = []
    for _ in range(3):
        open_next(ahead)
        made.append(connect(platform, ahead))
    open_next(ahead)
    first, second, third = (ahead.claim(id) for id in made)
    assert (first, second) == (None, None)
    assert third is not None
    third.close()
    assert all(store_of(platform.path, id).exists() for id in made)


def test_a_store_whose_file_was_deleted_is_not_used(platform: Store, ahead: StoresAhead[Store]) -> None:
    open_next(ahead)
    id = connect(platform, ahead)
    store_of(platform.path, id).unlink()
    assert ahead.claim(id) is None


def test_what_a_killed_process_left_is_deleted_by_the_next(platform: Store, ahead: StoresAhead[Store]) -> None:
    """The note of a process that lives is locked, and what has an account stays."""
    folder = accounts_folder(platform.path)
    folder.mkdir()
    killed, living, made = (account_id(NOW) for _ in range(3))
    platform.insert_many("account", [new_account(made, NOW)])
    for id in (killed, living, made):
        Store(store_of(platform.path, id), Platform(platform, id)).close()
        (folder / f"{stores_ahead.NOTE}{id}").write_text(id)
    with (folder / f"{stores_ahead.NOTE}{living}").open() as note:
        fcntl.flock(note, fcntl.LOCK_EX)

        open_next(ahead)

    left = {*files(platform)}
    assert {f"{living}.db", f"{made}.db", f"{stores_ahead.NOTE}{living}"} < left
    assert left.isdisjoint({f"{killed}.db", f"{stores_ahead.NOTE}{killed}", f"{stores_ahead.NOTE}{made}"})


def test_a_server_that_stops_leaves_the_stores_of_its_accounts_only(tmp_path: Path) -> None:
    with running(tmp_path / "local.db") as url:
        made = []
        for _ in range(3):
            client = stripe.StripeClient("sk_test_123", base_addresses={"api": url})
            made.append(client.v1.accounts.create({"country": "US"}).id)
            client.v1.products.create({"name": "Pro"}, {"stripe_account": made[-1]})
    folder = accounts_folder(tmp_path / "local.db")
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{id}.db" for id in made)
    with running(tmp_path / "local.db") as url:
        client = stripe.StripeClient("sk_test_123", base_addresses={"api": url})
        assert [len(client.v1.products.list({}, {"stripe_account": id}).data) for id in made] == [1, 1, 1]
